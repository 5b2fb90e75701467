internal import Engine
internal import Model

/// A decision in its shortest form.
struct LineDecision {
    let isPermitted: Bool
    /// The policies' verdict; `nil` when the core denied the request without any policy.
    let verdict: Verdict?
    /// The number of the token that acted; -1 for none.
    let token: Int
    /// The decision that the line expects; `nil` where it expects none.
    let expected: Bool?
    private let denial: String

    init(_ verdict: Verdict, _ token: Int, _ expected: Bool?) {
        (isPermitted, self.verdict, denial) = (verdict.isPermit, verdict, "")
        (self.token, self.expected) = (token, expected)
    }

    init(denial code: String, _ token: Int, _ expected: Bool?) {
        (isPermitted, verdict, denial) = (false, nil, code)
        (self.token, self.expected) = (token, expected)
    }

    var code: String { verdict?.code ?? denial }
}

/// The numbers of decisions for which each policy was a reason, or had an observed effect; by the policy's number.
struct PolicyCounts {
    var reasons: [Int]
    var observations: [Int]

    init(policies: Int) {
        reasons = [Int](repeating: 0, count: policies)
        observations = reasons
    }
}
