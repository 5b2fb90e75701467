internal import Engine
internal import Model
internal import Policies

/// Reads the lines of a decision log: accesses whose policies neither obliged nor advised, and of which nothing is masked.
extension RequestLineReader {
    /// The rest of a line of a decision log, beside its request.
    struct LoggedDecision {
        let isPermitted: Bool
        let code: String
        /// The code of the first statement that denies.
        let policyCode: ExactName?
        let version: ExactName
        /// The number of the line in its log; `nil` in logs of earlier versions.
        let number: Int64?
        let time: Instant
    }

    /// Reads the request and the decision in a line of a decision log.
    /// - Parameter now: the time of the request; `nil` for the time of the line.
    /// - Returns: with `nil` for the decision when the result is `.unsure`.
    func read(
        logged line: UnsafeRawBufferPointer, on directory: Directory, now: Instant?, into request: inout ResolvedRequest
    ) -> (LineReading, LoggedDecision?) {
        guard unsafe parse(line), let record = readRecord() else { return (.unsure, nil) }
        let reading = resolve(on: directory, tenant: nil, now: now ?? record.time, into: &request)
        if case .unsure = reading { return (.unsure, nil) }
        return (reading, record)
    }

    /// Reads the parsed line as one of a decision log.
    func readRecord() -> LoggedDecision? {
        guard let (fields, request) = fields(isWhole: true), let policyCode = readStatements(fields.said),
            let time = time(of: fields), unsafe last.pointee.readLogged(request)
        else { return nil }
        let tape = unsafe last.pointee.tape
        return unsafe LoggedDecision(
            isPermitted: tape.kind(fields.decision) == .true, code: tape.string(fields.code), policyCode: policyCode,
            version: ExactName(tape.string(fields.version)),
            number: fields.number > 0 ? tape.integer(fields.number) : nil, time: time)
    }

    /// Reads the parsed line as one of a decision log whose request is to be decided again, whatever its policies said.
    /// - Returns: the time of the line. The line expects its decision.
    func readAgain() -> Instant? {
        guard let (fields, request) = fields(isWhole: false), let time = time(of: fields),
            unsafe last.pointee.readLogged(request)
        else { return nil }
        unsafe last.pointee.expected = fields.decision
        return time
    }

    private func time(of fields: RecordFields) -> Instant? { unsafe Instant(last.pointee.tape.string(fields.time)) }

    /// The places of the members of a line; 0 for one that is left out.
    private struct RecordFields {
        var time = 0
        var code = 0
        var version = 0
        var decision = 0
        var number = 0
        var said = 0
        var facts = 0
        var reads = 0
    }

    /// Finds the members of a line.
    /// - Parameter isWhole: true where nothing may be left out but the number, and nothing may be there that only a line of
    ///   another kind has.
    /// - Returns: the members, and the place of the request.
    private func fields(isWhole: Bool) -> (RecordFields, request: Int)? {
        let (parts, tape) = unsafe (last, last.pointee.tape)
        let root = unsafe JSONTape.root
        var (fields, request) = (RecordFields(), 0)
        unsafe parts.pointee.forgetNames()
        guard unsafe tape.kind(root) == .object else { return nil }
        let isRead = unsafe tape.eachMember(of: root) { name, value in
            func take(_ kind: JSONTape.Kind, _ place: inout Int) -> Bool {
                unsafe ParsedRequest.take(value, kind, tape, &place)
            }
            func takeList(_ place: inout Int) -> Bool {
                unsafe take(.array, &place) && parts.pointee.isWellFormed(value)
            }
            if unsafe JSONTape.is(name, "time") { return take(.string, &fields.time) }
            if unsafe JSONTape.is(name, "request") { return take(.object, &request) }
            if unsafe JSONTape.is(name, "decision") {
                return take(.true, &fields.decision) || take(.false, &fields.decision)
            }
            if unsafe JSONTape.is(name, "code") { return take(.string, &fields.code) }
            if unsafe JSONTape.is(name, "said") { return takeList(&fields.said) }
            if unsafe JSONTape.is(name, "facts") { return takeList(&fields.facts) }
            if unsafe JSONTape.is(name, "reads") { return takeList(&fields.reads) }
            if unsafe JSONTape.is(name, "version") { return take(.string, &fields.version) }
            if unsafe JSONTape.is(name, "number") { return take(.integer, &fields.number) }
            // A line with a subject is a request; one may expect another decision than it tells.
            let isOther = unsafe JSONTape.is(name, "subject") || JSONTape.is(name, "expected")
            return unsafe !isOther && (!isWhole || Self.isIgnored(name)) && parts.pointee.ignore(name, value, of: root)
        }
        guard isRead, fields.time > 0, request > 0, fields.decision > 0, fields.code > 0,
            fields.reads == 0 || areCounts(fields.reads)
        else { return nil }
        // Without the facts that policies read, the line is not whole.
        let isComplete = fields.said > 0 && fields.facts > 0 && fields.reads > 0 && fields.version > 0
        return isComplete || !isWhole ? (fields, request) : nil
    }

    /// True for a member of a log's line that nothing reads.
    private static func isIgnored(_ name: UnsafeRawBufferPointer) -> Bool {
        unsafe JSONTape.is(name, "policies") || JSONTape.is(name, "nanoseconds") || JSONTape.is(name, "previous")
            || JSONTape.is(name, "hash") || JSONTape.is(name, "seal")
    }

    /// Reads the statements of policies.
    /// - Returns: the code of the first that denies, which is `nil` where none has one; `nil` for any that neither permits
    ///   nor denies, and for one that is incomplete.
    private func readStatements(_ said: Int) -> ExactName?? {
        let tape = unsafe last.pointee.tape
        var first: ExactName?
        let isRead = unsafe tape.eachElement(of: said) { statement in
            guard unsafe tape.kind(statement) == .object else { return false }
            var (effect, code, words, policy, line) = (0, 0, 0, 0, 0)
            let isWhole = unsafe tape.eachMember(of: statement) { name, value in
                func take(_ kind: JSONTape.Kind, _ place: inout Int) -> Bool {
                    unsafe ParsedRequest.take(value, kind, tape, &place)
                }
                if unsafe JSONTape.is(name, "effect") { return take(.string, &effect) }
                if unsafe JSONTape.is(name, "code") { return take(.string, &code) }
                if unsafe JSONTape.is(name, "text") { return take(.string, &words) }
                if unsafe JSONTape.is(name, "policy") { return take(.string, &policy) }
                if unsafe JSONTape.is(name, "line") { return take(.integer, &line) }
                return true
            }
            // Without its policy and its line, a statement is none.
            guard isWhole, effect > 0, words > 0, policy > 0, line > 0, unsafe tape.integer(line) >= 0,
                unsafe !last.pointee.hasMask(words)
            else { return false }
            if unsafe JSONTape.is(tape.text(effect), "deny") {
                if first == nil, code > 0 { first = unsafe ExactName(tape.string(code)) }
                return true
            }
            return unsafe JSONTape.is(tape.text(effect), "permit")
        }
        return isRead ? .some(first) : nil
    }

    /// True for the numbers of facts that policies read.
    private func areCounts(_ reads: Int) -> Bool {
        let tape = unsafe last.pointee.tape
        return unsafe tape.eachElement(of: reads) { read in
            guard unsafe tape.kind(read) == .object, let count = unsafe tape.member("facts", of: read) else {
                return false
            }
            return unsafe tape.kind(count) == .integer && tape.integer(count) >= 0
        }
    }
}
