/// An answer: permit or deny, with everything that explains it. Reasons read as of the snapshot it was made on.
package struct Decision: Sendable {
    package var isPermitted: Bool
    /// What programs read: `permitted`, `denied`, `not_permitted`, `token_expired` …
    package var code: String
    /// The code of the policy that denied, if it gave one.
    package var policyCode: ExactName?
    package var reasons: [PolicyStatement] = []
    package var advice: [PolicyStatement] = []
    package var obligations: [PolicyStatement] = []
    /// What was said in favour and did not count, because the answer is a deny: permits, and what they obliged to.
    package var overruled: [PolicyStatement] = []
    package var failures: [Failure] = []
    /// What policies in mode `observe` would have said.
    package var observed: [PolicyStatement] = []
    /// How policies in mode `observe` failed; it denies nothing.
    package var observedFailures: [Failure] = []
    package var traces: [PolicyTrace] = []
    /// A hash of the policy set.
    package var version: String = ""
    /// Members and properties of the request that nobody reads, by their paths.
    package var ignored: [ExactName] = []

    package init(isPermitted: Bool, code: String) {
        self.isPermitted = isPermitted
        self.code = code
    }

    /// A deny of the core's own.
    package static func deny(_ code: String) -> Decision {
        Decision(isPermitted: false, code: code)
    }
}

/// What a policy said, with its template filled in.
package struct PolicyStatement: Equatable, Sendable {
    package enum Effect: String, Sendable {
        case permit
        case deny
        case advise
        case oblige
    }

    package var policy: ExactName
    package var line: Int
    package var effect: Effect
    /// The reason; for an obligation its name.
    package var text: String
    /// The code a deny gave.
    package var code: ExactName?
    /// A suggestion's or obligation's details, sorted by name.
    package var details: [JSON.Member]

    package init(
        policy: ExactName, line: Int, effect: Effect, text: String, code: ExactName? = nil, details: [JSON.Member] = []
    ) {
        self.policy = policy
        self.line = line
        self.effect = effect
        self.text = text
        self.code = code
        self.details = details
    }
}

extension PolicyStatement {
    package static func == (one: Self, other: Self) -> Bool {
        one.policy == other.policy && one.line == other.line && one.effect == other.effect
            && one.text.isSameBytes(other.text) && one.code == other.code
            && one.details == other.details
    }
}

/// A policy that could not say what it wanted to: a deny.
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

/// What one policy read, in order, and what came of it.
package struct PolicyTrace: Equatable, Sendable {
    package struct Fact: Equatable, Sendable {
        package var text: String
        package var value: String
        /// Whether the value is a content that a plugin made of what it read, whatever that was.
        package var isDerived: Bool

        package static func == (one: Self, other: Self) -> Bool {
            one.text.isSameBytes(other.text) && one.value.isSameBytes(other.value) && one.isDerived == other.isDerived
        }

        package init(text: String, value: String, isDerived: Bool = false) {
            self.text = text
            self.value = value
            self.isDerived = isDerived
        }
    }

    package var policy: ExactName
    package var facts: [Fact]
    /// What was spent, in instructions.
    package var fuel: Int

    package init(policy: ExactName, facts: [Fact], fuel: Int) {
        self.policy = policy
        self.facts = facts
        self.fuel = fuel
    }
}
