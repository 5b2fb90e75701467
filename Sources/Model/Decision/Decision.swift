/// The result of a request: permit or deny, with everything that explains it, as of the snapshot it was made on.
package struct Decision: Sendable {
    package var isPermitted: Bool
    /// The code for programs: `permitted`, `denied`, `not_permitted`, `token_expired` …
    package var code: String
    /// The code that the denying policy gave, if any.
    package var policyCode: ExactName?
    package var reasons: [PolicyStatement] = []
    package var advice: [PolicyStatement] = []
    /// The obligations that belong to this decision: those for permits or those for denies.
    package var obligations: [PolicyStatement] = []
    /// The names of obligations that the caller does not support, sorted: those of denies in `obligations`, and those for
    /// which a permit became a deny.
    package var unsupported: [ExactName] = []
    /// The statements without an effect on this decision: the permits of a deny, and the obligations that belong to the
    /// other decision.
    package var overruled: [PolicyStatement] = []
    package var failures: [Failure] = []
    /// The statements of policies in mode `observe`, which have no effect.
    package var observed: [PolicyStatement] = []
    /// The failures of policies in mode `observe`, which deny nothing.
    package var observedFailures: [Failure] = []
    package var traces: [PolicyTrace] = []
    /// A hash of the policy set.
    package var version: String = ""
    /// The paths of the request's members and properties that nothing reads.
    package var ignored: [ExactName] = []

    package init(isPermitted: Bool, code: String) {
        self.isPermitted = isPermitted
        self.code = code
    }

    /// The obligations for which a permit became a deny.
    package var refused: [PolicyStatement] {
        guard code == "obligation_unsupported" else { return [] }
        return overruled.filter {
            $0.effect == .oblige && $0.occasion == .permit && unsupported.contains(ExactName($0.text))
        }
    }

    /// A deny by the engine itself.
    package static func deny(_ code: String) -> Decision {
        Decision(isPermitted: false, code: code)
    }
}

/// A permit, deny, suggestion or obligation of a policy, with its template filled in.
package struct PolicyStatement: Equatable, Sendable {
    package enum Effect: String, CaseIterable, Sendable {
        case permit
        case deny
        case advise
        case oblige

        /// The names of the functions that policies call.
        package static let names = allCases.map(\.rawValue)

        /// All names in a sentence: `permit, deny, advise or oblige`.
        package static func listed(_ conjunction: String, quote: String = "") -> String {
            let words = names.map { quote + $0 + quote }
            return words.dropLast().joined(separator: ", ") + " \(conjunction) " + words[words.count - 1]
        }
    }

    /// The decision that an obligation belongs to.
    package enum Occasion: String, CaseIterable, Sendable {
        case permit
        case deny

        /// The choices in a sentence.
        package static let listed = allCases.map { "`\"\($0.rawValue)\"`" }.joined(separator: " or ")
    }

    package var policy: ExactName
    package var line: Int
    package var effect: Effect
    /// The reason, or an obligation's name.
    package var text: String
    /// The code of a deny.
    package var code: ExactName?
    /// The details of a suggestion or an obligation, sorted by name.
    package var details: [JSON.Member]
    /// The decision that an obligation belongs to; of no meaning for other effects.
    package var occasion: Occasion

    package init(
        policy: ExactName, line: Int, effect: Effect, text: String, code: ExactName? = nil,
        details: [JSON.Member] = [], occasion: Occasion = .permit
    ) {
        self.policy = policy
        self.line = line
        self.effect = effect
        self.text = text
        self.code = code
        self.details = details
        self.occasion = occasion
    }
}

extension PolicyStatement {
    package static func == (one: Self, other: Self) -> Bool {
        one.policy == other.policy && one.line == other.line && one.effect == other.effect
            && one.text.isSameBytes(other.text) && one.code == other.code
            && one.details == other.details && one.occasion == other.occasion
    }
}

/// The failure of a policy, which denies.
package struct Failure: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case failed
        case fuel
        case memory
        case deadline
    }

    package var policy: ExactName
    package var line: Int?
    package var kind: Kind
    package var message: String

    package init(policy: ExactName, line: Int?, kind: Kind, message: String) {
        self.policy = policy
        self.line = line
        self.kind = kind
        self.message = message
    }
}

extension Failure {
    package static func == (one: Self, other: Self) -> Bool {
        one.policy == other.policy && one.line == other.line && one.kind == other.kind
            && one.message.isSameBytes(other.message)
    }
}

/// The facts that one policy read, in order.
package struct PolicyTrace: Equatable, Sendable {
    package struct Fact: Equatable, Sendable {
        package var text: String
        package var value: String
        /// True when the value is a content that a plugin computed.
        package var isDerived: Bool
        /// The names of the properties, settings and keys whose content the value shows, sorted; `nil` where they were not
        /// determined.
        package var names: [ExactName]?

        package static func == (one: Self, other: Self) -> Bool {
            one.text.isSameBytes(other.text) && one.value.isSameBytes(other.value) && one.isDerived == other.isDerived
        }

        package init(text: String, value: String, isDerived: Bool = false, names: [ExactName]? = nil) {
            self.text = text
            self.value = value
            self.isDerived = isDerived
            self.names = names
        }
    }

    package var policy: ExactName
    package var facts: [Fact]
    /// The fuel used, in instructions.
    package var fuel: Int

    package init(policy: ExactName, facts: [Fact], fuel: Int) {
        self.policy = policy
        self.facts = facts
        self.fuel = fuel
    }
}
