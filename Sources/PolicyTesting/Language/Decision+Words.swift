internal import Model

/// A decision in the words of a failed test.
extension Decision {
    /// The decision in a sentence.
    var inWords: String {
        var text = isPermitted ? "a permit" : "the deny `\(policyCode ?? ExactName(code))`"
        if !reasons.isEmpty { text += ": " + reasons.inWords }
        if !failures.isEmpty { text += "; " + failures.inWords }
        if !refused.isEmpty {
            let names = unsupported.map { "\"\($0)\"" }.joined(separator: ", ")
            text +=
                ": the caller does not support an obligation; the request supports it with "
                + "`context = { supported_obligations = { \(names) } }`"
        }
        return text
    }

    /// The statements and failures that made the decision: its policies, and their places and effects.
    var makers: [(policy: ExactName, text: String)] {
        failures.makers
            + (reasons + refused).map { ($0.policy, "\($0.policy):\($0.line) \($0.effect.rawValue)") }
    }
}

/// The greatest number of statements or failures that a sentence lists.
private let mostListed = 3

extension [PolicyStatement] {
    /// The statements in a sentence; of many, the first.
    var inWords: String {
        isEmpty ? "nothing" : prefix(mostListed).map(\.inWords).joined(separator: ", ") + restInWords(count)
    }
}

extension [Failure] {
    var makers: [(policy: ExactName, text: String)] { map { ($0.policy, "\($0.place) fails") } }

    /// The failures in a sentence; of many, the first.
    var inWords: String {
        prefix(mostListed).map { "`\($0.place)` failed: \($0.message)" }.joined(separator: "; ") + restInWords(count)
    }
}

private func restInWords(_ count: Int) -> String {
    count > mostListed ? " and \(count - mostListed) more" : ""
}

extension PolicyStatement {
    fileprivate var inWords: String {
        let details = details.isEmpty ? "" : " " + details.inWords
        return "`\(policy):\(line)` \(effect.rawValue) \"\(text)\"\(details)"
    }
}

extension Failure {
    /// `policy:line`, as far as it is known.
    var place: String { "\(policy)" + (line.map { ":\($0)" } ?? "") }
}

extension Failure.Kind {
    /// The code of a decision that such failures alone make.
    var code: String { self == .failed ? "policy_failed" : "budget_exhausted" }
}

extension [JSON.Member] {
    /// The details of a statement, or expected ones.
    var inWords: String { JSON.object(self).compact }
}
