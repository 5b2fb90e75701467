/// The options of an evaluator's decision trees.
package struct TreeOptions: Sendable {
    /// The approximate memory limit of the trees, in bytes; 0 runs every policy for every request.
    package var bytes: Int
    /// True when each question is asked in full, and the presence of each property is tested before it is read. The
    /// oracle decides like this, and computes everything else anew.
    package private(set) var isReference = false

    /// When leaves are remembered by what trees ask for; see `LeafMemo`. Decisions are the same.
    package enum MemoUse: Sendable {
        /// Once there are many requests, and where it finds most of them.
        case usual
        /// From the second request on, whatever it finds.
        case always
        case never
    }

    /// When targets rule policies out before they are asked; see `TargetIndex`. Decisions are the same.
    package enum TargetUse: Sendable {
        /// For many policies, where their targets leave few of them.
        case usual
        /// For any number of policies.
        case always
        case never
    }

    package var memoUse: MemoUse
    package var targetUse: TargetUse

    package init(bytes: Int = 64 << 20, memoUse: MemoUse = .usual, targetUse: TargetUse = .usual) {
        self.bytes = bytes
        self.memoUse = memoUse
        self.targetUse = targetUse
    }

    package static let none = TreeOptions(bytes: 0)

    /// The slowest options, which share nothing with the others.
    package static let reference = {
        var treeOptions = TreeOptions.none
        treeOptions.isReference = true
        return treeOptions
    }()
}
