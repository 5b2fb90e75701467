package import Decisions
internal import Engine
package import Model

/// The smallest changes that turn a decision: of one thing, or of two where no single change is enough. Where a change
/// of the request alone is enough, the smallest changes by an administrator are listed as well.
///
/// Only what was read can matter, so only that is changed. Every path that is listed was decided with its changes made.
package struct Counterfactual: Sendable {
    /// One change of a path, and its effect.
    package struct AppliedChange: Sendable {
        package let change: Change
        /// The fact that suggested it: `resource.department is_within token.department`; `nil` for a check of the core.
        package let fact: String?
        /// The value of the fact before.
        package let before: String?
        /// The value of the fact with all changes made; `nil` when it is no longer read.
        package let after: String?
        /// Every value of a property of the request with the same effect, the chosen value included.
        package let span: ValueRange?

        /// The condition in words: `resource.department is Sales or under it`.
        package func words(in directory: Directory, tenant: ExactName) -> String {
            guard case .property(let property, _?) = change, let span else {
                return change.words(in: directory, tenant: tenant)
            }
            return "\(property.text) is \(span.words(in: directory, tenant: tenant))"
        }
    }

    package struct Path: Sendable {
        package let steps: [AppliedChange]
        /// The decision with all changes made.
        package let decision: Decision

        package var changes: [Change] { steps.map(\.change) }

        /// The parties that have to act, in the order administrator, request, time.
        package var agents: [Change.Agent] {
            [.administrator, .request, .time].filter { agent in steps.contains { $0.change.agent == agent } }
        }
    }

    /// True when the decision was a deny, so that the paths lead to a permit.
    package let isToPermit: Bool
    /// The least demanding first: changes of the request, then of the store, then of settings, then of time.
    package private(set) var paths: [Path] = []
    /// True when every candidate was tried.
    package private(set) var isComplete = true
    /// The number of decisions made.
    package private(set) var decisionCount = 0

    /// - Parameters:
    ///   - traced: the decision.
    ///   - authorizer: the one that traced it.
    ///   - most: the greatest number of decisions.
    package init(
        _ traced: TracedDecision, _ authorizer: Authorizer, most: Int = 20_000,
        progress: Progress = { _, _ in true }
    ) {
        isToPermit = !traced.decision.isPermitted
        let whatIf = WhatIfEvaluator(traced, authorizer)
        guard let base = whatIf.examine([]) else { return }
        var search = Search(whatIf: whatIf, isToPermit: isToPermit, most: most)
        let singles = search.candidates(base.traced, base.suggestions)
        var combinations: [[Candidate]] = []
        var rest: [Candidate] = []
        for candidate in singles {
            guard let isPermitted = whatIf.permits([candidate.change]) else { continue }
            if isPermitted == isToPermit { combinations.append([candidate]) } else { rest.append(candidate) }
        }
        // Where changing the request is enough, an administrator still learns what they could do.
        let isAnybodys = combinations.isEmpty
        if isAnybodys || !combinations.contains(where: { $0[0].change.agent == .administrator }) {
            let useless = Set(rest.map(\.change))
            let first = isAnybodys ? rest : rest.filter { $0.change.agent == .administrator }
            for (number, candidate) in first.enumerated() {
                guard whatIf.count < most, progress(number, first.count) else {
                    isComplete = false
                    break
                }
                combinations += search.pairs(candidate, known: base.traced, useless) {
                    isAnybodys || $0.agent == .administrator
                }
            }
        }
        if whatIf.count >= most { isComplete = false }
        self.paths = search.paths(combinations)
        decisionCount = whatIf.count
    }
}

/// A change to be tried, and the fact that suggested it.
private struct Candidate {
    let change: Change
    let fact: (text: String, value: String)?
}

/// Searches for paths among the changes that the observed facts suggest.
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
        for change in suggestions.validityChanges() where seen.insert(change).inserted {
            all.append(Candidate(change: change, fact: nil))
        }
        for fact in traced.facts {
            for change in suggestions.changes(for: fact) where seen.insert(change).inserted {
                all.append(Candidate(change: change, fact: (fact.text, fact.value.words(in: traced.directory))))
            }
        }
        return all
    }

    /// Paths that begin with a change that is not enough alone.
    mutating func pairs(
        _ first: Candidate, known: TracedDecision, _ useless: Set<Change>, _ isWanted: (Change) -> Bool
    ) -> [[Candidate]] {
        guard let (traced, suggestions) = whatIf.examine([first.change]), !traced.readsTheSame(as: known) else {
            return []
        }
        var combinations: [[Candidate]] = []
        for second in candidates(traced, suggestions) where whatIf.count < most {
            guard second.change != first.change, isWanted(second.change) else { continue }
            // The second change, suggested only now, may be enough alone: then the first is not needed.
            let isNew = seen.insert([second.change]).inserted && !useless.contains(second.change)
            if isNew, whatIf.permits([second.change]) == isToPermit { combinations.append([second]) }
            if let both = first.change.absorbing(second.change) {
                guard seen.insert([both]).inserted, whatIf.permits([both]) == isToPermit else { continue }
                combinations.append([Candidate(change: both, fact: second.fact)])
                continue
            }
            guard !second.change.contradicts(first.change), seen.insert([first.change, second.change]).inserted,
                !combinations.contains(where: { $0.map(\.change) == [second.change] }),
                whatIf.permits([first.change, second.change]) == isToPermit
            else { continue }
            combinations.append([first, second])
        }
        return combinations
    }

    /// Sorts paths, and merges those that differ only in the value of one property.
    func paths(_ combinations: [[Candidate]]) -> [Counterfactual.Path] {
        var paths: [Counterfactual.Path] = []
        func isOfStore(_ way: [Candidate]) -> Bool { way.allSatisfy { $0.change.agent == .administrator } }
        let least = combinations.map(\.count).min() ?? 0
        let leastOfStore = combinations.filter(isOfStore).map(\.count).min() ?? 0
        for way in combinations where way.count == least || isOfStore(way) && way.count == leastOfStore {
            let changes = way.map(\.change)
            guard !paths.contains(where: { $0.covers(changes) }), let after = whatIf.examine(changes)?.traced
            else { continue }
            let steps = way.map { candidate in
                Counterfactual.AppliedChange(
                    change: candidate.change, fact: candidate.fact?.text, before: candidate.fact?.value,
                    after: candidate.fact.flatMap { fact in
                        after.facts.first { $0.text.isSameBytes(fact.text) }?.value.words(in: after.directory)
                    },
                    span: span(of: candidate.change, among: changes))
            }
            paths.append(Counterfactual.Path(steps: steps, decision: after.decision))
        }
        return paths.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
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
    /// True when the same facts had the same values: then nothing that changed was read.
    fileprivate func readsTheSame(as other: TracedDecision) -> Bool {
        guard decision.code == other.decision.code else { return false }
        let (one, other) = (decision.traces.map(\.facts), other.decision.traces.map(\.facts))
        return !one.isEmpty && one == other
    }
}

extension Change {
    /// True when both changes are of one thing, so that the later one only overwrites the earlier.
    fileprivate func contradicts(_ other: Change) -> Bool {
        switch (self, other) {
        case (.property(let one, _), .property(let other, _)): one.contains(other) || other.contains(one)
        case (.tokenAssignment, .tokenAssignment), (.tokenExpires, .tokenExpires), (.time, .time),
            (.tokenCeiling, .tokenCeiling):
            true
        case (.departmentMoved(let one, _), .departmentMoved(let other, _)): one == other
        case (.setting(let one, let name, _, _), .setting(let other, let named, _, _)): one == other && name == named
        default: false
        }
    }

    /// The rank of a change: the less demanding, the lower.
    fileprivate var rank: Int {
        switch self {
        case .property(_, .some): 0
        case .property(_, nil): 1
        case .tokenSuspended, .tokenExpires, .tokenDormant, .tokenName, .tokenDescription, .tokenContact, .tokenCeiling,
            .userActive,
            .departmentActive, .tenantActive, .userTypeActive:
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

    /// True when these changes are already part of this path.
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
        // Every department of the span was decided.
        case .departments: return true
        case .values(let values): return values.contains(value.json)
        case .anythingBut(let values): return value.json.string != nil && !values.contains(value.json)
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
