package import Model

/// A line of a decision log, read back: the request, the decision, and the facts as they were then.
package struct DecisionRecord: Sendable {
    /// The facts that a policy read, as the log has them; `(masked)` where they were hidden.
    package struct Trace: Equatable, Sendable {
        /// `nil` in logs that do not attribute facts to policies.
        package let policy: ExactName?
        package let facts: [String]
    }

    package let time: Instant
    /// The request, as far as the log has it; masked properties are the string `(masked)`.
    package var question: AuthorizationRequest
    package let isPermitted: Bool
    package let code: String
    /// The policies' statements, also those that did not count, in the order of the policies.
    package let said: [PolicyStatement]
    /// The policies that decided.
    package let policies: [ExactName]
    package let traces: [Trace]
    package let version: String
    /// True when something is masked, be it in the request or in what policies said of it.
    package var isMasked: Bool { line.mentions(Self.mask) }
    private let line: JSON

    /// The text in place of what is masked.
    package static let mask = "(masked)"
    /// The code of a decision of another program, which told no more than permit or deny.
    package static let importedCode = "imported"

    /// True for JSON that has the members of a line of a decision log, and is no evaluation request.
    package static func isRecord(_ line: JSON) -> Bool {
        line["request"] != nil && line["decision"] != nil && line["subject"] == nil
    }

    /// The path of a masked value in the request of a line; `nil` where nothing is masked.
    package static func maskedPath(_ line: JSON) -> String? { line["request"]?.maskedPath("request") }

    /// A record whose request is whole, so that it can be decided again.
    /// - Throws: also for a request that is masked.
    package init(replayable line: JSON) throws(RequestError) {
        if let path = Self.maskedPath(line) {
            throw RequestError("the request cannot be decided again: `\(path)` is masked", property: path)
        }
        try self.init(line)
    }

    /// - Throws: when the line is not one of a decision log; the message names what is missing.
    package init(_ line: JSON) throws(RequestError) {
        func missing(_ name: ExactName) -> RequestError {
            RequestError("not a line of a decision log: `\(name)` is missing or wrong", property: name.text)
        }
        guard let time = line["time"]?.string.flatMap({ Instant($0) }) else { throw missing("time") }
        guard case .boolean(let decision)? = line["decision"] else { throw missing("decision") }
        guard let code = line["code"]?.string else { throw missing("code") }
        guard let request = line["request"] else { throw missing("request") }
        self.time = time
        question = try AuthorizationRequest(logged: request, now: time)
        isPermitted = decision
        self.code = code
        said = line["said"]?.elements.compactMap(PolicyStatement.init(logged:)) ?? []
        policies = line["policies"]?.elements.compactMap(\.name) ?? []
        version = line["version"]?.string ?? ""
        self.line = line
        var facts = (line["facts"]?.elements.compactMap(\.string) ?? [])[...]
        var traces: [Trace] = []
        for read in line["reads"]?.elements ?? [] {
            guard case .integer(let count)? = read["facts"], count >= 0 else { throw missing("reads") }
            traces.append(Trace(policy: read["policy"]?.name, facts: Array(facts.prefix(Int(count)))))
            facts = facts.dropFirst(Int(count))
        }
        if !facts.isEmpty { traces.append(Trace(policy: nil, facts: Array(facts))) }
        self.traces = traces
    }
}

extension AuthorizationRequest {
    /// Reads the request in a line of a decision log.
    fileprivate init(logged json: JSON, now: Instant) throws(RequestError) {
        guard let kind = (json["point"]?.string).flatMap(DecisionKind.init(rawValue:)),
            let action = json["action"]?.name
        else { throw Self.wrong("point") }
        let subject: Subject
        switch (json["subject"], json["subject"]?["type"]?.name, json["subject"]?["id"]?.name) {
        case (nil, _, _): subject = .actor
        case (_, "token"?, let id?): subject = .token(id.text)
        case (_, let type?, let id?):
            subject = .external(type: type, id: id, properties: json["subject"]?["properties"] ?? .object([]))
        default: throw Self.wrong("subject")
        }
        var resource: Resource?
        if let stated = json["resource"] {
            guard let type = stated["type"]?.name else { throw Self.wrong("resource") }
            resource = Resource(
                type: type, id: stated["id"]?.name, properties: stated["properties"] ?? .object([]))
        }
        guard let actor = Actor(json["actor"]) else { throw Self.wrong("actor") }
        for name in ["tenant", "token"] as [ExactName] where json[name] != nil && json[name]?.string == nil {
            throw Self.wrong(name)
        }
        self.init(
            kind: kind, action: action, actionProperties: json["action_properties"] ?? .object([]), subject: subject,
            resource: resource, context: json["context"] ?? .object([]),
            actor: actor, tenant: json["tenant"]?.name, token: json["token"]?.string,
            proposed: json["proposed"].map(ProposedToken.init), now: now,
            obligations: kind.isAdministrative ? .ofActs : .stated)
        if case .array(let names)? = json["obligations"] { obligations = .named(names.compactMap(\.name)) }
    }

    // A wrong member is an error, never treated as absent: an unreadable actor would become the operator.
    private static func wrong(_ name: ExactName) -> RequestError {
        RequestError("not a line of a decision log: `request.\(name)` is wrong", property: "request.\(name)")
    }
}

extension AuthorizationRequest.Actor {
    var json: JSON {
        switch self {
        case .operator: .object([.init("type", .string("operator"))])
        case .user(let id, let assignment):
            .object([
                .init("type", .string("user")), .init("id", .string(id)),
                .init("assignment", assignment.map(JSON.string) ?? .null),
            ])
        case .token(let id): .object([.init("type", .string("token")), .init("id", .string(id))])
        }
    }

    /// - Returns: `nil` for anything but an actor.
    fileprivate init?(_ json: JSON?) {
        switch (json, json?["type"]?.string, json?["id"]?.name) {
        case (nil, _, _), (_, "operator"?, _): self = .operator
        case (_, "user"?, let id?): self = .user(id: id, assignment: json?["assignment"]?.name)
        case (_, "token"?, let id?): self = .token(id.text)
        default: return nil
        }
    }
}

extension ProposedToken {
    var json: JSON {
        var members: [JSON.Member] = []
        if let kind { members.append(.init("kind", .string(kind.rawValue))) }
        if let name { members.append(.init("name", .string(name))) }
        if let assignment { members.append(.init("assignment", .string(assignment))) }
        if let created { members.append(.init("created", .string(created.description))) }
        if let expires { members.append(.init("expires", .string(expires.description))) }
        if let lastDay { members.append(.init("last_day", .string(lastDay.description))) }
        if let description { members.append(.init("description", .string(description))) }
        if let contact { members.append(.init("contact", .string(contact))) }
        if let ceiling { members.append(.init("ceiling", ceiling.json)) }
        return .object(members)
    }

    fileprivate init(_ json: JSON) {
        self.init(
            kind: (json["kind"]?.string).flatMap(TokenKind.init(rawValue:)), name: json["name"]?.name,
            assignment: json["assignment"]?.name, created: (json["created"]?.string).flatMap { Instant($0) },
            expires: (json["expires"]?.string).flatMap { Instant($0) },
            lastDay: (json["last_day"]?.string).flatMap { Date($0) }, description: json["description"]?.name,
            contact: json["contact"]?.name,
            ceiling: json["ceiling"].flatMap { try? Ceiling(json: $0, path: "ceiling") })
    }
}

extension Decision {
    /// All statements of policies that do not merely observe, in the order of the policies and lines.
    var said: [PolicyStatement] {
        (reasons + overruled + advice + obligations).sorted { ($0.policy, $0.line) < ($1.policy, $1.line) }
    }
}

extension PolicyStatement {
    fileprivate init?(logged json: JSON) {
        guard let policy = json["policy"]?.name,
            let effect = (json["effect"]?.string).flatMap(Effect.init(rawValue:)),
            case .integer(let line)? = json["line"]
        else { return nil }
        var details: [JSON.Member] = []
        if case .object(let members)? = json["details"] { details = members }
        self.init(
            policy: policy, line: Int(truncatingIfNeeded: line), effect: effect,
            text: json["text"]?.string ?? json["name"]?.string ?? "", code: json["code"]?.name, details: details,
            occasion: (json["on"]?.string).flatMap(Occasion.init(rawValue:)) ?? .permit)
    }
}

extension JSON {
    fileprivate var elements: [JSON] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The path of a masked value; `nil` where nothing is masked. A value of exactly that text counts as masked.
    fileprivate func maskedPath(_ path: String) -> String? {
        switch self {
        case .string(let text): return text.isSameBytes(DecisionRecord.mask) ? path : nil
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if let found = element.maskedPath("\(path)[\(index + 1)]") { return found }
            }
        case .object(let members):
            for member in members { if let found = member.value.maskedPath("\(path).\(member.key)") { return found } }
        default: break
        }
        return nil
    }

    /// True when a string anywhere in it, or a name, contains a text.
    fileprivate func mentions(_ text: String) -> Bool {
        switch self {
        case .string(let string): string.mentions(text)
        case .array(let elements): elements.contains { $0.mentions(text) }
        case .object(let members): members.contains { $0.value.mentions(text) || $0.key.text.mentions(text) }
        default: false
        }
    }
}

extension String {
    /// True when it contains the bytes of a text that begins with a character of one byte.
    fileprivate func mentions(_ text: String) -> Bool {
        var rest = utf8[...]
        while let place = rest.firstIndex(of: text.utf8.first!) {
            if rest[place...].starts(with: text.utf8) { return true }
            rest = rest[rest.index(after: place)...]
        }
        return false
    }
}
