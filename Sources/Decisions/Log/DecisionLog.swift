internal import Files
package import Model
package import Tokens

/// A log of decisions as NDJSON lines in a file: time, request, decision, deciding policies, facts read, and duration.
///
/// The lines are a chain: each has the hash of the one before, and its own. It continues a chain that the file has, also
/// when several processes append, and begins one after lines that have none. What is written at once ends with a seal,
/// where a key file is at hand. A line that a process did not write to its end is kept, and named in `remark`.
///
/// It holds token ids, never token strings. Masked properties are recorded as masked. Where any are masked, so is every
/// text that a policy made, since it could quote them.
package struct DecisionLog: ~Copyable {
    /// The names of properties whose content is never written.
    private let masked: Set<ExactName>
    private let path: String
    private let file: OpenFile
    private let sealer: LineSealer?
    /// False for a device or a pipe, which has no earlier lines to read.
    private let isFile: Bool
    /// The last line in the file, and the size of the file after it.
    private var position = LogPosition.start
    private var size = 0
    /// The sentence about an incomplete line at the end of the file, where there was one.
    package private(set) var remark: String?
    private var writer = JSONWriter()

    /// - Parameter sealer: `nil` where no key file is at hand.
    package init(path: String, masked: Set<ExactName> = [], sealer: LineSealer? = nil) throws(DecisionLogError) {
        self.masked = masked
        self.path = path
        self.sealer = sealer
        isFile = (try? FileStatus(of: path)).map { $0.kind == .regular } ?? true
        do throws(FileError) {
            file = try OpenFile(path, for: isFile ? .extending(mode: 0o600) : .appending(mode: 0o600))
        } catch { throw DecisionLogError(message: error.message) }
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

    /// Appends lines, linked to the last line in the file.
    mutating func append(_ lines: LoggedLines) throws(DecisionLogError) {
        guard !lines.bytes.isEmpty else { return }
        do throws(FileError) {
            guard isFile else { return try file.write(lines.linked(after: &position, sealer)) }
            try file.lock()
            defer { file.unlock() }
            let present = try file.status().size
            // The file has lines of another process, or what it had when it was opened.
            var beginning: [UInt8] = []
            if present != size { beginning = try goToEnd() }
            let bytes = beginning + lines.linked(after: &position, sealer)
            // Until all is written, the position is not that of the file.
            size = -1
            try file.write(bytes)
            size = present + bytes.count
        } catch { throw DecisionLogError(message: error.message) }
    }

    package mutating func append(
        _ question: AuthorizationRequest, _ decision: Decision, nanoseconds: Int64
    ) throws(DecisionLogError) {
        writer.reset()
        Self.line(question, decision, nanoseconds: nanoseconds, masked: masked, into: &writer)
        try append(LoggedLines(writer.bytes))
    }

    /// Finds the position of the last line in the file.
    /// - Returns: a line end, where the last line has none.
    private mutating func goToEnd() throws(FileError) -> [UInt8] {
        let end = try file.status().size
        if let last = try lastLine(before: end), let (link, _) = LineLink.read(last) {
            position = link.position
            return []
        }
        // Lines without links, or an incomplete one: the position follows from all of them.
        position = .start
        var isEnded = true
        try FileLines.forEach(of: file) { line in
            position = LogPosition(after: position, line.bytes)
            isEnded = line.isEnded
            return true
        }
        guard !isEnded else { return [] }
        remark =
            "line \(position.number) of `\(path)` is incomplete: a process stopped while it was written; it is kept, and "
            + "`demilune log verify` names it"
        return [UInt8(ascii: "\n")]
    }

    /// The last line without its end; `nil` where the file is empty, or does not end with a line end.
    private func lastLine(before end: Int) throws(FileError) -> ArraySlice<UInt8>? {
        var bytes: [UInt8] = []
        var length = 1 << 12
        while end > 0 {
            length = min(length, end)
            bytes = [UInt8](repeating: 0, count: length)
            guard try file.read(into: &bytes, at: end - length) == length, bytes.last == UInt8(ascii: "\n") else {
                return nil
            }
            if let before = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")) {
                return bytes[(before + 1)...].dropLast()
            }
            if length == end { return bytes.dropLast() }
            length *= 16
        }
        return nil
    }

    private static func facts(_ decision: Decision, _ masked: Set<ExactName>) -> [String] {
        guard !masked.isEmpty else {
            return decision.traces.flatMap { $0.facts.map { "\($0.text) = \($0.value)" } }
        }
        return decision.traces.flatMap(\.facts).map { fact in
            // Names of the vocabulary, too. Split by scalars: a name may begin with a combining mark, which would form one character with the dot.
            let hides = fact.text.unicodeScalars.split { " (),{}".unicodeScalars.contains($0) }.contains { word in
                word.split { ".[]".unicodeScalars.contains($0) }.dropFirst()
                    .contains { masked.contains(ExactName(Substring($0))) }
            }
            // A fact from a plugin may contain anything, and so may one whose names are not known.
            let isHidden = hides || fact.isDerived || !(fact.names.map(masked.isDisjoint) ?? false)
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

extension LogPosition {
    /// The position of a line as its link states it, or as follows from the line before.
    init(after position: LogPosition, _ line: ArraySlice<UInt8>) {
        self = LineLink.read(line)?.link.position ?? LineLink.position(after: position, unlinked: line)
    }
}
