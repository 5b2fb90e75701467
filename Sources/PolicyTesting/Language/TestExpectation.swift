package import Model

/// A test's expectation of the decision; it has at least one part.
package struct TestExpectation {
    package static let keys: [ExactName] = [
        "permit", "deny", "code", "reason", "advice", "details", "obligation", "obligations", "silent", "reads",
        "unread",
    ]
    /// The codes of decisions that policies took part in.
    private static let judged = [
        "permitted", "denied", "not_permitted", "policy_failed", "budget_exhausted", "obligation_unsupported",
    ]

    private let permit: Bool?
    private let deny: ExactName?
    private let code: ExactName?
    private let reason: String?
    private let advice: ExactName?
    private let obligation: ExactName?
    /// The obligations of the decision, all of them; `nil` where the test does not care.
    private let obligations: ExpectedObligations?
    private let isSilent: Bool
    private let details: [JSON.Member]
    private let facts: ExpectedFacts
    /// The policy of the test file, which is the one that `silent` is about.
    private let policy: ExactName

    init(_ table: TestTable, policy: ExactName, policies: [ExactName]) throws(TestFault) {
        try table.refuseOthers(than: Self.keys)
        permit = try table.boolean("permit")
        deny = try table.name("deny")
        code = try table.name("code")
        reason = try table.string("reason")
        advice = try table.name("advice")
        obligation = try table.name("obligation")
        obligations = try ExpectedObligations(table)
        isSilent = try table.boolean("silent") ?? false
        details = try table.table("details")?.members() ?? []
        facts = try ExpectedFacts(table)
        self.policy = policy
        guard
            !facts.isEmpty || permit != nil || deny != nil || code != nil || advice != nil || obligation != nil
                || obligations != nil || isSilent
        else {
            throw TestFault("the test expects nothing; `expect` needs one of `permit`, `deny`, `code`, `advice` …")
        }
        if !details.isEmpty, advice == nil, obligation == nil {
            throw TestFault("`expect.details` needs an `advice` or an `obligation`")
        }
        if reason != nil, permit == nil, deny == nil {
            throw TestFault("`expect.reason` needs a `permit` or a `deny`")
        }
        if permit == true, deny != nil { throw TestFault("`expect` has both `permit` and `deny`") }
        for name in [deny, advice].compactMap(\.self) where !policies.contains(name) {
            throw TestFault("there is no policy `\(name)`" + Suggestion.hint(for: name, among: policies))
        }
    }

    /// True when the test needs the facts that were read: then the decision has to list them.
    var asksForFacts: Bool { !facts.isEmpty }

    /// The difference from the expectation; `nil` for none.
    func difference(from decision: Decision) -> TestFailure? {
        func failure(_ expected: String, _ happened: String? = nil) -> TestFailure {
            guard let happened else { return failed(expected, decision.inWords, by: decision.makers) }
            return TestFailure(expected: expected, happened: happened)
        }
        let unexpected = unexpectedFailures(of: decision)
        if !unexpected.isEmpty { return failed("no policy to fail", unexpected.inWords, by: unexpected.makers) }
        if let permit, decision.isPermitted != permit { return failure(permit ? "a permit" : "no permit") }
        if let deny {
            let denials = decision.reasons.filter { $0.effect == .deny && $0.policy == deny }
            if decision.isPermitted || denials.isEmpty {
                return failure("a deny by `\(deny)`")
            }
            if let code, ExactName(decision.code) != code, !denials.contains(where: { $0.code == code }) {
                return failure("the code `\(code)`")
            }
        } else if let code, ExactName(decision.code) != code, decision.policyCode != code {
            return failure("the code `\(code)`")
        }
        if let reason {
            let reasons = decision.reasons.filter { deny == nil || $0.policy == deny }
            if !reasons.contains(where: { $0.text.contains(reason) }) {
                return failure("a reason with `\(reason)`")
            }
        }
        if let advice, !decision.advice.contains(where: { $0.policy == advice && has($0) }) {
            return failure("advice by `\(advice)`\(detailsInWords)", decision.advice.inWords)
        }
        if let obligation, !decision.obligations.contains(where: { ExactName($0.text) == obligation && has($0) }) {
            return failure("the obligation `\(obligation)`\(detailsInWords)", decision.obligations.inWords)
        }
        if let obligations, !obligations.match(decision.obligations) {
            return failure("the obligations \(obligations.inWords)", decision.obligations.inWords)
        }
        if isSilent, let noise = noise(in: decision) { return noise }
        if facts.isEmpty { return nil }
        return facts.difference(from: decision.traces.first { $0.policy == policy }, policy: policy)
    }

    /// The failure of a test by what some policies did.
    private func failed(
        _ expected: String, _ happened: String, by makers: [(policy: ExactName, text: String)]
    ) -> TestFailure {
        var failure = TestFailure(expected: expected, happened: happened)
        failure.deciding = makers.map(\.policy)
        failure.isOfTestedPolicy = failure.deciding.contains(policy)
        failure.cause = makers.isEmpty ? nil : makers.map(\.text).joined(separator: ", ")
        return failure
    }

    /// The failures of policies that the test does not expect by their code. A decision may be as expected only because
    /// a policy failed, so that no other expectation can be trusted.
    private func unexpectedFailures(of decision: Decision) -> [Failure] {
        // A policy that observes decides nothing, so that only its own tests depend on it.
        let failures = decision.failures + decision.observedFailures.filter { $0.policy == policy }
        return ExactName(decision.code) == code ? failures.filter { $0.kind.code != decision.code } : failures
    }

    /// The statements or failures of a policy that was expected to be silent. A decision that never reached the
    /// policies does not count as silence.
    private func noise(in decision: Decision) -> TestFailure? {
        guard Self.judged.contains(decision.code) else {
            return TestFailure(expected: "`\(policy)` to be evaluated and stay silent", happened: decision.inWords)
        }
        let said = (decision.reasons + decision.advice + decision.obligations).filter { $0.policy == policy }
        if said.isEmpty, !decision.failures.contains(where: { $0.policy == policy }) { return nil }
        return TestFailure(
            expected: "`\(policy)` to stay silent", happened: said.isEmpty ? decision.inWords : said.inWords)
    }

    private func has(_ statement: PolicyStatement) -> Bool {
        details.allSatisfy { expected in
            statement.details.contains { $0.key == expected.key && $0.value == expected.value }
        }
    }

    private var detailsInWords: String {
        details.isEmpty ? "" : " with " + details.inWords
    }
}
