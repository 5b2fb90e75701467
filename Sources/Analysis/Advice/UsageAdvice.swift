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
        /// True where the snapshot holds all tokens that there are, so that lines of others are told.
        package var holdsAllTokens = true
        /// The parts that a ceiling may have beside permissions and departments: networks, hours, a purpose. `nil` to look for
        /// combinations and not for ceilings.
        package var ceilings: Set<Ceiling.Part>?
        /// True for a purpose that a store keeps as it is: another one would not be that of the requests any more.
        package var isStorable: @Sendable (_ purpose: ExactName) -> Bool = { _ in true }

        package init(window: Range<Instant>, now: Instant, expiringBefore: Instant) {
            (self.window, self.now, self.expiringBefore) = (window, now, expiringBefore)
        }
    }

    /// By token, in the order of the given ones.
    package private(set) var tokens: [TokenAdvice] = []
    package private(set) var log: LoggedUses
    /// False for a log that could not be read, or not more than once.
    package private(set) var isRead = true

    /// The most times that a combination is held to the log, and another is looked for.
    private static let mostRounds = 8

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
        let ids = Set(tokens.map { directory.tokens[$0].id })
        log = LoggedUses(
            input, in: options.window, of: ids, holdsAllTokens: options.holdsAllTokens, on: pool,
            progress: progress)
        isRead = log.isRead
        guard isRead else { return }
        let uses = log.byToken
        var subjects = Self.each(tokens, on: pool) { worker, token, _ in
            AdvisedToken(
                token, uses[directory.tokens[token].id] ?? .init(), worker, options, on: directory)
        }
        if subjects.contains(where: \.isPending) { find(&subjects, input, options, pool, progress) }
        guard isRead else { return }
        self.tokens = Self.each(subjects, on: pool) { worker, subject, directory in
            subject.advice(worker, options, on: directory)
        }
    }

    /// Looks for the combinations of all subjects. `isRead` is false afterwards where the log cannot be read again.
    private mutating func find(
        _ subjects: inout [AdvisedToken], _ input: Int32, _ options: Options, _ pool: Pool, _ progress: (Int) -> Void
    ) {
        let directory = pool.snapshot.directory
        let whole = SupposedDirectories(Organisation(of: directory))
        var hasActs = false
        for _ in 0..<Self.mostRounds {
            let pending = subjects.indices.filter { subjects[$0].isPending }
            guard !pending.isEmpty else { break }
            for (place, found) in zip(pending, Self.search(pending.map { subjects[$0] }, on: pool)) {
                subjects[place] = found
            }
            let found = pending.map { subjects[$0] }
            // INVARIANT: combinations are of departments and assignments of this directory.
            let supposed = [found.combinations(\.existing), found.combinations(\.least)].map(whole.apart)
            guard let held = hold(input, to: supposed, options, pool, progress) else { return }
            hasActs = hasActs || held.hasActs
            for place in pending {
                let id = subjects[place].id
                subjects[place].conclude(existing: held.variants[0][id], least: held.variants[1][id])
            }
        }
        guard hasActs else { return }
        // An act concerns two tokens, each of which is fine with the other as it is: are both, as they would be?
        let moves = subjects.combinations { $0.move(on: directory) }
        let changed = whole.together(moves)
        guard let held = hold(input, to: [moves.mapValues { _ in changed }], options, pool, progress) else { return }
        for place in subjects.indices where held.variants[0][subjects[place].id]?.refused ?? 0 > 0 {
            subjects[place].drop()
        }
    }

    /// Holds the combinations that were found to every line of the log.
    /// - Returns: `nil` when the log cannot be read again.
    private mutating func hold(
        _ input: Int32, to supposed: [[TokenID: Directory]], _ options: Options, _ pool: Pool, _ progress: (Int) -> Void
    ) -> HeldBlock? {
        var held = HeldBlock(variants: supposed.count)
        guard supposed.contains(where: { !$0.isEmpty }) else { return held }
        let window = options.window
        isRead = BlockRun.rewind(input)
        guard isRead else { return nil }
        isRead = BlockRun.run(input, on: pool) { worker, block, snapshot in
            worker.hold(block, in: window, to: supposed, on: snapshot.directory)
        } take: { block in
            held.lines += block.lines
            held.hasActs = held.hasActs || block.hasActs
            for (variant, accounts) in block.variants.enumerated() {
                for (token, account) in accounts { held.variants[variant][token, default: .init()].append(account) }
            }
            progress(held.lines)
            return true
        }
        return isRead ? held : nil
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
    fileprivate func combinations(
        _ found: (AdvisedToken) -> SupposedCombination?
    ) -> [TokenID: SupposedCombination] {
        Dictionary(uniqueKeysWithValues: compactMap { subject in found(subject).map { (subject.id, $0) } })
    }
}
