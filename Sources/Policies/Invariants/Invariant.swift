package import Model

/// A statement about all decisions, of `invariants.lua`: something never happens, or always does.
package struct Invariant: Sendable {
    package enum Claim: String, Sendable {
        case never
        case always
    }

    /// The rules that a statement is about.
    package enum Subject: String, CaseIterable, Sendable {
        /// The whole decision: the core's own checks of the actor, and then the policies.
        case decision
        /// The policies alone, as if the core checked nothing.
        case policies
    }

    package let claim: Claim
    /// The decision that it is about.
    package let isAboutPermits: Bool
    /// The statement in words.
    package let text: String
    package let subject: Subject
    package let line: Int
    /// The kinds of decision and the subjects that it is about.
    package let shape: RequestShape
    /// The number in `InvariantFile.conditions` of the policy that denies where the condition holds.
    package let condition: Int

    /// True when no request with the condition is permitted; otherwise none is denied.
    package var forbidsPermits: Bool { (claim == .never) == isAboutPermits }
}

/// The invariants of a folder, as far as they could be read.
package struct InvariantFile: Sendable {
    /// In the order of the file.
    package let invariants: [Invariant]
    /// The conditions as policies that deny where they hold, which only explorations evaluate; `nil` without invariants.
    package let conditions: PolicySet?
    /// The faults of the file.
    package let diagnostics: [Diagnostic]

    package static let none = InvariantFile(invariants: [], conditions: nil, diagnostics: [])
}
