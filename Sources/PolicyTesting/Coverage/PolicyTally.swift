internal import Engine
internal import Model
internal import Policies
internal import Syntax

/// The events that tests caused in one policy.
struct PolicyTally: Sendable {
    private(set) var sites: [SiteTally]
    /// By effect call: the first test in which it was decisive; -1 for none.
    private(set) var decisive: [SiteTally.First]
    /// The reason why some of it could not be measured.
    var problem: String?

    init(_ instrumentation: PolicyInstrumentation) {
        sites = [SiteTally](repeating: SiteTally(), count: instrumentation.sites.count)
        decisive = [SiteTally.First](repeating: -1, count: instrumentation.effectCalls.count)
    }

    mutating func merge(_ other: PolicyTally) {
        for index in sites.indices { sites[index].merge(other.sites[index]) }
        for (index, test) in other.decisive.enumerated() where test >= 0 {
            if decisive[index] < 0 || test < decisive[index] { decisive[index] = test }
        }
        problem = problem ?? other.problem
    }

    /// Records one evaluation, if the policy had the same outcome with instrumentation.
    /// - Parameters:
    ///   - own: the outcome without instrumentation.
    ///   - said: the policy's statements that were decisive.
    mutating func note(
        _ test: SiteTally.First, _ own: Outcome, _ instrumented: Outcome, _ events: ArraySlice<CoverageLog.Event>,
        _ said: [Model.PolicyStatement], _ instrumentation: PolicyInstrumentation?
    ) {
        guard own.isAlike(instrumented) else {
            problem = "the instrumented policy decides something else; please report this"
            return
        }
        note(events, test)
        guard let instrumentation else { return }
        for statement in said { note(decisive: statement, instrumentation, events, test) }
    }

    /// The targets that were reached.
    var targets: Set<CoverageGap.Target> {
        var targets: Set<CoverageGap.Target> = []
        for (number, site) in sites.enumerated() where site.reached >= 0 {
            targets.insert(.reach(site: number))
            if site.yes >= 0 { targets.insert(.come(site: number, to: true)) }
            if site.no >= 0 { targets.insert(.come(site: number, to: false)) }
            for place in OrderedValue.Place.allCases where site.first(place) >= 0 {
                targets.insert(.place(site: number, place))
            }
        }
        for (number, test) in decisive.enumerated() where test >= 0 { targets.insert(.decide(effectCall: number)) }
        return targets
    }

    mutating func note(_ events: ArraySlice<CoverageLog.Event>, _ test: SiteTally.First) {
        var left: (site: Int, measure: OrderedValue?)?
        for event in events {
            switch event.kind {
            case .reached: sites[event.site].reach(test)
            case .no, .yes: sites[event.site].come(to: event.kind == .yes, test)
            case .left: left = (event.site, event.measure)
            case .right:
                guard let one = left, one.site == event.site else { continue }
                sites[event.site].compare(one.measure, event.measure, test)
            }
        }
    }

    /// Records that a statement of this policy was decisive.
    /// - Parameter events: those of the evaluation that made it; they tell apart effect calls on the same line.
    private mutating func note(
        decisive statement: Model.PolicyStatement, _ instrumentation: PolicyInstrumentation,
        _ events: ArraySlice<CoverageLog.Event>,
        _ test: SiteTally.First
    ) {
        for (index, effectCall) in instrumentation.effectCalls.enumerated()
        where effectCall.name == statement.effect.rawValue && effectCall.position.line == statement.line {
            guard decisive[index] < 0 || test < decisive[index],
                events.contains(where: { $0.kind == .reached && $0.site == effectCall.statement })
            else { continue }
            decisive[index] = test
        }
    }
}
