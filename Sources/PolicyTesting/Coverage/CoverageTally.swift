internal import Model
internal import Policies

/// The events that tests caused in the policies and libraries of a folder.
struct CoverageTally: Sendable {
    /// By the policy's id, or the library's name.
    private(set) var policies: [ExactName: PolicyTally] = [:]

    mutating func merge(_ other: CoverageTally) {
        for (id, tally) in other.policies { add(tally, to: id) }
    }

    /// The events in libraries alone.
    var withoutPolicies: CoverageTally {
        var tally = CoverageTally()
        for (id, own) in policies where id.hasPrefix(ExactName(PolicyFile.libraryPrefix)) { tally.add(own, to: id) }
        return tally
    }

    mutating func add(_ tally: PolicyTally, to id: ExactName) {
        if policies[id]?.merge(tally) == nil { policies[id] = tally }
    }
}
