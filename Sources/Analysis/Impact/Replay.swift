package import Decisions
internal import Engine
package import Model
package import Policies

/// The decisions of a decision log made again, on the store as it is: by other policies, or at another time.
///
/// Each line is decided again, or is in `omitted` with the reason: `lines` is the sum of both.
package struct Replay: Sendable {
    package struct Options: Sendable {
        /// The time of all requests; `nil` for the time of each line.
        package var now: Instant?
        /// The number of worker threads; at most `Batch.mostJobs`.
        package var jobs = 1
        package var budget = Budget()

        package init() {}
    }

    /// The reason why a line cannot be replayed.
    package enum Obstacle: String, CaseIterable, Sendable {
        /// It is not JSON, or longer than 1 MiB.
        case unreadable
        /// It is JSON, but no record of a decision, or one without a part.
        case incomplete
        case masked
        /// The token is not in the store any more.
        case unknownToken = "unknown_token"
        /// The schema, or the store, refuses the request.
        case refused
    }

    /// Decisions that changed in the same direction, by the same policies, for tokens of one department and user type.
    package struct Finding: Sendable {
        package struct Key: Hashable, Sendable {
            package let direction: PolicyDiff.Direction
            /// The tenant, the department and the user type of the token, by id; `nil` where no token in the store acted.
            package let holder: Holder?
            /// The type of a subject that is no token.
            package let subjectType: ExactName?
            package let kind: DecisionKind
            package let codeBefore: ExactName
            package let codeAfter: ExactName
            /// The policies that say something else, sorted; none where the token or the request is denied without them.
            package let policies: [ExactName]
        }

        package struct Holder: Hashable, Sendable {
            package let tenant: ExactName
            package let department: ExactName
            package let userType: ExactName
        }

        package let key: Key
        package fileprivate(set) var lines = 0
        package fileprivate(set) var tokens: Set<TokenID> = []
        /// The actions, and the types of the resources.
        package fileprivate(set) var actions: Set<ExactName> = []
        package fileprivate(set) var resources: Set<ExactName> = []
        /// The first of the lines, as it was logged, and its decision now.
        package let firstLine: Int
        package let record: DecisionRecord
        package let decision: Decision
    }

    /// Widened first, then narrowed, then changed; the most lines first.
    package private(set) var findings: [Finding] = []
    /// All lines that are not blank.
    package fileprivate(set) var lines = 0
    package fileprivate(set) var unchanged = 0
    /// The lines that cannot be replayed.
    package fileprivate(set) var omitted = OmittedLines<Obstacle>()
    /// The number of replayed lines of which no more than permit or deny is known, since another program decided.
    package fileprivate(set) var imported = 0
    /// The number of replayed lines whose statements are masked or left out: obligations and advice are compared by
    /// effect, or not at all.
    package fileprivate(set) var masked = 0
    /// The number of replayed lines that each version of the policies decided, by version.
    package fileprivate(set) var versions: [ExactName: Int] = [:]
    /// The first line whose number is not its place in the file: lines before it were removed or moved.
    package fileprivate(set) var misplaced: Int?
    package private(set) var isRead = true

    /// - Parameters:
    ///   - input: the descriptor of a decision log.
    ///   - progress: called now and then with the number of lines so far.
    /// - Throws: `.interpreter` when there is not enough memory for the interpreters, or not a thread for each.
    package init(
        _ input: Int32, _ options: Options, policies: PolicySet, directory: Directory,
        progress: (Int) -> Void = { _ in }
    ) throws(PolicyError) {
        let pool = try DecisionPool(
            workers: max(1, min(options.jobs, Batch.mostJobs)),
            on: Snapshot(policies: policies, directory: directory)
        ) { policies throws(PolicyError) in try ReplayWorker(options, policies) }
        var found: [Finding.Key: Finding] = [:]
        isRead = BlockRun.run(input, on: pool) { worker, block, snapshot in
            worker.replay(block, on: snapshot.directory)
        } take: { result in
            add(result, &found)
            progress(lines)
            return true
        }
        findings = found.values.sorted { one, other in
            let ranks = [one, other].map { finding in
                PolicyDiff.Direction.allCases.firstIndex(of: finding.key.direction)!
            }
            if ranks[0] != ranks[1] { return ranks[0] < ranks[1] }
            return (other.lines, one.firstLine) < (one.lines, other.firstLine)
        }
    }

    /// Adds the result of a later block.
    private mutating func add(_ block: ReplayedBlock, _ found: inout [Finding.Key: Finding]) {
        lines += block.lines
        unchanged += block.unchanged
        imported += block.imported
        masked += block.masked
        misplaced = misplaced ?? block.misplaced
        versions.merge(block.versions, uniquingKeysWith: +)
        omitted.append(block.omitted)
        for change in block.changes {
            if found[change.key] == nil {
                found[change.key] = Finding(
                    key: change.key, firstLine: change.firstLine, record: change.record, decision: change.decision)
            }
            found[change.key]!.lines += change.lines
            found[change.key]!.tokens.formUnion(change.tokens)
            found[change.key]!.actions.formUnion(change.actions)
            found[change.key]!.resources.formUnion(change.resources)
        }
    }

    package func count(_ direction: PolicyDiff.Direction) -> Int {
        findings.lazy.filter { $0.key.direction == direction }.map(\.lines).reduce(0, +)
    }

    package var replayed: Int { lines - omitted.count }
}

/// The replay of one block of lines.
struct ReplayedBlock: Sendable {
    var lines = 0
    var unchanged = 0
    var imported = 0
    var masked = 0
    var misplaced: Int?
    var versions: [ExactName: Int] = [:]
    var omitted = OmittedLines<Replay.Obstacle>()
    /// In the order of their first lines.
    var changes: [Replay.Finding] = []
    private var places: [Replay.Finding.Key: Int] = [:]

    mutating func noteMisplaced(_ line: Int) { misplaced = misplaced ?? line }

    /// Counts a line by the version of the policies that decided it.
    mutating func note(version: ExactName) { versions[version, default: 0] += 1 }

    mutating func note(
        _ line: Int, _ key: Replay.Finding.Key, _ token: TokenID?, _ record: DecisionRecord, _ decision: Decision
    ) {
        let place = places[key] ?? changes.count
        if place == changes.count {
            changes.append(Replay.Finding(key: key, firstLine: line, record: record, decision: decision))
            places[key] = place
        }
        changes[place].lines += 1
        if let token { changes[place].tokens.insert(token) }
        changes[place].actions.insert(record.question.action)
        if let resource = record.question.resource?.type { changes[place].resources.insert(resource) }
    }
}
