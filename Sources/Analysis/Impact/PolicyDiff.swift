package import Decisions
package import Model
internal import Policies

/// The decisions on the requests of every token that differ between two sets of policies.
///
/// Tokens that neither side can tell apart are decided once. Requests are made from the schemas: each action, on each
/// type of resource it applies to, in each department of the tenant; where a policy reads another property, the values
/// that may turn a decision are stated, too.
package struct PolicyDiff: Sendable {
    package enum Direction: String, CaseIterable, Sendable {
        /// Denied before, permitted after.
        case widened
        /// Permitted before, denied after.
        case narrowed
        /// Both permitted, or both denied, with another code, obligation or advice.
        case changed

        init?(_ before: DecisionSummary, _ after: DecisionSummary) {
            switch (before.isPermitted, after.isPermitted) {
            case (false, true): self = .widened
            case (true, false): self = .narrowed
            default:
                if before == after { return nil }
                self = .changed
            }
        }
    }

    /// The place of a resource's department.
    package enum Place: String, Sendable {
        case nowhere, own, other
    }

    /// Tokens of one department and user type whose decisions on one kind of request changed in the same direction.
    package struct Finding: Sendable {
        package struct Key: Hashable, Sendable {
            package let direction: Direction
            /// The time of the requests, by its number.
            package let time: Int
            package let tenant: ExactName
            /// The tokens' department, by id.
            package let department: ExactName
            /// By id.
            package let userType: ExactName
            package let action: ExactName
            package let resource: ExactName?
            package let place: Place
            /// The properties that the requests state because a policy reads them.
            package let stated: [Change]
        }

        package let key: Key
        package let tokens: DiffedTokens
        /// The ids of the resources' departments.
        package let departments: Set<ExactName>
        /// The request of one of the tokens, and its decisions.
        package let example: AuthorizationRequest
        package let decisions: DecisionComparison

        /// The policies that decide differently in the example, sorted.
        package var policies: [ExactName] { decisions.policies }
    }

    /// The tokens of one department and user type, and the numbers of their requests that turned.
    package struct Holders: Sendable {
        package struct Key: Hashable, Comparable, Sendable {
            package let tenant: ExactName
            package let department: ExactName
            package let userType: ExactName

            package static func < (one: Key, other: Key) -> Bool {
                (one.tenant, one.department, one.userType) < (other.tenant, other.department, other.userType)
            }
        }

        package let key: Key
        /// By direction, the requests that turned, and the tokens that made them.
        package internal(set) var requests: [Direction: Int] = [:]
        package internal(set) var tokens: [Direction: Int] = [:]
    }

    /// Widened first, then narrowed, then changed; the most tokens first.
    package private(set) var findings: [Finding] = []
    /// The exact extent of the change for those who hold tokens: by tenant, department and user type, in this order.
    package private(set) var holders: [Holders] = []
    /// The numbers of different requests of one token, by action, type and department of the resource, that turned.
    package private(set) var widened = 0
    package private(set) var narrowed = 0
    package private(set) var changed = 0
    /// All of these, turned or not.
    package private(set) var asked = 0
    package private(set) var tokens = 0
    /// The number of decisions made, on both sides together; all others were known from tokens that are no different.
    package private(set) var decisions = 0
    /// The number of requests that only one side takes, since the schemas give a property other types or values. A side
    /// that refuses a request permits nothing, so each of them may be a permit that is gained or lost.
    package private(set) var incomparable = 0
    /// The number of recorded requests that neither side takes, such as one of an action that is not declared.
    package private(set) var refused = 0
    /// The facts that policies read, of which requests had one value, or none.
    package private(set) var unstated: Set<UnstatedFact> = []
    package private(set) var isComplete = true
    /// False where a tenant has so many departments that resources are only in a token's own and in one elsewhere.
    package private(set) var coversDepartments = true
    /// True when not every value that a policy compares with was tried.
    package private(set) var hasMoreValues = false

    /// True when both sides decide the same on all that was asked.
    package var isEmpty: Bool { findings.isEmpty && incomparable == 0 }

    /// The most requests of one token; beyond it not every department is asked about.
    package static let mostSamples = 20_000
    /// The most values that are tried for one action and type of resource.
    private static let mostStated = 48
    /// The rounds in which values are found; what one value makes a policy read may suggest another.
    private static let rounds = 4

    /// - Parameters:
    ///   - tenant: the id of the only tenant to compare; `nil` for all.
    ///   - times: of the requests.
    ///   - most: the most requests of one token; beyond it not every department is asked about.
    ///   - recorded: the requests to decide; `nil` for those that the schemas suggest.
    package init(
        _ sides: PairedAuthorizers, tenant: ExactName? = nil, times: [Instant], recorded: RecordedRequests? = nil,
        most: Int = PolicyDiff.mostSamples,
        progress: Progress = { _, _ in true }
    ) {
        let directories = [sides.before.directory, sides.after.directory]
        let tenants = Set(directories.flatMap { $0.tenants.map(\.id) }).sorted().filter {
            tenant == nil || $0 == tenant
        }
        var run = DiffRun(sides)
        let samples = { (tenant: ExactName) in recorded?.of(tenant) }
        compare(&run, tenants, times, samples, most: most, progress)
        if run.reads.contains(.resourceID), let recorded, isComplete {
            // A policy reads the ids of resources, so requests that differ in them alone are not one.
            run = DiffRun(sides)
            compare(&run, tenants, times, { recorded.of($0, withIDs: true) }, most: most, progress)
            if recorded.withoutIDs == 0 { run.noteStated(.resourceID) }
        }
        (tokens, refused, unstated) = (run.tokens, run.refused, run.reads)
        (asked, decisions, incomparable) = (run.asked, run.decisions, run.incomparable)
        // The order of each is written once, not for every comparison: that took most of the time of a long list.
        let ordered = run.findings.map { finding in
            (
                finding, rank: Direction.allCases.firstIndex(of: finding.key.direction)!, count: finding.tokens.count,
                order: finding.key.order
            )
        }
        findings = ordered.sorted { one, other in
            if one.rank != other.rank { return one.rank < other.rank }
            if one.count != other.count { return one.count > other.count }
            return one.order < other.order
        }.map(\.0)
        (widened, narrowed, changed) = (run.turned(.widened), run.turned(.narrowed), run.turned(.changed))
        holders = run.holders
    }

    /// - Parameter recorded: the requests of a tenant; `nil` for those that the schemas suggest.
    private mutating func compare(
        _ run: inout DiffRun, _ tenants: [ExactName], _ times: [Instant],
        _ recorded: (ExactName) -> [DecisionDiff.SampleRequest]?, most: Int, _ progress: Progress
    ) {
        let steps = max(1, tenants.count * times.count)
        for (place, id) in tenants.enumerated() {
            let samples = DiffSamples(run.sides, tenant: id, most: most)
            let own = recorded(id)
            coversDepartments = coversDepartments && (samples.coversDepartments || own != nil)
            for (time, now) in times.enumerated() {
                let done = place * times.count + time
                var pending = own ?? samples.usual
                var seen = Set(pending)
                for round in 0..<Self.rounds where !pending.isEmpty && isComplete {
                    let circumstances = DiffRun.Circumstances(tenant: id, time: time, now: now, counts: round == 0)
                    isComplete = run.compare(pending, circumstances) {
                        progress(done * 1_000 + $0 * 1_000 / max(1, $1), steps * 1_000)
                    }
                    guard isComplete, own == nil else { break }
                    let (next, isCut) = samples.suggested(by: pending, at: now, most: Self.mostStated)
                    hasMoreValues = hasMoreValues || isCut || round == Self.rounds - 1 && !next.isEmpty
                    pending = next.filter { seen.insert($0).inserted }
                }
            }
        }
    }
}

extension PolicyDiff.Finding.Key {
    /// The order of findings that are otherwise alike.
    fileprivate var order: String {
        "\(tenant) \(action) \(resource ?? "") \(department) \(userType) \(place.rawValue) \(time) "
            + stated.map { "\($0)" }.joined()
    }
}

extension DecisionComparison {
    /// The policies whose part in the two decisions differs, sorted: one that says something else, or that fails.
    package var policies: [ExactName] {
        let failed = Set(before.failures.map(\.policy)).symmetricDifference(after.failures.map(\.policy))
        return Set((gone + new).map(\.policy)).union(failed).sorted()
    }
}
