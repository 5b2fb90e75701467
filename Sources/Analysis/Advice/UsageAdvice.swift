internal import Decisions
internal import Engine
package import Model
package import Policies

/// The advice for many tokens, by what a decision log says of their use.
///
/// The log is read twice or more: first for the uses of each token; then, once there are combinations that may be
/// enough, each logged request is decided again with them. Only a combination with which every request stays permitted
/// that is permitted today is advised.
package struct UsageAdvice: Sendable {
    package struct Options: Sendable {
        /// The time of the logged requests that count.
        package var window: Range<Instant>
        /// The present.
        package var now: Instant
        /// A token that expires before this time expires soon.
        package var expiringBefore: Instant
        /// The number of worker threads; at most `Batch.mostJobs`.
        package var jobs = 1
        package var budget = Budget()

        package init(window: Range<Instant>, now: Instant, expiringBefore: Instant) {
            (self.window, self.now, self.expiringBefore) = (window, now, expiringBefore)
        }
    }

    /// By token, in the order of the given ones.
    package private(set) var tokens: [TokenAdvice] = []
    /// The lines of the log that are not blank, and those of another time than that of the window.
    package private(set) var lines = 0
    package private(set) var outside = 0
    /// The lines that cannot be read.
    package private(set) var omitted = OmittedLines<Replay.Obstacle>()
    /// The times of the first and of the last line.
    package private(set) var first: Instant?
    package private(set) var last: Instant?
    /// The first line whose number is not its place in the file: lines before it were removed or moved.
    package private(set) var misplaced: Int?
    package private(set) var isRead = true

    /// The most times that a combination is held to the log, and another is looked for.
    private static let mostRounds = 5

    private typealias Pool = DecisionPool<UsageWorker>

    /// - Parameters:
    ///   - input: the descriptor of a decision log, which can be read more than once; `isRead` is false for another.
    ///   - tokens: by number.
    ///   - progress: called now and then with the number of lines that were read so far.
    /// - Throws: `.interpreter` when there is not enough memory for the interpreters, or not a thread for each.
    package init(
        _ input: Int32, of tokens: [Int], _ options: Options, policies: PolicySet, directory: Directory,
        progress: (Int) -> Void = { _ in }
    ) throws(PolicyError) {
        let budget = options.budget
        let pool = try Pool(
            workers: max(1, min(options.jobs, Batch.mostJobs)),
            on: Snapshot(policies: policies, directory: directory)
        ) { policies throws(PolicyError) in try UsageWorker(budget, policies) }
        var known: [TokenID: TokenUses] = [:]
        let (window, ids) = (options.window, Set(tokens.map { directory.tokens[$0].id }))
        isRead = BlockRun.run(input, on: pool) { _, block, _ in
            UsageWorker.uses(block, in: window, of: ids)
        } take: { block in
            add(block, &known)
            progress(lines)
            return true
        }
        guard isRead else { return }
        let uses = known
        var subjects = Self.each(tokens, on: pool) { worker, token, _ in
            AdvisedToken(token, uses[directory.tokens[token].id] ?? .init(), worker, on: directory)
        }
        for _ in 0..<Self.mostRounds {
            let pending = subjects.indices.filter { subjects[$0].isPending }
            guard !pending.isEmpty else { break }
            for (place, found) in zip(pending, Self.search(pending.map { subjects[$0] }, on: pool)) {
                subjects[place] = found
            }
            guard try hold(&subjects, pending, input, options, pool, progress) else { break }
        }
        self.tokens = Self.each(subjects, on: pool) { worker, subject, _ in
            subject.advice(worker, options, on: directory)
        }
    }

    private mutating func add(_ block: UsageBlock, _ uses: inout [TokenID: TokenUses]) {
        lines += block.lines
        outside += block.outside
        omitted.append(block.omitted)
        first = [first, block.first].compactMap(\.self).min()
        last = [last, block.last].compactMap(\.self).max()
        misplaced = misplaced ?? block.misplaced
        for (id, more) in block.byToken { uses[id, default: .init()].append(more) }
    }

    /// Holds the combinations that were found to every line of the log.
    /// - Returns: false when the log cannot be read again.
    private mutating func hold(
        _ subjects: inout [AdvisedToken], _ pending: [Int], _ input: Int32, _ options: Options, _ pool: Pool,
        _ progress: (Int) -> Void
    ) throws(PolicyError) -> Bool {
        let directory = pool.snapshot.directory
        let found = pending.map { subjects[$0] }
        let variants = [found.combinations(\.existing), found.combinations(\.least)]
        guard variants.contains(where: { !$0.isEmpty }) else { return true }
        let whole = SupposedDirectories(Organisation(of: directory))
        // INVARIANT: combinations are of departments and assignments of this directory.
        let supposed = variants.map { whole.directory($0)! }
        let window = options.window
        var held = HeldBlock(variants: variants.count)
        isRead = BlockRun.rewind(input)
        guard isRead else { return false }
        var read = 0
        isRead = BlockRun.run(input, on: pool) { worker, block, snapshot in
            worker.hold(block, in: window, to: supposed, on: snapshot.directory)
        } take: { block in
            read += block.lines
            for (variant, accounts) in block.variants.enumerated() {
                for (token, account) in accounts { held.variants[variant][token, default: .init()].append(account) }
            }
            progress(read)
            return true
        }
        guard isRead else { return false }
        for place in pending {
            let id = directory.tokens[subjects[place].token].id
            subjects[place].conclude(existing: held.variants[0][id], least: held.variants[1][id])
        }
        return true
    }

    // MARK: Side by side

    /// The search for the least combinations, for all tokens of a part at once.
    private static func search(_ subjects: [AdvisedToken], on pool: Pool) -> [AdvisedToken] {
        let size = max(1, (subjects.count + pool.count - 1) / pool.count)
        let parts = stride(from: 0, to: subjects.count, by: size).map {
            Array(subjects[$0..<min($0 + size, subjects.count)])
        }
        let jobs = parts.map { part in
            pool.start { worker, snapshot in AdvisedToken.search(part, worker, on: snapshot.directory) }
        }
        return jobs.flatMap { $0.result() }
    }

    /// Results for each of a list, in its order.
    private static func each<Element: Sendable, Result: Sendable>(
        _ list: [Element], on pool: Pool, _ body: @escaping @Sendable (UsageWorker, Element, Directory) -> Result
    ) -> [Result] {
        let size = 256
        var jobs: [PendingJob<[Result]>] = []
        for start in stride(from: 0, to: list.count, by: size) {
            let part = Array(list[start..<min(start + size, list.count)])
            jobs.append(
                pool.start { worker, snapshot in part.map { body(worker, $0, snapshot.directory) } })
        }
        return jobs.flatMap { $0.result() }
    }
}

extension [AdvisedToken] {
    /// The combinations that were found, by token.
    fileprivate func combinations(_ found: KeyPath<AdvisedToken, SupposedCombination?>) -> [TokenID:
        SupposedCombination]
    {
        Dictionary(uniqueKeysWithValues: compactMap { subject in subject[keyPath: found].map { (subject.id, $0) } })
    }
}
