internal import Model
internal import Policies

extension Capabilities {
    /// Relations of users to objects, by tuples and a model.
    static let tuples = capability(
        "tuples", "Relations of users to objects, by relation tuples and a model.",
        [
            HostedFunction(
                name: "check", about: "True when a user has a relation to an object, by the tuples and the model.",
                parameters: [
                    .init("object_type", .string), .init("object", .string), .init("relation", .string),
                    .init("user_type", .string), .init("user", .string),
                ], result: .init(.boolean), tables: [RelationGraph.tupleColumns, RelationGraph.modelColumns],
                body: { _, tables, _ throws(NativeFault) in
                    let graph = try tables[0].derived(with: tables[1]) { () throws(NativeFault) in
                        try RelationGraph(tuples: tables[0], model: tables[1])
                    }
                    return { arguments, _ in
                        let names = arguments.map {
                            if case .string(let text) = $0 { ExactName(text) } else { "" as ExactName }
                        }
                        return graph.check(names[0], names[1], names[2], userType: names[3], user: names[4])
                    }
                })
        ])
}
