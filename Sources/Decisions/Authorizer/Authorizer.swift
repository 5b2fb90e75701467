package import Model
package import Policies

/// Where every decision is made: request → liveness → policies → decision.
///
/// Owns an interpreter: for one thread only. Deciding does not throw; only a request that is no question does.
package final class Authorizer {
    private let directory: Directory
    // A constant: as a variable it is retained at every decision.
    let evaluator: Evaluator
    private let reader: RequestReader?
    /// Whether a decision carries what its policies read.
    package var explains = false
    /// Whether `acting` is kept.
    var notesUse = false
    /// The token of the last line that was answered.
    private(set) var acting: TokenID?
    /// Whether reasons are filled in; a caller that only counts them need not pay for it.
    package var tells = true

    package init(
        policies: PolicySet, directory: Directory, budget: Budget = Budget(), treeOptions: TreeOptions = TreeOptions()
    ) throws(PolicyError) {
        self.directory = directory
        evaluator = try Evaluator(policies, budget: budget, treeOptions: treeOptions)
        // What others are held to reads slowly.
        reader = treeOptions.isReference ? nil : RequestReader(schema: policies.schema, directory: directory)
    }

    /// Answers a question, on the snapshot this was made with.
    /// - Throws: when the question is not what the schema requires; no decision then, but status 400.
    package func decide(_ question: AuthorizationRequest) throws(RequestError) -> Decision {
        try decide(question, on: directory)
    }

    /// The same on another snapshot. What was learned of the policies holds on every one.
    package func decide(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError) -> Decision {
        var builder = RequestBuilder(schema: evaluator.set.schema, directory: directory)
        var decision: Decision
        switch try builder.build(question) {
        case .deny(let code): decision = .deny(code)
        case .request(let request):
            if let code = ActorValidity.fault(request) {
                decision = .deny(code)
            } else {
                _ = evaluator.evaluate(request)
                decision = combine(obligations: question.obligations)
            }
        }
        decision.version = evaluator.set.version
        decision.ignored = question.ignored + builder.ignored
        if question.isTimedByContext { decision.ignored.removeAll { $0 == "context.time" } }
        return decision
    }

    /// What each policy that applied to the last question said, by number.
    package var outcomes: [Outcome] { evaluator.outcomes }

    /// How often a policy was run: the others were answered by what is known of them.
    package var runCount: Int { evaluator.runCount }

    /// What running each policy has allocated at most, by policy.
    package var bytes: [ExactName: Int] {
        Dictionary(uniqueKeysWithValues: zip(evaluator.set.policies.map(\.id), evaluator.bytes))
    }

    /// What was learned: which policies are open, and about how many bytes the trees take.
    package var learned: (open: [ExactName], bytes: Int) {
        let size = evaluator.forestSize
        return (size.open.map { evaluator.set.policies[$0].id }, size.bytes)
    }

    /// Runs policies from now on, instead of asking their trees.
    package func distrust(_ policies: Set<ExactName>) {
        for (number, policy) in evaluator.set.policies.enumerated() where policies.contains(policy.id) {
            evaluator.distrust(number)
        }
    }

    /// A question as policies are asked about it.
    /// - Returns: `nil` when no policy is asked.
    /// - Throws: as `decide`.
    package func prepared(_ question: AuthorizationRequest) throws(RequestError) -> ResolvedRequest? {
        try prepared(question, on: directory)
    }

    /// The same on another snapshot.
    package func prepared(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError)
        -> ResolvedRequest?
    {
        try Self.request(question, schema: evaluator.set.schema, directory: directory)
    }

    /// A question as policies under a schema are asked about it.
    /// - Returns: `nil` when no policy is asked.
    /// - Throws: as `decide`.
    package static func request(
        _ question: AuthorizationRequest, schema: Schema, directory: Directory
    ) throws(RequestError) -> ResolvedRequest? {
        var builder = RequestBuilder(schema: schema, directory: directory)
        guard case .request(let request) = try builder.build(question), ActorValidity.fault(request) == nil else {
            return nil
        }
        return request
    }

    /// Decides a prepared request, and says no more than whether it is permitted.
    /// - Parameter request: lent while it is decided, so that nothing of it is copied.
    @discardableResult package func decide(prepared request: inout ResolvedRequest) -> Bool {
        evaluator.evaluate(lent: &request).isPermit
    }

    /// Whether a prepared request is permitted to a caller who can do what is asked of it.
    func permits(_ request: inout ResolvedRequest, obligations: AuthorizationRequest.Obligations) -> Bool {
        let verdict = evaluator.evaluate(lent: &request)
        guard verdict.isObliging else { return verdict.isPermit }
        _ = evaluator.evaluate(request)
        return combine(obligations: obligations).isPermitted
    }

    /// A decision in its shortest form.
    package struct LineDecision {
        package let isPermitted: Bool
        /// What the policies came to; `nil` where none was asked.
        let verdict: Verdict?
        private let denial: String

        fileprivate init(_ verdict: Verdict) {
            (isPermitted, self.verdict, denial) = (verdict.isPermit, verdict, "")
        }

        fileprivate init(denial code: String) {
            (isPermitted, verdict, denial) = (false, nil, code)
        }

        package var code: String { verdict?.code ?? denial }
    }

    /// Answers a line of the usual shape, an access by a token, without a word of why.
    /// - Parameter line: with `RequestReader.padding` readable bytes behind it.
    /// - Returns: `nil` for every other line, and where obligations are to be told; `decide` is for those.
    func answer(_ line: UnsafeRawBufferPointer, tenant: ExactName?, now: Instant) -> LineDecision? {
        guard let reader, let tenant = number(of: tenant) else { return nil }
        var reading = RequestReader.LineReading.unsure
        let verdict = evaluator.evaluate { request in
            reading = unsafe reader.read(line, tenant: tenant < 0 ? nil : tenant, now: now, into: &request)
            guard case .request = reading else { return false }
            if let code = ActorValidity.fault(request) { reading = .deny(code) }
            if notesUse { acting = request.token(.token)?.id }
            if case .request = reading { return true }
            return false
        }
        guard let verdict else {
            guard case .deny(let code) = reading else { return nil }
            return LineDecision(denial: code)
        }
        return verdict.isObliging ? nil : LineDecision(verdict)
    }

    /// What the last line that was answered expects, if it says so.
    var expected: Bool? { reader?.expected }

    /// Counts, by policy, who was a reason of the last answer, and who observed.
    func tally(_ answer: LineDecision, _ reasons: inout [Int], _ observations: inout [Int]) {
        evaluator.tally(isPermitted: answer.isPermitted, &reasons, &observations)
    }

    /// The number of a tenant, -1 where none is named; `nil` for one that is not there.
    private func number(of tenant: ExactName?) -> Int? {
        guard let tenant else { return -1 }
        return directory.tenant(tenant)
    }

    /// What the last request comes to. Any deny wins; a policy that failed is a deny; no permit is a deny. Order never
    /// matters.
    func combine(obligations: AuthorizationRequest.Obligations) -> Decision {
        var decision = Decision(isPermitted: false, code: "not_permitted")
        var hasPermit = false
        // Who said nothing is of interest only to those who want to know why.
        for outcome in explains ? evaluator.outcomes : evaluator.spoken {
            let policy = evaluator.set.policies[outcome.policy]
            if explains { decision.traces.append(evaluator.trace(outcome)) }
            if let failure = Failure(outcome.termination, policy: policy.id) {
                if policy.isObserving {
                    decision.observedFailures.append(failure)
                } else {
                    decision.failures.append(failure)
                }
            }
            for statement in evaluator.statements(outcome, fills: tells || explains) {
                if policy.isObserving {
                    decision.observed.append(statement)
                    continue
                }
                switch statement.effect {
                case .permit:
                    hasPermit = true
                    decision.reasons.append(statement)
                case .deny: decision.reasons.append(statement)
                case .advise: decision.advice.append(statement)
                case .oblige: decision.obligations.append(statement)
                }
            }
        }
        let denies = decision.reasons.filter { $0.effect == .deny }
        if !denies.isEmpty {
            decision.code = "denied"
            decision.policyCode = denies.compactMap(\.code).first
        } else if !decision.failures.isEmpty {
            let exhausted = decision.failures.allSatisfy { $0.kind != .failed }
            decision.code = exhausted ? "budget_exhausted" : "policy_failed"
        } else if hasPermit {
            let unsupported = decision.obligations.contains { !obligations.contains(ExactName($0.text)) }
            decision.isPermitted = !unsupported
            decision.code = unsupported ? "obligation_unsupported" : "permitted"
        }
        // A permit of one policy is no reason for a deny by the others; obligations go with a permit only.
        if !decision.isPermitted {
            decision.overruled = decision.reasons.filter { $0.effect == .permit }
            decision.reasons.removeAll { $0.effect == .permit }
            if decision.code != "obligation_unsupported" {
                decision.overruled += decision.obligations
                decision.obligations = []
            }
        }
        return decision
    }
}

extension Verdict {
    /// The code of a decision without obligations.
    var code: String {
        if contains(.denies) { return "denied" }
        if contains(.fails) { return "policy_failed" }
        if contains(.exhausts) { return "budget_exhausted" }
        return contains(.permits) ? "permitted" : "not_permitted"
    }
}

extension AuthorizationRequest.Obligations {
    fileprivate func contains(_ name: ExactName) -> Bool {
        switch self {
        case .all: true
        case .named(let names): names.contains(name)
        }
    }
}

extension Failure {
    /// How an evaluation ended, when it did not end well.
    fileprivate init?(_ termination: Outcome.Termination, policy: ExactName) {
        switch termination {
        case .finished: return nil
        case .failed(let message, let line):
            self.init(policy: policy, line: line, kind: .failed, message: message)
        case .fuel:
            self.init(policy: policy, line: nil, kind: .fuel, message: "it runs on beyond its budget of instructions")
        case .memory: self.init(policy: policy, line: nil, kind: .memory, message: "it takes more memory than it may")
        case .deadline: self.init(policy: policy, line: nil, kind: .deadline, message: "it takes longer than it may")
        }
    }
}
