internal import Decisions
internal import Model
internal import Policies

/// Decides lines of a decision log again, with its own authorizer: for one thread at a time.
struct ReplayWorker {
    private let now: Instant?
    private let authorizer: Authorizer
    /// The number of lines in a row that were not confirmed. Where none of many was, few more are tried: their decisions
    /// differ, or the fast reader leaves them alone.
    private var unconfirmed = 0

    private static let (patience, interval) = (64, 16)

    init(_ options: Replay.Options, _ policies: PolicySet) throws(PolicyError) {
        now = options.now
        authorizer = try Authorizer(policies: policies, budget: options.budget)
    }

    mutating func replay(_ block: Block, on directory: Directory) -> ReplayedBlock {
        var result = ReplayedBlock()
        unsafe block.forEachLoggedLine { line, number in
            result.lines += 1
            if let line = unsafe line, unsafe isConfirmed(line, number, on: directory, &result) { return }
            unsafe replay(line.map { unsafe LoggedLine(Array($0)) } ?? .tooLong, number, on: directory, &result)
        }
        return result
    }

    /// Counts a line that the fast reader reads, and whose request gets the same decision again.
    private mutating func isConfirmed(
        _ line: UnsafeRawBufferPointer, _ number: Int, on directory: Directory, _ result: inout ReplayedBlock
    ) -> Bool {
        unconfirmed += 1
        guard unconfirmed < Self.patience || unconfirmed % Self.interval == 0,
            let line = unsafe authorizer.confirmed(logged: line, on: directory, now: now)
        else { return false }
        unconfirmed = 0
        if let own = line.number, own != number { result.noteMisplaced(number) }
        result.note(version: line.version)
        result.unchanged += 1
        return true
    }

    private func replay(_ line: LoggedLine, _ number: Int, on directory: Directory, _ result: inout ReplayedBlock) {
        if line.isMisplaced(at: number) { result.noteMisplaced(number) }
        let record: DecisionRecord
        switch line.content {
        case .omitted(let obstacle, let message): return result.omitted.note(number, obstacle, message)
        case .masked(let path): return result.omitted.note(number, .masked, "`\(path)` is masked")
        case .record(let read): record = read
        }
        var question = record.question
        if let now { question.now = now }
        let decision: Decision
        do throws(RequestError) {
            decision = try authorizer.decide(question, on: directory)
        } catch { return result.omitted.note(number, .refused, error.message) }
        if decision.code == "token_unknown", record.code != decision.code {
            return result.omitted.note(number, .unknownToken, "its token is not in the store")
        }
        result.note(version: ExactName(record.version))
        let areWordsKnown = line.json?["said"] != nil
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
