internal import Model

/// Requests as services send them: they say more of the subject, the action and the resource than policies read.
package enum OrdinaryRequest {
    /// A request with properties of its subject and its action, and with a record among those of its resource, none of which
    /// the schema need declare.
    package static func saying(more line: [UInt8]) -> [UInt8] {
        guard case .object(var members)? = try? JSONReader.parse(request: line) else { return line }
        for (place, member) in members.enumerated() {
            guard let more = additions[member.key], case .object(let own) = member.value else { continue }
            members[place] = JSON.Member(member.key, .object(own).adding(more))
        }
        return Array(JSON.object(members).compact.utf8)
    }

    private static let additions: [ExactName: [JSON.Member]] = [
        "subject": [
            .init("department_name", .string("Sales North")),
            .init("groups", .array([.string("staff"), .string("oslo")])),
        ],
        "action": [.init("reason", .string("monthly report")), .init("attempt", .integer(2))],
        "resource": [.init("site", .object([.init("city", .string("Oslo")), .init("floor", .integer(3))]))],
    ]
}

extension JSON {
    /// An object with more members among its properties.
    fileprivate func adding(_ more: [JSON.Member]) -> JSON {
        guard case .object(var members) = self else { return self }
        if let place = members.firstIndex(where: { $0.key == "properties" }),
            case .object(let own) = members[place].value
        {
            // What the schema has asked for already stays as it is.
            members[place] = Member(
                "properties", .object(own + more.filter { addition in !own.contains { $0.key == addition.key } }))
        } else {
            members.append(Member("properties", .object(more)))
        }
        return .object(members)
    }
}
