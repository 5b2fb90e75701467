package import Engine
package import Model
package import Policies
internal import Tokens

/// The component that makes every decision: request → validity of the actor → policies → decision.
///
/// Every decision is made on the directory that is given with the request: what was learned of the policies is valid on
/// each. Owns an interpreter: for one thread only. Deciding never fails; only an invalid request throws.
@safe package final class Authorizer {
    // A constant: as a variable it is retained at every decision.
    let evaluator: Evaluator
    let reader: RequestLineReader?
    /// The same, so that no reference is counted for a line.
    private let borrowedReader: Unmanaged<RequestLineReader>?
    private var ceilings: CeilingEnforcement
    /// The decision kinds of which it checks nothing; see `CeilingEnforcement.wholeKinds`.
    private var wholeKinds: UInt8

    /// The parts of a decision that are filled in. More of them take longer.
    package enum Detail: Sendable {
        /// The statements without their texts: for callers that only count them.
        case counts
        /// The statements with their texts.
        case statements
        /// These, and the facts that each policy read, also of policies that said nothing.
        case facts
        /// These, and the names whose content each fact shows: for a log that masks some.
        case trace

        /// True when the facts are filled in.
        var hasFacts: Bool { self == .facts || self == .trace }
    }

    package init(
        policies: PolicySet, budget: Budget = Budget(), treeOptions: TreeOptions = TreeOptions()
    ) throws(PolicyError) {
        evaluator = try Evaluator(policies, budget: budget, treeOptions: treeOptions)
        ceilings = CeilingEnforcement(policies)
        wholeKinds = ceilings.wholeKinds
        // The reference authorizer uses the full reader only.
        reader = treeOptions.isReference ? nil : RequestLineReader(schema: policies.schema)
        unsafe borrowedReader = reader.map { unsafe .passUnretained($0) }
    }

    /// The decision on a request.
    /// - Throws: when the request does not fit the schema. The answer is status 400 then, not a decision.
    package func decide(
        _ question: AuthorizationRequest, on directory: Directory, detail: Detail = .statements
    ) throws(RequestError) -> Decision {
        var builder = RequestBuilder(schema: evaluator.set.schema, directory: directory)
        var decision: Decision
        switch try builder.build(question) {
        case .deny(let code): decision = .deny(code)
        case .request(let request):
            if let code = fault(request) {
                decision = .deny(code)
            } else {
                _ = evaluator.evaluate(request, isInFull: detail.hasFacts)
                decision = combine(detail, obligations: question.supported)
            }
        }
        decision.version = evaluator.set.version
        decision.ignored = question.ignored + builder.ignored
        if question.isTimedByContext { decision.ignored.removeAll { $0 == "context.time" } }
        return decision
    }

    /// The code with which the core denies a request before any policy; `nil` for one that policies decide.
    @inline(__always) func fault(_ request: ResolvedRequest) -> String? {
        if let code = ActorValidity.fault(request) { return code }
        guard wholeKinds >> UInt8(request.kind.ordinal) & 1 == 0, request.actsUnderCeiling else { return nil }
        return ceilings.fault(request)
    }

    /// Uses other settings of the same policies from now on.
    package func use(_ policies: PolicySet) {
        evaluator.use(policies)
        ceilings = CeilingEnforcement(policies)
        wholeKinds = ceilings.wholeKinds
    }

    /// The number of policy runs so far. All other outcomes came from decision trees.
    package var runCount: Int { evaluator.runCount }

    /// The peak allocation of each policy's runs in bytes, by policy.
    package var bytes: [ExactName: Int] {
        Dictionary(uniqueKeysWithValues: zip(evaluator.set.policies.map(\.id), evaluator.bytes))
    }

    /// The state of the decision trees: the uncacheable policies, and the trees' approximate size in bytes.
    package var learned: (uncacheable: [ExactName], bytes: Int) {
        let size = evaluator.forestSize
        return (size.uncacheable.map { evaluator.set.policies[$0].id }, size.bytes)
    }

    /// Stops using the trees of these policies: from now on they are run for every request.
    package func distrust(_ policies: Set<ExactName>) {
        for (number, policy) in evaluator.set.policies.enumerated() where policies.contains(policy.id) {
            evaluator.distrust(number)
        }
    }

    /// The resolved request that policies get.
    /// - Returns: `nil` when the core denies the request without any policy.
    /// - Throws: as `decide`.
    package func prepared(_ question: AuthorizationRequest, on directory: Directory) throws(RequestError)
        -> ResolvedRequest?
    {
        guard let request = try Self.request(question, schema: evaluator.set.schema, directory: directory),
            !request.actsUnderCeiling || ceilings.fault(request) == nil
        else { return nil }
        return request
    }

    /// The resolved request that policies under a schema get.
    /// - Returns: `nil` when the core denies the request without any policy.
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

    /// The resolved request that policies would get if the core checked nothing of the actor.
    /// - Returns: `nil` when the core denies the request without any policy for another reason.
    /// - Throws: as `decide`.
    package static func unchecked(
        _ question: AuthorizationRequest, schema: Schema, directory: Directory
    ) throws(RequestError) -> ResolvedRequest? {
        var builder = RequestBuilder(schema: schema, directory: directory)
        guard case .request(let request) = try builder.build(question) else { return nil }
        return request
    }

    /// The decision of the policies alone, as if the core checked nothing of the actor.
    /// - Returns: `nil` when the core denies the request without any policy for another reason.
    /// - Throws: as `decide`.
    package func decideByPolicies(
        _ question: AuthorizationRequest, on directory: Directory
    ) throws(RequestError) -> Decision? {
        guard let request = try Self.unchecked(question, schema: evaluator.set.schema, directory: directory) else {
            return nil
        }
        _ = evaluator.evaluate(request, isInFull: false)
        return combine(.statements, obligations: .all)
    }

    /// Decides a prepared request; returns true for a permit.
    /// - Parameter request: lent while it is decided, so that nothing of it is copied.
    @discardableResult package func decide(prepared request: inout ResolvedRequest) -> Bool {
        evaluator.evaluate(lent: &request, isInFull: false).isPermit
    }

    /// Decides a prepared request; returns true when that took no walk of trees, for measuring.
    package func isRemembered(deciding request: inout ResolvedRequest) -> Bool {
        decide(prepared: &request)
        return evaluator.isRemembered
    }

    /// True when a prepared request is permitted to a caller that fulfils these obligations.
    func permits(_ request: inout ResolvedRequest, obligations: AuthorizationRequest.Obligations) -> Bool {
        let verdict = evaluator.evaluate(lent: &request, isInFull: false)
        guard verdict.isPermit, verdict.isObliging else { return verdict.isPermit }
        _ = evaluator.evaluate(request, isInFull: false)
        return combine(.counts, obligations: obligations).isPermitted
    }

    /// Decides the request in a line, without reasons.
    /// - Parameters:
    ///   - line: with `RequestLineReader.padding` readable bytes behind it.
    ///   - tenant: the tenant of a request that names none; `nil` for none.
    ///   - now: the time of the request; `nil` for the time that it states.
    /// - Returns: `nil` for a line that the full reader must read: `decide` is for those.
    func answer(
        _ line: UnsafeRawBufferPointer, on directory: Directory, tenant: Int?, now: Instant?
    ) -> LineDecision? {
        guard let reader = unsafe borrowedReader else { return nil }
        return unsafe reader._withUnsafeGuaranteedRef {
            unsafe answer(line, on: directory, tenant: tenant, now: now, by: $0)
        }
    }

    @inline(__always) private func answer(
        _ line: UnsafeRawBufferPointer, on directory: Directory, tenant: Int?, now: Instant?,
        by reader: RequestLineReader
    ) -> LineDecision? {
        var reading = RequestLineReader.LineReading.unsure
        var (token, action) = (-1, -1)
        let verdict = evaluator.evaluate(isInFull: false) { request in
            reading = unsafe reader.read(line, on: directory, tenant: tenant, now: now, into: &request)
            guard case .request = reading else { return false }
            (token, action) = (reader.token, request.actionNumber)
            var code =
                token < 0 ? ActorValidity.fault(request) : ActorValidity.fault(token: token, directory, request.now)
            if code == nil, wholeKinds & 1 == 0, request.actsUnderCeiling { code = ceilings.fault(request) }
            guard let code else { return true }
            reading = .deny(code)
            return false
        }
        guard let verdict else {
            guard case .deny(let code) = reading else { return nil }
            return LineDecision(denial: code, token: token)
        }
        return LineDecision(verdict, token: token, action: action)
    }

    /// The whole decision on the last line, which policies decided.
    func wholeDecision() -> Decision { combine(.statements, obligations: reader?.obligations ?? .named([])) }

    /// Counts the policies that were a reason of the decision on the last line.
    @inline(__always) func tally(isPermitted: Bool, _ counts: inout PolicyCounts) {
        evaluator.tally(isPermitted: isPermitted, &counts.reasons, &counts.observations)
    }

    /// The decision that the last line expects; `nil` where it expects none.
    var expected: Bool? { reader?.expected }

    /// The use of the token of the last line, as `AuthorizationRequest.occasion` tells it.
    func occasion(of action: Int, at time: Instant) -> TokenUse.Occasion {
        TokenUse.Occasion(
            time, action: evaluator.set.schema.actionNames[action], address: reader?.address)
    }

    /// The decision on the request that was evaluated last. Any deny wins; a policy that failed is a deny; no permit is
    /// a deny. The order of the policies never matters.
    func combine(_ detail: Detail, obligations supported: AuthorizationRequest.Obligations) -> Decision {
        let traces = detail.hasFacts
        var decision = Decision(isPermitted: false, code: "not_permitted")
        var hasPermit = false
        // Policies without an effect matter only for explanations.
        for outcome in traces ? evaluator.outcomes : evaluator.spoken {
            let policy = evaluator.set.policies[outcome.policy]
            if traces { decision.traces.append(evaluator.trace(outcome, names: detail == .trace)) }
            if let failure = Failure(outcome.termination, policy: policy.id) {
                if policy.isObserving {
                    decision.observedFailures.append(failure)
                } else {
                    decision.failures.append(failure)
                }
            }
            for statement in evaluator.statements(outcome, fills: detail != .counts) {
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
            decision.note(unsupported: .permit, supported)
            decision.isPermitted = decision.unsupported.isEmpty
            decision.code = decision.isPermitted ? "permitted" : "obligation_unsupported"
        }
        // The permit of one policy is not a reason for a deny by another.
        if !decision.isPermitted {
            decision.overruled = decision.reasons.filter { $0.effect == .permit }
            decision.reasons.removeAll { $0.effect == .permit }
            // A deny stays a deny: an obligation of it that nobody fulfils is only reported.
            decision.note(unsupported: .deny, supported)
        }
        let occasion = decision.isPermitted ? PolicyStatement.Occasion.permit : .deny
        decision.overruled += decision.obligations.filter { $0.occasion != occasion }
        decision.obligations.removeAll { $0.occasion != occasion }
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

extension Decision {
    /// Notes the obligations for a decision that the caller does not support.
    fileprivate mutating func note(
        unsupported occasion: PolicyStatement.Occasion, _ supported: AuthorizationRequest.Obligations
    ) {
        let names = obligations.lazy.filter { $0.occasion == occasion }.map { ExactName($0.text) }
        unsupported = Set(unsupported).union(names.filter { !supported.contains($0) }).sorted()
    }
}

extension Failure {
    /// The failure of an evaluation; `nil` when it finished.
    fileprivate init?(_ termination: Outcome.Termination, policy: ExactName) {
        switch termination {
        case .finished: return nil
        case .failed(let message, let line):
            self.init(policy: policy, line: line, kind: .failed, message: message)
        case .fuel: self.init(.fuel, .fuel, policy)
        case .memory: self.init(.memory, .memory, policy)
        case .deadline: self.init(.deadline, .deadline, policy)
        }
    }

    private init(_ kind: Kind, _ limit: EvaluationLimit, _ policy: ExactName) {
        self.init(policy: policy, line: nil, kind: kind, message: "it \(limit.excess)")
    }
}
