internal import Decisions
internal import Engine
package import Model
package import Policies

/// The differences between two policy sets on all branches: for every request on every store, not for those of one.
package struct BranchDiff: Sendable {
    package enum Direction: String, Sendable, CaseIterable {
        /// A permit of something that was denied.
        case widened
        /// A deny of something that was permitted.
        case narrowed
        /// The decision is the same, with another effect.
        case changed
    }

    /// A difference, with a request that shows it.
    package struct Difference: Sendable {
        package let direction: Direction
        package let kind: DecisionKind
        /// The policies that do something else, sorted.
        package let policies: [ExactName]
        /// The conditions of these policies' branches, in words.
        package let conditions: [String]
        package let example: Example
        package let decisions: (before: Decision, after: Decision)
    }

    package let differences: [Difference]
    /// The reasons why there may be differences that are not among these, in words; empty where all were found.
    package let bounds: [String]
    /// The branches of both sets.
    package let branches: Int

    /// True when both sets decide everything alike.
    package var isEqual: Bool { differences.isEmpty && bounds.isEmpty }
}

/// Compares two policy sets on all branches. For one thread only.
package final class BranchComparison {
    private let table: FactTable
    private let tenants: [ExactName?]
    private let before: WalkedSet
    private let after: WalkedSet
    private let authorizers: (before: Authorizer, after: Authorizer)
    private let options: Exploration.Options
    /// The most differences of one kind of decision and direction.
    private let most: Int

    /// - Parameters:
    ///   - most: the most differences of one kind of decision and direction.
    ///   - anySettings: true to compare whatever the settings are, also of policies that are off; false for settings as they
    ///     are written.
    /// - Returns: `nil` where the sets have other schemas or plugins, so that their facts are not the same.
    /// - Throws: `.interpreter` when there is no memory for one.
    package init?(
        _ before: PolicySet, _ after: PolicySet, options: Exploration.Options, most: Int = 20, anySettings: Bool = false
    ) throws(PolicyError) {
        guard before.schema.isSame(as: after.schema), before.plugins.isSame(as: after.plugins) else { return nil }
        self.options = options
        self.most = most
        table = FactTable(
            before, policies: before.facts + after.facts, owners: anySettings ? Self.owners(before, after) : nil)
        tenants = anySettings ? [nil] : WalkedSet.tenants(before, after)
        self.before = try WalkedSet(before, table, offset: 0, limits: options.limits, countsAll: anySettings)
        self.after = try WalkedSet(
            after, table, offset: before.policies.count, limits: options.limits, countsAll: anySettings)
        authorizers = (
            try Authorizer(policies: before, treeOptions: .reference),
            try Authorizer(policies: after, treeOptions: .reference)
        )
    }

    /// For each policy of both sets, the one whose settings are its own: a policy that declares the same settings as before
    /// has the same values, whatever they are.
    private static func owners(_ before: PolicySet, _ after: PolicySet) -> [Int] {
        func isSame(_ one: Setting, _ other: Setting) -> Bool {
            one.type == other.type && one.initial.equals(other.initial)
        }
        let own = Array(before.policies.indices)
        return own
            + after.policies.enumerated().map { number, policy in
                let twin = own.first { index in
                    let old = before.policies[index]
                    return old.id == policy.id && old.settings.keys == policy.settings.keys
                        && old.settings.allSatisfy { name, setting in isSame(setting, policy.settings[name]!) }
                        && old.isEnabled == policy.isEnabled
                }
                return twin ?? own.count + number
            }
    }

    /// Every difference, those that widen first.
    package func diff() -> BranchDiff {
        var search = DifferenceSearch()
        for context in WalkedSet.contexts(before.set, after.set) { compare(context, &search) }
        let order = BranchDiff.Direction.allCases
        return BranchDiff(
            differences: order.flatMap { direction in search.differences.filter { $0.direction == direction } },
            bounds: search.bounds, branches: search.branches)
    }

    /// True when both sets are known to decide everything alike, but for the wording of reasons.
    package func isEqual() -> Bool {
        for policy in after.set.policies {
            let old = before.set.policies.first { $0.id == policy.id }
            if let old, old.isEnabled != policy.isEnabled { return false }
        }
        for context in WalkedSet.contexts(before.set, after.set) {
            let sides = sides(context)
            sides.explored.addLaws()
            guard !options.limits.isOver() else { return false }
            for goal in BranchDiff.Direction.allCases.flatMap({ sides.goals($0, perhaps: true) })
            where sides.explored.solve([goal]) != .unsatisfiable {
                return false
            }
        }
        return true
    }

    private func sides(_ context: DecisionContext) -> Sides {
        Sides(ExploredContext(table, context, tenants: tenants, isOver: options.limits.isOver), before, after) {
            [self] in twin(of: $0)
        }
    }

    /// The policy before that one after is the same as, with the same settings; `nil` for none.
    private func twin(of number: Int) -> Int? {
        let (old, new) = (before.set, after.set)
        let policy = new.policies[number]
        guard let index = old.policies.firstIndex(where: { $0.id == policy.id }) else { return nil }
        let other = old.policies[index]
        guard
            policy.program == other.program && policy.shape == other.shape && policy.grants == other.grants
                && policy.isObserving == other.isObserving && policy.libraries == other.libraries
                && policy.libraries.allSatisfy({ new.libraries[$0]?.program == old.libraries[$0]?.program })
                && before.isEnabled(index, tenants) == after.isEnabled(number, tenants)
        else { return nil }
        let (values, others) = (new.facts[number], old.facts[index])
        let isSame = policy.settings.allSatisfy { name, setting in
            guard let second = other.settings[name], setting.type == second.type else { return false }
            return tenants.allSatisfy { values.written(name, tenant: $0).equals(others.written(name, tenant: $0)) }
        }
        return isSame ? index : nil
    }

    private struct DifferenceSearch {
        var differences: [BranchDiff.Difference] = []
        var bounds: [String] = []
        var branches = 0

        mutating func note(_ bound: String) { if !bounds.contains(bound) { bounds.append(bound) } }
    }

    private func compare(_ context: DecisionContext, _ search: inout DifferenceSearch) {
        let sides = sides(context)
        let explored = sides.explored
        explored.addLaws()
        search.branches += explored.parts.reduce(0) { $0 + $1.tree.leaves.count }
        for direction in BranchDiff.Direction.allCases {
            for (index, goal) in sides.goals(direction, perhaps: false).enumerated() {
                let isComplete = find(goal, direction, sides, &search)
                let perhaps = sides.goals(direction, perhaps: true)[index]
                guard isComplete, explored.solve([perhaps, !goal]) != .unsatisfiable else { continue }
                search.note(
                    "on \(context.kind.rawValue), branches that were not walked may be \(direction.rawValue)")
            }
        }
    }

    /// Finds the differences of one direction.
    /// - Returns: false where it could not be told whether there are more.
    private func find(
        _ goal: Literal, _ direction: BranchDiff.Direction, _ sides: Sides, _ search: inout DifferenceSearch
    ) -> Bool {
        let explored = sides.explored
        let kind = explored.context.kind
        var (count, failed) = (0, 0)
        var excluded: [Literal] = []
        while true {
            let name = "on \(kind.rawValue), \(direction.rawValue)"
            if options.limits.isOver() {
                search.note("\(name): the time was over")
                return false
            }
            // What was found is excluded by an assumption, so that other goals still see it.
            switch explored.solve([goal] + excluded) {
            case .unsatisfiable:
                if failed > 0 {
                    search.note(
                        "\(name): of \(counted(failed, "set")) of facts that seem to differ, no request was found")
                }
                return failed == 0
            case .unknown:
                search.note("\(name): the search was too long")
                return false
            case .satisfiable: break
            }
            guard count < most, failed < options.candidates else {
                search.note("\(name): there may be more than the \(count) that are shown")
                return false
            }
            guard let found = explored.simplest([goal] + excluded) else { return false }
            let causes = sides.causes(found)
            if let difference = difference(found, direction, causes, sides) {
                search.differences.append(difference)
                count += 1
            } else {
                failed += 1
            }
            excluded.append(explored.formula.any(sides.branches(found, of: causes).map { !$0 }))
        }
    }

    private func difference(
        _ found: FoundFacts, _ direction: BranchDiff.Direction, _ causes: [ExactName], _ sides: Sides
    ) -> BranchDiff.Difference? {
        let finder = ExampleSearch(
            explored: sides.explored, schema: before.set.schema, now: options.now, isOver: options.limits.isOver)
        var decisions: (Decision, Decision)?
        let example = finder.example(of: found) { example in
            guard let one = try? authorizers.before.decide(example.question, on: example.directory),
                let other = try? authorizers.after.decide(example.question, on: example.directory)
            else { return false }
            let isShown =
                switch direction {
                case .widened: !one.isPermitted && other.isPermitted
                case .narrowed: one.isPermitted && !other.isPermitted
                case .changed: one.isPermitted == other.isPermitted && !one.saysTheSame(as: other)
                }
            if isShown { decisions = (one, other) }
            return isShown
        }
        guard let example, let decisions else { return nil }
        return BranchDiff.Difference(
            direction: direction, kind: sides.explored.context.kind, policies: causes,
            conditions: sides.conditions(found, of: causes), example: example, decisions: decisions)
    }
}

/// Both sets in one formula.
private struct Sides {
    let explored: ExploredContext
    /// The parts of each set.
    let before: [Int]
    let after: [Int]
    /// The parts of both: policies that are the same before and after.
    private let same: Set<Int>

    /// - Parameter twin: the policy before that one after is the same as.
    init(_ explored: ExploredContext, _ before: WalkedSet, _ after: WalkedSet, twin: (Int) -> Int?) {
        self.explored = explored
        let (policies, parts) = before.add(to: explored)
        self.before = parts
        let own = after.add(to: explored) { number in
            twin(number).flatMap { index in policies.firstIndex(of: index).map { parts[$0] } }
        }
        self.after = own.parts
        same = Set(parts).intersection(own.parts)
    }

    /// The literals each of which is a difference of a direction.
    /// - Parameter perhaps: true where branches that were not walked may do anything.
    func goals(_ direction: BranchDiff.Direction, perhaps: Bool) -> [Literal] {
        let formula = explored.formula
        func permit(_ parts: [Int], _ perhaps: Bool) -> Literal {
            explored.permit(parts, perhaps: perhaps, same: same)
        }
        switch direction {
        case .widened: return [formula.all([permit(after, perhaps), !permit(before, !perhaps)])]
        case .narrowed: return [formula.all([permit(before, perhaps), !permit(after, !perhaps)])]
        case .changed:
            let keys = effects(before).union(effects(after)).sorted { $0.order < $1.order }
            return keys.map { key in
                let (one, other) = (literal(key, before), literal(key, after))
                let isOdd = formula.any([formula.all([one, !other]), formula.all([other, !one])])
                let open = perhaps ? isUnexplored : .never
                // Effects count with the decision to which they belong.
                let permitted = formula.all([permit(before, perhaps), permit(after, perhaps)])
                let denied = formula.all([!permit(before, !perhaps), !permit(after, !perhaps)])
                let decision = key.isOfPermits.map { $0 ? permitted : denied } ?? formula.any([permitted, denied])
                return formula.all([decision, formula.any([isOdd, open])])
            }
        }
    }

    private var isUnexplored: Literal {
        explored.formula.any(
            (before + after).filter { !same.contains($0) }.map {
                explored.formula.all([explored.policies[$0].isEnabled, explored.policies[$0].isUnexplored])
            })
    }

    /// An effect as callers see it.
    private struct Effect: Hashable {
        let kind: PolicyStatement.Effect
        let text: ExactName
        let isOfPermits: Bool?

        var order: String { "\(kind.rawValue) \(text)" }
    }

    private func effects(_ parts: [Int]) -> Set<Effect> {
        var found: Set<Effect> = []
        for part in parts {
            for case (_, .explored(let outcome)) in explored.parts[part].tree.leaves {
                for effect in outcome.effects { if let key = key(effect) { found.insert(key) } }
            }
        }
        return found
    }

    private func key(_ effect: ExploredOutcome.Effect) -> Effect? {
        switch effect.kind {
        case .permit: nil
        case .deny: effect.code.map { Effect(kind: .deny, text: $0, isOfPermits: false) }
        case .advise: Effect(kind: .advise, text: ExactName(effect.text), isOfPermits: nil)
        case .oblige:
            Effect(kind: .oblige, text: ExactName(effect.text), isOfPermits: effect.occasion == .permit)
        }
    }

    private func literal(_ key: Effect, _ parts: [Int]) -> Literal {
        var literals: [Literal] = []
        for part in parts {
            for case (let node, .explored(let outcome)) in explored.parts[part].tree.leaves
            where outcome.effects.contains(where: { self.key($0) == key }) {
                literals.append(
                    explored.formula.all([explored.policies[part].isEnabled, explored.reaches(node, of: part)]))
            }
        }
        return explored.formula.any(literals)
    }

    // MARK: What was found

    /// The node of the branch that a part was found on; `nil` where it decides for no such tenant.
    private func leaf(_ part: Int, _ found: FoundFacts) -> Int? {
        guard found.holds(explored.policies[part].isEnabled) else { return nil }
        return explored.parts[part].tree.leaves.first { found.holds(explored.reaches($0.node, of: part)) }?.node
    }

    /// The effects of a policy on the branches that were found, on one side.
    private func outcome(_ id: ExactName, _ parts: [Int], _ found: FoundFacts) -> [String]? {
        guard let part = parts.first(where: { explored.parts[$0].tree.policy == id }),
            let node = leaf(part, found), case .leaf(.explored(let outcome)) = explored.parts[part].tree.nodes[node]
        else { return nil }
        return outcome.effects.map { "\($0.kind.rawValue) \($0.code?.text ?? $0.text)" }
            + (outcome.failure.map { ["fails: \($0.message)"] } ?? [])
    }

    /// The policies that do something else, sorted.
    func causes(_ found: FoundFacts) -> [ExactName] {
        let ids = Set((before + after).map { explored.parts[$0].tree.policy })
        return ids.filter { (outcome($0, before, found) ?? []) != (outcome($0, after, found) ?? []) }.sorted()
    }

    private func parts(of ids: [ExactName]) -> [Int] {
        (before + after).filter { ids.contains(explored.parts[$0].tree.policy) }
    }

    /// The literals of the branches that some policies were found on.
    func branches(_ found: FoundFacts, of ids: [ExactName]) -> [Literal] {
        parts(of: ids).compactMap { part in leaf(part, found).map { explored.reaches($0, of: part) } }
    }

    /// The answers on these branches that the others do not imply, in words.
    func conditions(_ found: FoundFacts, of ids: [ExactName]) -> [String] {
        var path: [(words: String, literal: Literal)] = []
        for part in parts(of: ids) {
            let nodes = explored.parts[part].tree.nodes
            var next = 0
            while case .fact(let fact, let branches) = nodes[next] {
                guard let branch = branches.first(where: { found.holds(explored.reaches($0.node, of: part)) }) else {
                    break
                }
                let constants = branches.compactMap { if case .constant(let id) = $0.answer { id } else { nil } }
                let literal = explored.encoder.literal(branch.answer, of: fact, besides: constants)
                if !path.contains(where: { $0.literal == literal }) {
                    path.append((explored.table.words(fact, branch.answer), literal))
                }
                next = branch.node
            }
        }
        return explored.needed(path).map(\.words)
    }
}

extension Decision {
    /// True when a caller sees no difference but the reasons' wording.
    fileprivate func saysTheSame(as other: Decision) -> Bool {
        func names(_ statements: [PolicyStatement]) -> [String] { Set(statements.map(\.text)).sorted() }
        func codes(_ decision: Decision) -> [ExactName] { Set(decision.reasons.compactMap(\.code)).sorted() }
        return code == other.code && codes(self) == codes(other) && names(advice) == names(other.advice)
            && names(obligations) == names(other.obligations)
    }
}
