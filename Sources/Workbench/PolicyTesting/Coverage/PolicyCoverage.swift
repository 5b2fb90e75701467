package import Model
internal import Policies
internal import Syntax

/// What tests have tried of one policy.
package struct PolicyCoverage: Sendable {
    package let policy: ExactName
    /// As the user named it.
    package let path: String
    /// The source, line by line.
    package let source: [String]
    /// For lines that a statement begins on, how often one was reached.
    package private(set) var hits: [Int: Int] = [:]
    /// Lines whose statements were not all reached.
    package private(set) var missed: Set<Int> = []
    /// Where the program goes one way or the other: how often each was gone.
    package private(set) var ways: [Way] = []
    /// In order of their places.
    package internal(set) var gaps: [CoverageGap] = []
    /// Why some of it could not be told.
    package let problem: String?

    /// What was not tried, also where nobody can tell before more is: where it stands, and what it is.
    private var untried: [(offset: Int, target: CoverageGap.Target)] = []

    package private(set) var lines = CoverageCount()
    package private(set) var branches = CoverageCount()
    package private(set) var facts = CoverageCount()

    /// A branch, and whether each of its ways was gone.
    package struct Way: Sendable {
        package let line: Int
        package let yes: Bool
        package let no: Bool
        package let isReached: Bool
    }

    init(_ policy: Policy, _ instrumentation: PolicyInstrumentation, _ tally: PolicyTally?, source bytes: [UInt8]) {
        self.policy = policy.id
        path = policy.path
        source = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        problem =
            instrumentation.isTelling
            ? tally?.problem : "its probes would make it larger than Lua takes; nothing of it is measured"
        let tally = tally ?? PolicyTally(instrumentation)
        for (number, site) in instrumentation.sites.enumerated() {
            let isReached = enclosing(number, instrumentation, tally)
            if site.kind == .statement {
                statement(number, site, tally.sites[number], isReached: isReached)
            } else {
                truth(number, site, tally.sites[number], isReached: isReached)
            }
        }
        for line in hits.keys { lines.add(!missed.contains(line)) }
        for (number, effectCall) in instrumentation.effectCalls.enumerated() {
            let isDecisive = tally.decisive[number] >= 0
            facts.add(isDecisive)
            if !isDecisive { untried.append((effectCall.position.offset, .decide(effectCall: number))) }
            guard !isDecisive, tally.sites[effectCall.statement].reached >= 0 else { continue }
            gap(
                .outcome, effectCall.position, end: effectCall.position.offset + effectCall.name.utf8.count,
                "never decisive: in every test somebody else says the same, or it does not count",
                [.decide(effectCall: number)])
        }
        leaveOutWhatFollows(instrumentation)
        gaps.sort { ($0.line, $0.columns.lowerBound) < ($1.line, $1.columns.lowerBound) }
        for (offset, target) in untried where !gaps.contains(where: { $0.targets.contains(target) }) {
            let before = gaps.lastIndex { $0.offset <= offset }
            if let gap = before ?? gaps.indices.first { gaps[gap].targets.append(target) }
        }
    }

    /// Of questions that are joined, those are told that explain the others: what a whole condition came to follows from its
    /// parts, and a part was not asked because another decided.
    private mutating func leaveOutWhatFollows(_ instrumentation: PolicyInstrumentation) {
        func place(_ gap: CoverageGap) -> (site: Int, isAsked: Bool)? {
            switch gap.targets.first {
            case .come(let site, _): (site, true)
            case .reach(let site) where instrumentation.sites[site].kind == .truth: (site, false)
            default: nil
            }
        }
        func isInside(_ part: Int, _ whole: Int) -> Bool {
            let (part, whole) = (instrumentation.sites[part], instrumentation.sites[whole])
            return whole.start <= part.start && part.end <= whole.end
        }
        let told = gaps.compactMap(place)
        let wholes = instrumentation.sites.indices.filter {
            instrumentation.sites[$0].kind == .truth && !instrumentation.sites[$0].asks
        }
        gaps.removeAll { gap in
            guard let (site, isAsked) = place(gap) else { return false }
            let around = isAsked ? wholes.filter { $0 == site } : wholes.filter { isInside(site, $0) }
            return around.contains { whole in
                told.contains { $0.site != site && $0.site != whole && $0.isAsked && isInside($0.site, whole) }
            }
        }
    }

    /// Whether the statement that a site belongs to was reached.
    private func enclosing(_ number: Int, _ instrumentation: PolicyInstrumentation, _ tally: PolicyTally) -> Bool {
        let site = instrumentation.sites[number]
        let statement = instrumentation.sites[..<number].lastIndex { $0.kind == .statement && $0.end >= site.end }
        return statement.map { tally.sites[$0].reached >= 0 } ?? true
    }

    private mutating func statement(_ number: Int, _ site: CoverageSite, _ tally: SiteTally, isReached: Bool) {
        let line = site.position.line
        hits[line] = max(hits[line] ?? 0, tally.count)
        guard tally.reached < 0 else { return }
        missed.insert(line)
        untried.append((site.start, .reach(site: number)))
        // What stands inside of what was never reached goes without saying.
        guard isReached else { return }
        gap(.statement, site.position, end: site.end, "never reached", [.reach(site: number)])
    }

    private mutating func truth(_ number: Int, _ site: CoverageSite, _ tally: SiteTally, isReached: Bool) {
        let (yes, no) = (tally.yes >= 0, tally.no >= 0)
        if !yes { untried.append((site.start, .come(site: number, to: true))) }
        if !no { untried.append((site.start, .come(site: number, to: false))) }
        if site.branch != nil {
            branches.add(yes)
            branches.add(no)
            ways.append(Way(line: site.position.line, yes: yes, no: no, isReached: tally.reached >= 0))
        }
        if site.asks {
            facts.add(yes)
            facts.add(no)
        }
        if isReached {
            let kind: CoverageGap.Kind = site.branch == nil ? .answer : .branch
            if !yes, !no {
                gap(kind, site.position, end: site.end, "never asked", [.reach(site: number)])
            } else if !yes || !no {
                gap(
                    kind, site.position, end: site.end, "never \(yes ? "false" : "true")",
                    [.come(site: number, to: !yes)])
            }
        }
        guard site.orders, !tally.isUnmeasurable || tally.nearest != nil else { return }
        let missing = OrderedValue.Place.allCases.filter { tally.first($0) < 0 }
        for place in OrderedValue.Place.allCases { facts.add(!missing.contains(place)) }
        untried += missing.map { (site.start, .place(site: number, $0)) }
        guard let nearest = tally.nearest, !missing.isEmpty else { return }
        let places = missing.map(\.words).joined(separator: " or ")
        gap(
            .boundary, site.position, end: site.end,
            "never tried \(places): the nearest was \(nearest.left.text) against \(nearest.right.text)",
            missing.map { .place(site: number, $0) })
    }

    private mutating func gap(
        _ kind: CoverageGap.Kind, _ position: Position, end: Int, _ message: String, _ targets: [CoverageGap.Target]
    ) {
        // What goes on on further lines is shown as far as the first goes.
        let text = position.line <= source.count ? source[position.line - 1] : ""
        let last = max(position.column + 1, min(position.column + end - position.offset, text.utf8.count + 1))
        gaps.append(
            CoverageGap(
                kind: kind, line: position.line, columns: position.column..<last, message: message,
                offset: position.offset,
                targets: targets))
    }
}

extension OrderedValue.Place {
    var words: String {
        switch self {
        case .below: "just below"
        case .at: "at it"
        case .above: "just above"
        }
    }
}
