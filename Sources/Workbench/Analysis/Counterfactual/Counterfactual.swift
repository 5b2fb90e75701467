package import Decisions
package import Model
internal import Policies

/// The smallest changes that turn a decision: of one thing, or, where no one thing will do, of two. Where the request alone
/// could bring it about, also the smallest that an administrator could make.
///
/// Only what was read can matter, so only that is tried; and every way that is told was decided with its changes made.
package struct Counterfactual: Sendable {
    /// One change of a way, and what it does.
    package struct AppliedChange: Sendable {
        package let change: Change
        /// The fact that suggested it: `resource.department is_within token.department`; `nil` for what the core looks at.
        package let fact: String?
        /// What the fact came to before.
        package let before: String?
        /// What it comes to with all changes made; `nil` where it is not read any more.
        package let after: String?
        /// Everything that a property of the request could be to the same effect, its value among it.
        package let span: ValueRange?

        /// What must be so: `resource.department is Sales or under it`.
        package func words(in directory: Directory, tenant: ExactName) -> String {
            guard case .property(let property, _?) = change, let span else {
                return change.words(in: directory, tenant: tenant)
            }
            return "\(property.text) is \(span.words(in: directory, tenant: tenant))"
        }
    }

    package struct Path: Sendable {
        package let steps: [AppliedChange]
        /// What comes of it.
        package let decision: Decision

        package var changes: [Change] { steps.map(\.change) }

        /// Who has to do something about it: in the order administrator, request, time.
        package var agents: [Change.Agent] {
            [.administrator, .request, .time].filter { agent in steps.contains { $0.change.agent == agent } }
        }
    }

    /// What is told of a decision that would be turned: whether that is to be permitted.
    package let isToPermit: Bool
    /// What asks least first: the request's part, then the store's, then the settings', then time.
    package private(set) var ways: [Path] = []
    /// Whether all that was to be tried was tried.
    package private(set) var isComplete = true
    /// How often it was decided.
    package private(set) var whatIf = 0

    /// - Parameters:
    ///   - examination: of the decision.
    ///   - point: which has examined it.
    ///   - most: how often it may be decided.
    package init(
        _ traced: TracedDecision, _ authorizer: Authorizer, most: Int = 20_000,
        progress: Progress = { _, _ in true }
    ) {
        isToPermit = !traced.decision.isPermitted
        let whatIf = WhatIfEvaluator(traced, authorizer)
        guard let base = whatIf.examine([]) else { return }
        var search = Search(whatIf: whatIf, isToPermit: isToPermit, most: most)
        let singles = search.candidates(base.traced, base.suggestions)
        var ways: [[Candidate]] = []
        var rest: [Candidate] = []
        for candidate in singles {
            guard let isPermitted = whatIf.permits([candidate.change]) else { continue }
            if isPermitted == isToPermit { ways.append([candidate]) } else { rest.append(candidate) }
        }
        // Where the request alone could bring it about, an administrator is still told what they could do.
        let isAnybodys = ways.isEmpty
        if isAnybodys || !ways.contains(where: { $0[0].change.agent == .administrator }) {
            let useless = Set(rest.map(\.change))
            let first = isAnybodys ? rest : rest.filter { $0.change.agent == .administrator }
            for (number, candidate) in first.enumerated() {
                guard whatIf.count < most, progress(number, first.count) else {
                    isComplete = false
                    break
                }
                ways += search.pairs(candidate, known: base.traced, useless) {
                    isAnybodys || $0.agent == .administrator
                }
            }
        }
        if whatIf.count >= most { isComplete = false }
        self.ways = search.told(ways)
        self.whatIf = whatIf.count
    }
}

/// A change to be tried, and the fact that suggested it.
private struct Candidate {
    let change: Change
    let fact: (text: String, value: String)?
}

/// Looks for ways, among changes that were suggested by what was read.
private struct Search {
    let whatIf: WhatIfEvaluator
    let isToPermit: Bool
    let most: Int
    private var seen: Set<Set<Change>> = []

    init(whatIf: WhatIfEvaluator, isToPermit: Bool, most: Int) {
        self.whatIf = whatIf
        self.isToPermit = isToPermit
        self.most = most
    }

    func candidates(_ traced: TracedDecision, _ suggestions: ChangeSuggestions) -> [Candidate] {
        var seen: Set<Change> = []
        var all: [Candidate] = []
        for change in suggestions.revivals() where seen.insert(change).inserted {
            all.append(Candidate(change: change, fact: nil))
        }
        for fact in traced.facts {
            for change in suggestions.changes(for: fact) where seen.insert(change).inserted {
                all.append(Candidate(change: change, fact: (fact.text, fact.value.words(in: traced.directory))))
            }
        }
        return all
    }

    /// Ways that begin with a change which alone does not do it.
    mutating func pairs(
        _ first: Candidate, known: TracedDecision, _ useless: Set<Change>, _ isWanted: (Change) -> Bool
    ) -> [[Candidate]] {
        guard let (traced, suggestions) = whatIf.examine([first.change]), !traced.readsTheSame(as: known) else {
            return []
        }
        var ways: [[Candidate]] = []
        for second in candidates(traced, suggestions) where whatIf.count < most {
            guard second.change != first.change, isWanted(second.change) else { continue }
            // One that does it alone was only suggested now: then the first is not needed.
            let isNew = seen.insert([second.change]).inserted && !useless.contains(second.change)
            if isNew, whatIf.permits([second.change]) == isToPermit { ways.append([second]) }
            guard !second.change.contradicts(first.change), seen.insert([first.change, second.change]).inserted,
                !ways.contains(where: { $0.map(\.change) == [second.change] }),
                whatIf.permits([first.change, second.change]) == isToPermit
            else { continue }
            ways.append([first, second])
        }
        return ways
    }

    /// Ways put in order, those that differ in the value of one property as one.
    func told(_ ways: [[Candidate]]) -> [Counterfactual.Path] {
        var told: [Counterfactual.Path] = []
        func isOfStore(_ way: [Candidate]) -> Bool { way.allSatisfy { $0.change.agent == .administrator } }
        let least = ways.map(\.count).min() ?? 0
        let leastOfStore = ways.filter(isOfStore).map(\.count).min() ?? 0
        for way in ways where way.count == least || isOfStore(way) && way.count == leastOfStore {
            let changes = way.map(\.change)
            guard !told.contains(where: { $0.covers(changes) }), let after = whatIf.examine(changes)?.traced
            else { continue }
            let steps = way.map { candidate in
                Counterfactual.AppliedChange(
                    change: candidate.change, fact: candidate.fact?.text, before: candidate.fact?.value,
                    after: candidate.fact.flatMap { fact in
                        after.facts.first { $0.text.isSameBytes(fact.text) }?.value.words(in: after.directory)
                    },
                    span: span(of: candidate.change, among: changes))
            }
            told.append(Counterfactual.Path(steps: steps, decision: after.decision))
        }
        return told.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
    }

    private func span(of change: Change, among changes: [Change]) -> ValueRange? {
        guard case .property(let property, let value?) = change else { return nil }
        return EquivalentValueSearch(
            whatIf, others: changes.filter { $0 != change }, property: property, wanted: isToPermit
        )
        .span(around: value.json)
    }
}

extension TracedDecision {
    /// Whether the same facts came to the same: then nothing that was changed was looked at.
    fileprivate func readsTheSame(as other: TracedDecision) -> Bool {
        guard decision.code == other.decision.code else { return false }
        let (one, other) = (decision.traces.map(\.facts), other.decision.traces.map(\.facts))
        return !one.isEmpty && one == other
    }
}

extension Change {
    /// Whether both are about one thing, so that the later only undoes the earlier.
    fileprivate func contradicts(_ other: Change) -> Bool {
        switch (self, other) {
        case (.property(let one, _), .property(let other, _)): one == other
        case (.tokenAssignment, .tokenAssignment), (.tokenExpires, .tokenExpires), (.time, .time): true
        case (.departmentMoved(let one, _), .departmentMoved(let other, _)): one == other
        case (.setting(let one, let name, _, _), .setting(let other, let named, _, _)): one == other && name == named
        default: false
        }
    }

    /// What asks less comes first.
    fileprivate var rank: Int {
        switch self {
        case .property(_, .some): 0
        case .property(_, nil): 1
        case .tokenSuspended, .tokenExpires, .tokenDormant, .tokenName, .userActive, .departmentActive, .tenantActive,
            .userTypeActive:
            1
        case .tokenAssignment: 2
        case .userHolds, .userTypeHolds: 3
        case .setting: 4
        case .departmentRequires, .departmentMoved, .tokenRevoked, .assignmentRemoved: 5
        case .time: 6
        }
    }
}

extension Counterfactual.Path {
    fileprivate var rank: Int { steps.map(\.change.rank).max() ?? 0 }

    /// Whether these changes are among what is told already.
    fileprivate func covers(_ changes: [Change]) -> Bool {
        guard changes.count == steps.count else { return false }
        return changes.allSatisfy { change in steps.contains { $0.covers(change) } }
    }
}

extension Counterfactual.AppliedChange {
    fileprivate func covers(_ other: Change) -> Bool {
        if change == other { return true }
        guard case .property(let own, _?) = change, case .property(let property, let value?) = other, own == property,
            let span
        else { return false }
        switch span {
        // The others were decided: what else it could be is said.
        case .departments: return true
        case .values(let values): return values.contains(value.json)
        case .network(let network): return value.json.string.flatMap { IPAddress($0) }.map(network.contains) ?? false
        case .between(let low, let high): return value.json.isBetween(low, high)
        }
    }
}

extension JSON {
    fileprivate func isBetween(_ low: ValueRange.End?, _ high: ValueRange.End?) -> Bool {
        func order(_ one: JSON, _ other: JSON) -> Int? {
            switch (one, other) {
            case (.string(let one), .string(let other)): return one == other ? 0 : one < other ? -1 : 1
            case (.integer, _), (.number, _):
                guard let one = one.double, let other = other.double else { return nil }
                return one == other ? 0 : one < other ? -1 : 1
            default: return nil
            }
        }
        if let low {
            guard let order = order(low.value, self), order < 0 || order == 0 && low.isIncluded else { return false }
        }
        if let high {
            guard let order = order(self, high.value), order < 0 || order == 0 && high.isIncluded else { return false }
        }
        return true
    }

    private var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
