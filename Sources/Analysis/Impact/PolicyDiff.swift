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
        package fileprivate(set) var tokens: Set<TokenID>
        /// The ids of the resources' departments.
        package fileprivate(set) var departments: Set<ExactName>
        /// The request of one of the tokens, and its decisions.
        package let example: AuthorizationRequest
        package let decisions: DecisionComparison

        /// The policies that decide differently in the example, sorted.
        package var policies: [ExactName] { decisions.policies }
    }

    /// Widened first, then narrowed, then changed; the most tokens first.
    package private(set) var findings: [Finding] = []
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
    package private(set) var isComplete = true
    /// False where a tenant has so many departments that resources are only in a token's own and in one elsewhere.
    package private(set) var coversDepartments = true
    /// True when not every value that a policy compares with was tried.
    package private(set) var hasMoreValues = false

    /// True when both sides decide the same on all that was asked.
    package var isEmpty: Bool { findings.isEmpty && incomparable == 0 }

    /// The most requests of one token; beyond it not every department is asked about.
    private static let mostSamples = 4_000
    /// The most values that are tried for one action and type of resource.
    private static let mostStated = 48
    /// The rounds in which values are found; what one value makes a policy read may suggest another.
    private static let rounds = 4

    /// - Parameters:
    ///   - tenant: the id of the only tenant to compare; `nil` for all.
    ///   - times: of the requests.
    package init(
        before: Authorizer, after: Authorizer, on directory: Directory, tenant: ExactName? = nil, times: [Instant],
        progress: Progress = { _, _ in true }
    ) {
        let sides = PairedAuthorizers(before: (before, directory), after: (after, directory))
        let tenants = directory.tenants.map(\.id).sorted().filter { tenant == nil || $0 == tenant }
        var found: [Finding.Key: Finding] = [:]
        var turned: [Direction: Set<Turn>] = [:]
        let steps = max(1, tenants.count * times.count)
        for (place, id) in tenants.enumerated() {
            let samples = DiffSamples(sides, tenant: id, most: Self.mostSamples)
            coversDepartments = coversDepartments && samples.coversDepartments
            for (time, now) in times.enumerated() {
                let done = place * times.count + time
                var pending = samples.usual
                var seen = Set(pending)
                for round in 0..<Self.rounds where !pending.isEmpty {
                    let known = isComplete
                    isComplete =
                        isComplete
                        && compare(
                            sides, pending, (id, time, now), isFirst: round == 0, &found, &turned
                        ) { progress(done * 1_000 + $0 * 1_000 / max(1, $1), steps * 1_000) }
                    guard isComplete, known else { break }
                    let (next, isCut) = samples.suggested(by: pending, at: now, most: Self.mostStated)
                    hasMoreValues = hasMoreValues || isCut || round == Self.rounds - 1 && !next.isEmpty
                    pending = next.filter { seen.insert($0).inserted }
                }
            }
        }
        // The order of each is written once, not for every comparison: that took most of the time of a long list.
        let ordered = found.values.map { finding in
            (finding, rank: Direction.allCases.firstIndex(of: finding.key.direction)!, order: finding.key.order)
        }
        findings = ordered.sorted { one, other in
            if one.rank != other.rank { return one.rank < other.rank }
            if one.0.tokens.count != other.0.tokens.count { return one.0.tokens.count > other.0.tokens.count }
            return one.order < other.order
        }.map(\.0)
        (widened, narrowed) = (turned[.widened]?.count ?? 0, turned[.narrowed]?.count ?? 0)
        changed = turned[.changed]?.count ?? 0
    }

    /// A request of a token, whatever it states.
    private struct Turn: Hashable {
        let token: TokenID
        let action: ExactName
        let resource: ExactName?
        let department: ExactName?
    }

    /// Decides the samples for every token of a tenant on both sides.
    /// - Returns: false when it was stopped.
    private mutating func compare(
        _ sides: PairedAuthorizers, _ samples: [DecisionDiff.SampleRequest],
        _ scene: (tenant: ExactName, time: Int, now: Instant), isFirst: Bool, _ found: inout [Finding.Key: Finding],
        _ turned: inout [Direction: Set<Turn>], _ progress: Progress
    ) -> Bool {
        let (one, other, home) = (sides.before.authorizer, sides.after.authorizer, sides.before.directory)
        let before = BulkEvaluator(one, home, scene.tenant, samples, scene.now, tellsAll: true)
        let after = BulkEvaluator(other, home, scene.tenant, samples, scene.now, tellsAll: true)
        defer { decisions += before.count + after.count }
        var core = [CoreDenials(one, home), CoreDenials(other, home)]
        for (place, token) in home.tokens.enumerated() {
            if place % 1_000 == 0, !progress(place, home.tokens.count) { return false }
            guard home.tenants[token.tenant].id == scene.tenant else { continue }
            let assignment = home.assignments[token.assignment]
            let own = home.departments[assignment.department].id
            let (had, has) = (before.summaries(place, in: own), after.summaries(place, in: own))
            if isFirst {
                if scene.time == 0 { tokens += 1 }
                asked += zip(had, has).count { $0 != nil || $1 != nil }
            }
            if had == has { continue }
            for sample in samples.indices {
                let request = samples[sample]
                let department: ExactName? =
                    switch request.place {
                    case .nowhere: nil
                    case .own: own
                    case .department(let id): id
                    }
                guard had[sample] != nil || has[sample] != nil else { continue }
                let example = request.question(department: department, token.id, scene.now)
                // A side for which there is no such request: it denies an action that it does not have, or refuses.
                guard let was = had[sample] ?? core[0].summary(sample, example),
                    let will = has[sample] ?? core[1].summary(sample, example)
                else {
                    incomparable += 1
                    continue
                }
                guard let direction = Direction(was, will) else { continue }
                turned[direction, default: []].insert(
                    Turn(token: token.id, action: request.action, resource: request.resource, department: department))
                let key = Finding.Key(
                    direction: direction, time: scene.time, tenant: scene.tenant, department: own,
                    userType: home.userTypes[assignment.userType].id, action: request.action,
                    resource: request.resource, place: department == nil ? .nowhere : department == own ? .own : .other,
                    stated: request.stated)
                if found[key] == nil {
                    guard let decisions = try? sides.ask(example) else { continue }
                    found[key] = Finding(key: key, tokens: [], departments: [], example: example, decisions: decisions)
                }
                found[key]!.tokens.insert(token.id)
                if let department { found[key]!.departments.insert(department) }
            }
        }
        return true
    }
}

/// The denials of requests that need no policy, such as those of an action that a schema does not declare. They are the
/// same for every token.
private struct CoreDenials {
    private let authorizer: Authorizer
    private let directory: Directory
    /// By sample; `nil` inside for a request that is not valid.
    private var known: [Int: DecisionSummary?] = [:]

    init(_ authorizer: Authorizer, _ directory: Directory) {
        (self.authorizer, self.directory) = (authorizer, directory)
    }

    mutating func summary(_ sample: Int, _ question: AuthorizationRequest) -> DecisionSummary? {
        if let known = known[sample] { return known }
        let summary = try? authorizer.decisionSummary(question, on: directory)
        known[sample] = .some(summary)
        return summary
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
