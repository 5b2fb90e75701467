internal import Model

/// The events that tests caused in the policies of a folder.
struct CoverageTally: Sendable {
    /// By the policy's id.
    private(set) var policies: [ExactName: PolicyTally] = [:]

    mutating func merge(_ other: CoverageTally) {
        for (id, tally) in other.policies { add(tally, to: id) }
    }

    mutating func add(_ tally: PolicyTally, to id: ExactName) {
        if policies[id]?.merge(tally) == nil { policies[id] = tally }
    }
}
