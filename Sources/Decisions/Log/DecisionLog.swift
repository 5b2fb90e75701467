internal import Files
package import Model

/// A log of decisions as NDJSON lines in a file: time, request, decision, deciding policies, facts read, and duration.
///
/// It holds token ids, never token strings. Masked properties are recorded as masked. Where any are masked, so is every
/// text that a policy made, since it could quote them.
package struct DecisionLog: ~Copyable {
    /// The names of properties whose content is never written.
    private let masked: Set<ExactName>
    private let file: OpenFile
    private var writer = JSONWriter()

    package init(path: String, masked: Set<ExactName> = []) throws(DecisionLogError) {
        self.masked = masked
        do throws(FileError) { file = try OpenFile(path, for: .appending(mode: 0o600)) } catch {
            throw DecisionLogError(message: error.message)
        }
    }

    /// Writes one line of the log.
    package static func line(
        _ question: AuthorizationRequest, _ decision: Decision, nanoseconds: Int64, masked: Set<ExactName>,
        into writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.member("time", string: question.now.description)
            writer.member("request", value: request(question, masked))
            writer.member("decision", boolean: decision.isPermitted)
            writer.member("code", string: decision.code)
            let deciding = (decision.reasons + decision.refused).map(\.policy) + decision.failures.map(\.policy)
            let policies = Set(deciding)
            writer.member("policies", strings: policies.sorted())
            decision.writeObserved(to: &writer, hidesTexts: !masked.isEmpty)
            writer.array("said") { writer in
                for statement in decision.said { statement.write(to: &writer, hidesText: !masked.isEmpty) }
            }
            if !decision.unsupported.isEmpty {
                let names = masked.isEmpty ? decision.unsupported : decision.unsupported.map { _ in "(masked)" }
                writer.member("unsupported_obligations", strings: names)
            }
            writer.member("facts", strings: facts(decision, masked))
            writer.array("reads") { writer in
                for trace in decision.traces {
                    writer.object { writer in
                        writer.member("policy", string: trace.policy)
                        writer.member("facts", integer: trace.facts.count)
                    }
                }
            }
            writer.member("version", string: decision.version)
            writer.member("nanoseconds", integer: Int(nanoseconds))
        }
        writer.newline()
    }

    /// Appends lines as they are; each call must pass whole lines.
    package func append(_ bytes: [UInt8]) throws(DecisionLogError) {
        do throws(FileError) { try file.write(bytes) } catch { throw DecisionLogError(message: error.message) }
    }

    package mutating func append(
        _ question: AuthorizationRequest, _ decision: Decision, nanoseconds: Int64
    ) throws(DecisionLogError) {
        writer.reset()
        Self.line(question, decision, nanoseconds: nanoseconds, masked: masked, into: &writer)
        try append(writer.bytes)
    }

    private static func facts(_ decision: Decision, _ masked: Set<ExactName>) -> [String] {
        decision.traces.flatMap(\.facts).map { fact in
            // Names of the vocabulary, too. Split by scalars: a name may begin with a combining mark, which would form one character with the dot.
            let hides = fact.text.unicodeScalars.split { " (),{}".unicodeScalars.contains($0) }.contains { word in
                word.split { ".[]".unicodeScalars.contains($0) }.dropFirst()
                    .contains { masked.contains(ExactName(Substring($0))) }
            }
            // A fact from a plugin may contain anything.
            let isHidden = hides || !masked.isDisjoint(with: fact.names) || fact.isDerived && !masked.isEmpty
            return "\(fact.text) = \(isHidden ? "(masked)" : fact.value)"
        }
    }

    private static func request(_ question: AuthorizationRequest, _ masked: Set<ExactName>) -> JSON {
        var members: [JSON.Member] = [
            .init("point", .string(question.kind.rawValue)), .init("action", .string(question.action)),
        ]
        if question.actionProperties != .object([]) {
            members.append(.init("action_properties", mask(question.actionProperties, masked)))
        }
        switch question.subject {
        case .token(let id):
            members.append(.init("subject", .object([.init("type", .string("token")), .init("id", .string(id))])))
        case .external(let type, let id, let properties):
            members.append(
                .init(
                    "subject",
                    .object([
                        .init("type", .string(type)), .init("id", .string(id)),
                        .init("properties", mask(properties, masked)),
                    ])))
        case .actor: break
        }
        if let resource = question.resource {
            members.append(
                .init(
                    "resource",
                    .object([
                        .init("type", .string(resource.type)), .init("id", resource.id.map(JSON.string) ?? .null),
                        .init("properties", mask(resource.properties, masked)),
                    ])))
        }
        members.append(.init("context", mask(question.context, masked)))
        if case .named(let names) = question.obligations, !question.kind.isAdministrative {
            members.append(.init("obligations", .array(names.map(JSON.string))))
        }
        if let tenant = question.tenant { members.append(.init("tenant", .string(tenant))) }
        guard question.kind.isAdministrative else { return .object(members) }
        members.append(.init("actor", question.actor.json))
        if let token = question.token ?? question.record?.id.description {
            members.append(.init("token", .string(token)))
        }
        if let proposed = question.proposed { members.append(.init("proposed", mask(proposed.json, masked))) }
        return .object(members)
    }

    private static func mask(_ json: JSON, _ masked: Set<ExactName>) -> JSON {
        guard !masked.isEmpty else { return json }
        switch json {
        case .object(let members):
            return .object(
                members.map {
                    .init($0.key, masked.contains($0.key) ? .string("(masked)") : mask($0.value, masked))
                })
        case .array(let elements): return .array(elements.map { mask($0, masked) })
        default: return json
        }
    }
}

/// The reason why a decision could not be logged.
package struct DecisionLogError: Error, Sendable {
    package let message: String
}
