package import Model

/// The highest costs of one policy in its own tests.
///
/// Each policy runs alone, through its tests in their order, in a fresh interpreter. So the same files give the same
/// figures on every machine.
package struct PolicyCost: Equatable, Sendable {
    package let policy: ExactName
    /// The spent fuel: about one unit for an instruction, ten for a fact.
    package var instructions = 0
    /// The allocated bytes, including those that were freed again.
    package var bytes = 0
    package var facts = 0

    package init(policy: ExactName, instructions: Int = 0, bytes: Int = 0, facts: Int = 0) {
        (self.policy, self.instructions, self.bytes, self.facts) = (policy, instructions, bytes, facts)
    }

    package var measures: [(name: ExactName, value: Int)] {
        [("instructions", instructions), ("bytes", bytes), ("facts", facts)]
    }
}
