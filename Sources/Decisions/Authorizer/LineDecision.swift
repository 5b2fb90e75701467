internal import Engine
internal import Model

/// A decision in its shortest form.
struct LineDecision {
    /// The policies' verdict; `nil` when the core denied the request without any policy.
    let verdict: Verdict?
    /// The code of the core's deny.
    private let denial: String
    /// The number of the token that acted; -1 for none.
    let token: Int
    /// The number of the action in the schema; -1 when the core denied the request.
    let action: Int

    init(_ verdict: Verdict, token: Int, action: Int) {
        (self.verdict, denial, self.token, self.action) = (verdict, "", token, action)
    }

    init(denial code: String, token: Int) {
        (verdict, denial, self.token, action) = (nil, code, token, -1)
    }

    /// True for a permit, to a caller who can fulfil its obligations.
    var isPermitted: Bool { verdict?.isPermit ?? false }

    /// True when policies oblige the caller: `Authorizer.wholeDecision` tells the decision.
    var isObliging: Bool { verdict?.isObliging ?? false }

    /// The code of a decision without obligations.
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
