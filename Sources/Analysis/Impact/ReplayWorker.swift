internal import Decisions
internal import Model
internal import Policies

/// Decides lines of a decision log again, with its own authorizer: for one thread at a time.
struct ReplayWorker {
    private static let tooLong = "it is longer than 1 MiB"
    private let now: Instant?
    private let authorizer: Authorizer

    init(_ options: Replay.Options, _ policies: PolicySet) throws(PolicyError) {
        now = options.now
        authorizer = try Authorizer(policies: policies, budget: options.budget)
    }

    mutating func replay(_ block: Block, on directory: Directory) -> ReplayedBlock {
        var result = ReplayedBlock()
        guard !block.isTooLong else {
            result.lines = 1
            result.note(block.firstLine, .unreadable, Self.tooLong)
            return result
        }
        unsafe block.forEachLine { line, number in
            guard unsafe !Self.isBlank(line) else { return }
            result.lines += 1
            guard line.count <= Block.longestLine else { return result.note(number, .unreadable, Self.tooLong) }
            if unsafe !isConfirmed(line, number, on: directory, &result) {
                unsafe replay(Array(line), number, on: directory, &result)
            }
        }
        return result
    }

    /// Counts a line whose request is of the usual shape, and gets the same decision again.
    private func isConfirmed(
        _ line: UnsafeRawBufferPointer, _ number: Int, on directory: Directory, _ result: inout ReplayedBlock
    ) -> Bool {
        guard let line = unsafe authorizer.confirmed(logged: line, on: directory, now: now) else { return false }
        if let own = line.number, own != number { result.noteMisplaced(number) }
        result.note(version: line.version)
        result.unchanged += 1
        return true
    }

    private static func isBlank(_ line: UnsafeRawBufferPointer) -> Bool {
        unsafe line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }

    private func replay(_ line: [UInt8], _ number: Int, on directory: Directory, _ result: inout ReplayedBlock) {
        let json: JSON
        do throws(JSONError) { json = try JSONReader.parse(request: line) } catch {
            return result.note(number, .unreadable, "it is not JSON: \(error.message) at column \(error.column)")
        }
        if let own = json["number"], own != .integer(Int64(number)) { result.noteMisplaced(number) }
        if let path = DecisionRecord.maskedPath(json) { return result.note(number, .masked, "`\(path)` is masked") }
        let record: DecisionRecord
        do throws(RequestError) { record = try DecisionRecord(json) } catch {
            return result.note(number, .incomplete, error.message)
        }
        var question = record.question
        if let now { question.now = now }
        let decision: Decision
        do throws(RequestError) {
            decision = try authorizer.decide(question, on: directory)
        } catch { return result.note(number, .refused, error.message) }
        if decision.code == "token_unknown", record.code != decision.code {
            return result.note(number, .unknownToken, "its token is not in the store")
        }
        result.note(version: ExactName(record.version))
        let areWordsKnown = json["said"] != nil
        let hidesWords = !areWordsKnown || record.said.contains { $0.text == DecisionRecord.mask }
        let isImported = record.code == DecisionRecord.importedCode
        if isImported { result.imported += 1 } else if hidesWords { result.masked += 1 }
        let before = ComparedDecision(record, hidesWords: hidesWords)
        let after = ComparedDecision(decision, hidesWords: hidesWords)
        guard let direction = before.direction(to: after, isVerdictOnly: isImported, comparesSaid: areWordsKnown) else {
            result.unchanged += 1
            return
        }
        let token = question.tokenID
        let areOfPolicies = areWordsKnown && !isImported && before.isOfPolicies && after.isOfPolicies
        let key = Replay.Finding.Key(
            direction: direction, holder: token.flatMap { Replay.Finding.Holder($0, directory) },
            subjectType: question.subjectType, kind: question.kind, codeBefore: ExactName(record.code),
            codeAfter: ExactName(decision.code), policies: areOfPolicies ? before.policies(apartFrom: after) : [])
        result.note(number, key, token, record, decision)
    }
}

extension Replay.Finding.Holder {
    /// - Returns: `nil` for a token that is not in the store.
    fileprivate init?(_ token: TokenID, _ directory: Directory) {
        guard let index = directory.token(token) else { return nil }
        let record = directory.tokens[index]
        let assignment = directory.assignments[record.assignment]
        self.init(
            tenant: directory.tenants[record.tenant].id, department: directory.departments[assignment.department].id,
            userType: directory.userTypes[assignment.userType].id)
    }
}

extension AuthorizationRequest {
    /// The token that acts, or is acted upon.
    fileprivate var tokenID: TokenID? {
        if case .token(let id) = subject { return TokenID(id) }
        return token.flatMap { TokenID($0) }
    }

    fileprivate var subjectType: ExactName? {
        if case .external(let type, _, _) = subject { type } else { nil }
    }
}
