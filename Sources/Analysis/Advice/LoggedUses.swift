internal import Decisions
package import Model
package import Policies

/// The requests of some tokens in a decision log, and an account of all its lines.
package struct LoggedUses: Sendable {
    package private(set) var byToken: [TokenID: TokenUses] = [:]
    /// The lines of the log that are not blank, and those of another time than that of the window.
    package private(set) var lines = 0
    package private(set) var outside = 0
    /// The lines that cannot be read.
    package private(set) var omitted = OmittedLines<Replay.Obstacle>()
    /// The lines among them that may be a use of any token.
    package private(set) var unattributed = 0
    /// The times of the first and of the last line.
    package private(set) var first: Instant?
    package private(set) var last: Instant?
    /// The first line whose number is not its place in the file: lines before it were removed or moved.
    package private(set) var misplaced: Int?
    package private(set) var isRead = true

    /// - Parameters:
    ///   - input: the descriptor of a decision log.
    ///   - jobs: the number of worker threads; at most `Batch.mostJobs`.
    ///   - directory: holds all tokens that there are, so that lines of others are told.
    ///   - progress: called now and then with the number of lines that were read so far.
    /// - Throws: `.interpreter` when there is not a thread for each worker.
    package init(
        _ input: Int32, in window: Range<Instant>, of tokens: Set<TokenID>, jobs: Int, policies: PolicySet,
        directory: Directory, progress: (Int) -> Void = { _ in }
    ) throws(PolicyError) {
        let pool = try DecisionPool<Void>(
            workers: max(1, min(jobs, Batch.mostJobs)), on: Snapshot(policies: policies, directory: directory)
        ) { _ throws(PolicyError) in () }
        self.init(input, in: window, of: tokens, holdsAllTokens: true, on: pool, progress: progress)
    }

    /// - Parameter holdsAllTokens: true where the pool's snapshot holds all tokens that there are; otherwise lines of
    ///   other tokens are left uncounted.
    init<Worker>(
        _ input: Int32, in window: Range<Instant>, of tokens: Set<TokenID>, holdsAllTokens: Bool,
        on pool: DecisionPool<Worker>, progress: (Int) -> Void
    ) {
        isRead = BlockRun.run(input, on: pool) { _, block, snapshot in
            UsageWorker.uses(
                block, in: window, of: tokens, in: snapshot.directory, tellsUnknown: holdsAllTokens)
        } take: { block in
            add(block)
            progress(lines)
            return true
        }
    }

    /// The number of lines that may have a use of a token in the store, and could not be read.
    package var unread: Int {
        omitted.byReason.filter { $0.reason != .unknownToken }.map(\.account.count).reduce(0, +)
    }

    private mutating func add(_ block: UsageBlock) {
        lines += block.lines
        outside += block.outside
        omitted.append(block.omitted)
        unattributed += block.unattributed
        first = [first, block.first].compactMap(\.self).min()
        last = [last, block.last].compactMap(\.self).max()
        misplaced = misplaced ?? block.misplaced
        for (id, more) in block.byToken { byToken[id, default: .init()].append(more) }
    }
}
