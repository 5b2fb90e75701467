internal import Decisions
internal import Model

/// The comparison of two sides for all tokens, pass by pass.
///
/// Tokens that neither side can tell apart share one result in a pass: what turned for one of them turned for all. So the
/// work for a token is a look-up, however many requests there are.
struct DiffRun {
    /// The circumstances of one pass: some requests, for all tokens of a tenant, at one time.
    struct Circumstances {
        let tenant: ExactName
        /// The number of the time.
        let time: Int
        let now: Instant
        /// True where the requests count as asked; false where they state more of requests that were asked before.
        let counts: Bool
    }

    /// A token on both sides, by its numbers; `nil` where it is not there.
    struct Subject {
        let before: Int?
        let after: Int?
    }

    /// A request of a token, whatever it states.
    private struct Turn: Hashable {
        let action: ExactName
        let resource: ExactName?
        let department: ExactName?
    }

    /// The differences in a pass that the tokens of one group share.
    private struct Group {
        var turns: [PolicyDiff.Direction: Set<Turn>] = [:]
        var asked = 0
        var incomparable = 0
        /// Its number in `members`; `nil` where nothing turned.
        var number: Int?
    }

    /// The tokens that share their result in a pass.
    private struct GroupKey: Hashable {
        let department: ExactName
        let before: BulkEvaluator.Sharing?
        let after: BulkEvaluator.Sharing?
    }

    private struct FindingParts {
        var groups: Set<Int> = []
        var departments: Set<ExactName> = []
        let example: AuthorizationRequest
        let decisions: DecisionComparison
    }

    let sides: PairedAuthorizers
    /// The subjects of each tenant, each with its place in `ids`.
    private var subjectsByTenant: [ExactName: [(place: Int, subject: Subject)]] = [:]
    private var ids: [TokenID] = []
    private(set) var asked = 0
    private(set) var decisions = 0
    private(set) var incomparable = 0
    private(set) var tokens = 0
    /// The number of samples that no token could ask, on either side: neither takes such a request.
    private(set) var refused = 0
    private(set) var reads: Set<UnstatedFact> = []
    private var taken: Set<Int> = []
    private var found: [PolicyDiff.Finding.Key: FindingParts] = [:]
    private var members: [[Int32]] = []
    private var passes: [Int] = []
    private var pass = 0
    private var turns: [PolicyDiff.Direction: TurnCounts] = [:]

    init(_ sides: PairedAuthorizers) {
        self.sides = sides
        let (one, other) = (sides.before.directory, sides.after.directory)
        let tenants = [one, other].map { $0.tenants.map(\.id) }
        var byTenant = [[(place: Int, subject: Subject)]](repeating: [], count: tenants[0].count)
        for (number, token) in one.tokens.enumerated() {
            byTenant[token.tenant].append(
                (ids.count, Subject(before: number, after: one === other ? number : other.token(token.id))))
            ids.append(token.id)
        }
        for (number, id) in tenants[0].enumerated() { subjectsByTenant[id] = byTenant[number] }
        guard one !== other else { return }
        for (number, token) in other.tokens.enumerated() where one.token(token.id) == nil {
            subjectsByTenant[tenants[1][token.tenant], default: []].append(
                (ids.count, Subject(before: nil, after: number)))
            ids.append(token.id)
        }
    }

    func subjects(of tenant: ExactName) -> [(place: Int, subject: Subject)] { subjectsByTenant[tenant] ?? [] }

    /// Notes that the requests had the values of a fact after all.
    mutating func noteStated(_ fact: UnstatedFact) { reads.remove(fact) }

    // MARK: Results

    /// The number of requests that turned in a direction, in one pass or in several.
    func turned(_ direction: PolicyDiff.Direction) -> Int { turns[direction]?.count ?? 0 }

    /// The requests that turned, by who holds the tokens, in order.
    var holders: [PolicyDiff.Holders] {
        var holders: [PolicyDiff.Holders.Key: PolicyDiff.Holders] = [:]
        for (tenant, subjects) in subjectsByTenant {
            for (place, subject) in subjects {
                for (direction, counts) in turns where counts.count(of: place) > 0 {
                    let holder = holder(of: subject)
                    let key = PolicyDiff.Holders.Key(
                        tenant: tenant, department: holder.department, userType: holder.userType)
                    holders[key, default: .init(key: key)].requests[direction, default: 0] += counts.count(of: place)
                    holders[key]!.tokens[direction, default: 0] += 1
                }
            }
        }
        return holders.values.sorted { $0.key < $1.key }
    }

    var findings: [PolicyDiff.Finding] {
        let groups = TokenGroups(ids: ids, members: members, passes: passes)
        return found.map { key, parts in
            PolicyDiff.Finding(
                key: key, tokens: DiffedTokens(groups: parts.groups, of: groups), departments: parts.departments,
                example: parts.example, decisions: parts.decisions)
        }
    }

    // MARK: A pass

    /// Decides the samples for every token of a tenant on both sides.
    /// - Returns: false when it was stopped.
    mutating func compare(
        _ samples: [DecisionDiff.SampleRequest], _ circumstances: Circumstances, _ progress: Progress
    ) -> Bool {
        let before = SampledSide(sides.before, circumstances, samples)
        let after = SampledSide(sides.after, circumstances, samples)
        taken = []
        defer {
            decisions += before.count + after.count
            reads.formUnion(before.reads.union(after.reads))
            pass += 1
            if circumstances.counts, circumstances.time == 0 {
                tokens += subjects(of: circumstances.tenant).count
                refused += samples.count - taken.count
            }
        }
        var known: [GroupKey: Int] = [:]
        var groups: [Group] = []
        let subjects = subjects(of: circumstances.tenant)
        for (step, (place, subject)) in subjects.enumerated() {
            if step % 1_000 == 0, !progress(step, subjects.count) { return false }
            let own = holder(of: subject).department
            func key() -> GroupKey {
                GroupKey(
                    department: own, before: before.sharing(subject.before, in: own),
                    after: after.sharing(subject.after, in: own))
            }
            let early = key()
            let group: Int
            if early.before != nil, early.after != nil, let number = known[early] {
                group = number
            } else {
                group = groups.count
                var new = self.group(subject, own, ids[place], members.count, samples, circumstances, before, after)
                if !new.turns.isEmpty {
                    new.number = members.count
                    members.append([])
                    passes.append(pass)
                }
                groups.append(new)
                let late = key()
                if late.before != nil, late.after != nil { known[late] = group }
            }
            if circumstances.counts { asked += groups[group].asked }
            incomparable += groups[group].incomparable
            guard let number = groups[group].number else { continue }
            members[number].append(Int32(place))
            for (direction, turned) in groups[group].turns {
                turns[direction, default: TurnCounts(tokens: ids.count)].add(turned, number, of: place)
            }
        }
        return true
    }

    /// The ids of a token's department and user type, as they were or, for a new token, are.
    private func holder(of subject: Subject) -> (department: ExactName, userType: ExactName) {
        let directory = subject.before == nil ? sides.after.directory : sides.before.directory
        let assignment = directory.assignments[directory.tokens[(subject.before ?? subject.after)!].assignment]
        return (directory.departments[assignment.department].id, directory.userTypes[assignment.userType].id)
    }

    /// The differences for the first token of a group.
    private mutating func group(
        _ subject: Subject, _ own: ExactName, _ id: TokenID, _ number: Int, _ samples: [DecisionDiff.SampleRequest],
        _ circumstances: Circumstances, _ before: SampledSide, _ after: SampledSide
    ) -> Group {
        let had = before.summaries(subject.before, in: own)
        let has = after.summaries(subject.after, in: own)
        var group = Group()
        let asked = samples.indices.filter { had[$0] != nil || has[$0] != nil }
        group.asked = asked.count
        taken.formUnion(asked)
        if had == has { return group }
        for sample in asked {
            let request = samples[sample]
            let department: ExactName? =
                switch request.place {
                case .nowhere: nil
                case .own: own
                case .department(let id): id
                }
            let example = request.question(department: department, id, circumstances.now)
            // A side for which there is no such request: it denies an action that it does not have, or refuses.
            guard let was = had[sample] ?? before.coreDenial(sample, example),
                let will = has[sample] ?? after.coreDenial(sample, example)
            else {
                group.incomparable += 1
                continue
            }
            guard let direction = PolicyDiff.Direction(was, will) else { continue }
            group.turns[direction, default: []].insert(
                Turn(action: request.action, resource: request.resource, department: department))
            let key = PolicyDiff.Finding.Key(
                direction: direction, time: circumstances.time, tenant: circumstances.tenant, department: own,
                userType: holder(of: subject).userType, action: request.action, resource: request.resource,
                place: department == nil ? .nowhere : department == own ? .own : .other, stated: request.stated)
            if found[key] == nil {
                guard let decisions = try? sides.ask(example) else { continue }
                found[key] = FindingParts(example: example, decisions: decisions)
            }
            found[key]!.groups.insert(number)
            if let department { found[key]!.departments.insert(department) }
        }
        return group
    }

    /// The numbers of turned requests by token: of each token, the requests that turned in any pass.
    private struct TurnCounts {
        private struct Step: Hashable {
            let set: Int32
            let group: Int
        }

        /// All sets of requests that some token has, the first of them empty; and the set of each token.
        private var sets: [Set<Turn>] = [[]]
        private var numbers: [Set<Turn>: Int32] = [[]: 0]
        private var ofTokens: [Int32]
        private var steps: [Step: Int32] = [:]

        init(tokens: Int) { ofTokens = Array(repeating: 0, count: tokens) }

        mutating func add(_ turned: Set<Turn>, _ group: Int, of token: Int) {
            let step = Step(set: ofTokens[token], group: group)
            if let known = steps[step] {
                ofTokens[token] = known
                return
            }
            let union = sets[Int(ofTokens[token])].union(turned)
            let number = numbers[union] ?? Int32(sets.count)
            if number == sets.count {
                sets.append(union)
                numbers[union] = number
            }
            steps[step] = number
            ofTokens[token] = number
        }

        func count(of token: Int) -> Int { sets[Int(ofTokens[token])].count }

        var count: Int { ofTokens.reduce(0) { $0 + sets[Int($1)].count } }
    }
}

/// One side of a pass.
private final class SampledSide {
    private let evaluator: BulkEvaluator
    private let authorizer: Authorizer
    private let directory: Directory
    /// The decisions on all samples for a token that is not on this side.
    private let absent: [DecisionSummary?]
    /// By sample; `nil` inside for a request that is not valid.
    private var coreDenials: [Int: DecisionSummary?] = [:]

    init(
        _ side: (authorizer: Authorizer, directory: Directory), _ circumstances: DiffRun.Circumstances,
        _ samples: [DecisionDiff.SampleRequest]
    ) {
        (authorizer, directory) = side
        evaluator = BulkEvaluator(
            authorizer, directory, circumstances.tenant, samples, circumstances.now, tellsAll: true)
        absent = Array(repeating: DecisionSummary(isPermitted: false, code: "token_unknown"), count: samples.count)
    }

    var count: Int { evaluator.count }
    var reads: Set<UnstatedFact> { evaluator.reads }

    /// - Parameter token: its number; `nil` for one that is not here.
    func summaries(_ token: Int?, in own: ExactName) -> [DecisionSummary?] {
        token.map { evaluator.summaries($0, in: own) } ?? absent
    }

    func sharing(_ token: Int?, in own: ExactName) -> BulkEvaluator.Sharing? {
        token.map { evaluator.sharing($0, in: own) } ?? .absent
    }

    /// The denial of a request that needs no policy, such as that of an action that the schema does not declare. It is the
    /// same for every token.
    /// - Returns: `nil` for a request that is not valid.
    func coreDenial(_ sample: Int, _ question: AuthorizationRequest) -> DecisionSummary? {
        if let known = coreDenials[sample] { return known }
        let summary = try? authorizer.decisionSummary(question, on: directory)
        coreDenials[sample] = .some(summary)
        return summary
    }
}
