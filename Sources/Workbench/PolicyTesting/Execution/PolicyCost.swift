package import Model

/// What one policy costs at most, in the tests of its own.
///
/// Each policy is run alone, by an interpreter that nobody used before, through its tests in their order: so the same files
/// give the same figures, on every machine.
package struct PolicyCost: Equatable, Sendable {
    package let policy: ExactName
    /// What was spent, in units of fuel: about one for an instruction, ten for a question.
    package var instructions = 0
    /// What was allocated, whatever was given back.
    package var bytes = 0
    package var facts = 0

    package init(policy: ExactName, instructions: Int = 0, bytes: Int = 0, facts: Int = 0) {
        (self.policy, self.instructions, self.bytes, self.facts) = (policy, instructions, bytes, facts)
    }

    package var measures: [(name: ExactName, value: Int)] {
        [("instructions", instructions), ("bytes", bytes), ("facts", facts)]
    }
}
