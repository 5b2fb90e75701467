internal import Model
internal import Syntax

/// The types of the arguments that policies and other libraries pass to the functions of libraries.
///
/// A parameter has a type when every call in sight passes a value of it. Policies about different requests are kept
/// apart, because the same name may mean something else there.
struct LibraryArguments {
    /// The types of the parameters of one function; `nil` for one that is not known, or may be another.
    private typealias Signature = [ValueType?]

    private let policies: [ParsedPolicy]
    private let libraries: [ParsedLibrary]

    init(policies: [ParsedPolicy], libraries: [ParsedLibrary]) {
        self.policies = policies
        self.libraries = libraries
    }

    /// The inferred types of a library's expressions, once for each kind of request that it is used for.
    func inferences(
        of name: ExactName, _ chunk: Chunk, schema: Schema?, plugins: PluginSet
    ) -> [TypeInference] {
        let callers = policies.filter { $0.declaration != nil && reaches($0, name) }
        var shapes: [RequestShape] = []
        for caller in callers {
            if let shape = caller.declaration?.shape, !shapes.contains(shape) { shapes.append(shape) }
        }
        guard let schema, !shapes.isEmpty else { return [TypeInference(script: chunk, plugins: plugins)] }
        let set = LibrarySet(libraries.compactMap(\.library), all: Set(libraries.map(\.name)))
        return shapes.map { shape in
            let uses = callers.filter { $0.declaration?.shape == shape }.compactMap(\.inference)
            var memo: [ExactName: TypeInference] = [:]
            return inference(of: name, chunk, shape, uses, schema, plugins, set, &memo)
        }
    }

    private func reaches(_ policy: ParsedPolicy, _ name: ExactName) -> Bool {
        var seen: Set<ExactName> = []
        var rest = policy.libraryUses
        while let next = rest.popLast() {
            if next == name { return true }
            if seen.insert(next).inserted { rest += libraries.first { $0.name == next }?.uses.map(\.name) ?? [] }
        }
        return false
    }

    private func inference(
        of name: ExactName, _ chunk: Chunk, _ shape: RequestShape, _ callers: [TypeInference], _ schema: Schema,
        _ plugins: PluginSet, _ set: LibrarySet, _ memo: inout [ExactName: TypeInference]
    ) -> TypeInference {
        if let known = memo[name] { return known }
        // Without arguments at first: libraries in a circle do not load, and are judged by themselves.
        memo[name] = TypeInference(script: chunk, plugins: plugins)
        var uses = callers
        for other in libraries where other.uses.contains(where: { $0.name == name }) {
            guard let source = other.chunk else { continue }
            uses.append(inference(of: other.name, source, shape, callers, schema, plugins, set, &memo))
        }
        var parameters: [Declaration.ID: ValueType] = [:]
        for (field, place) in chunk.returnedFields {
            guard let function = place.function,
                let signature = signature(of: field, in: name, uses, chunk[function].parameters.count)
            else { continue }
            for (parameter, type) in zip(chunk[function].parameters, signature) where !chunk[parameter].isReassigned {
                if let type { parameters[parameter] = type }
            }
        }
        let made = TypeInference(
            library: chunk, parameters: parameters, shape: shape, schema: schema, plugins: plugins, libraries: set)
        memo[name] = made
        return made
    }

    /// The types that all calls of a function pass; `nil` when there is none, or it is also used otherwise.
    private func signature(
        of function: ExactName, in library: ExactName, _ callers: [TypeInference], _ count: Int
    ) -> Signature? {
        var signature: Signature?
        for caller in callers {
            guard let calls = caller.calls(of: function, in: library) else { return nil }
            for arguments in calls {
                let types = (0..<count).map { index -> ValueType? in
                    guard index < arguments.count, let known = caller.value(arguments[index]) else { return nil }
                    // A plain value of Lua has less in common with one of the request than its type.
                    let isPlain = !known.isHandle
                    return isPlain && known.type != .boolean ? nil : known.type
                }
                signature = signature.map { zip($0, types).map { $0 == $1 ? $0 : nil } } ?? types
            }
        }
        return signature
    }
}
