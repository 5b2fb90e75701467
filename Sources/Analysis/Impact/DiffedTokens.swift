package import Model

/// Tokens of a diff, as a union of groups. All tokens of a group got the same decisions in one pass.
package struct DiffedTokens: Sendable {
    private var groups: Set<Int>
    private let all: TokenGroups

    init(groups: Set<Int>, of all: TokenGroups) { (self.groups, self.all) = (groups, all) }

    package var count: Int { all.count(groups) }

    /// In order.
    package var ids: [TokenID] { all.numbers(groups).map { all.ids[Int($0)] }.sorted() }

    /// Adds tokens of the same diff.
    package mutating func formUnion(_ other: DiffedTokens) { groups.formUnion(other.groups) }
}

/// The groups of tokens of one diff.
final class TokenGroups: Sendable {
    let ids: [TokenID]
    /// The numbers of the tokens of each group, as places in `ids`; those of one pass have no token in common.
    private let members: [[Int32]]
    /// The pass of each group.
    private let passes: [Int]

    init(ids: [TokenID], members: [[Int32]], passes: [Int]) {
        (self.ids, self.members, self.passes) = (ids, members, passes)
    }

    fileprivate func count(_ groups: Set<Int>) -> Int {
        guard let first = groups.first else { return 0 }
        return groups.allSatisfy { passes[$0] == passes[first] }
            ? groups.reduce(0) { $0 + members[$1].count } : numbers(groups).count
    }

    fileprivate func numbers(_ groups: Set<Int>) -> Set<Int32> {
        groups.reduce(into: []) { $0.formUnion(members[$1]) }
    }
}
