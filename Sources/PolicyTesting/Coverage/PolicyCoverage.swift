internal import Engine
package import Model
internal import Policies
internal import Syntax

/// The coverage of one policy, or one library, by tests.
package struct PolicyCoverage: Sendable {
    /// The policy's id, or the library's name.
    package let policy: ExactName
    /// As the user named it.
    package let path: String
    /// The source, line by line.
    package let source: [String]
    /// For lines that a statement begins on, how often every one of them was reached; a line with 0 is not covered.
    package private(set) var hits: [Int: Int] = [:]
    /// Lines that are not covered, although a statement of theirs was reached.
    package var partlyReached: Set<Int> { reached.filter { hits[$0] == 0 } }
    private var reached: Set<Int> = []
    /// The branches, with the outcomes that were taken.
    package private(set) var branchOutcomes: [BranchOutcome] = []
    /// In the order of their places.
    package internal(set) var gaps: [CoverageGap] = []
    /// The reason why some of it could not be measured.
    package let problem: String?

    /// The uncovered targets, with their places; also those that only count once others are covered.
    private var uncovered: [(offset: Int, target: CoverageGap.Target)] = []

    package private(set) var lines = CoverageCount()
    package private(set) var branches = CoverageCount()
    package private(set) var facts = CoverageCount()

    /// A branch, and which of its outcomes were taken.
    package struct BranchOutcome: Sendable {
        package let line: Int
        package let yes: Bool
        package let no: Bool
        package let isReached: Bool
    }

    init(
        _ id: ExactName, _ path: String, _ instrumentation: PolicyInstrumentation, _ tally: PolicyTally?,
        source bytes: [UInt8]
    ) {
        policy = id
        self.path = path
        source = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        problem =
            instrumentation.isTelling
            ? tally?.problem : "its instrumented program would be too large for Lua; its coverage is not measured"
        let tally = tally ?? PolicyTally(instrumentation)
        for (number, site) in instrumentation.sites.enumerated() {
            let isReached = enclosing(number, instrumentation, tally)
            if site.kind == .statement {
                statement(number, site, tally.sites[number], isReached: isReached)
            } else {
                truth(number, site, tally.sites[number], isReached: isReached)
            }
        }
        for count in hits.values { lines.add(count > 0) }
        for (number, effectCall) in instrumentation.effectCalls.enumerated() {
            let isDecisive = tally.decisive[number] >= 0
            facts.add(isDecisive)
            if !isDecisive { uncovered.append((effectCall.position.offset, .decide(effectCall: number))) }
            guard !isDecisive, tally.sites[effectCall.statement].reached >= 0 else { continue }
            gap(
                .outcome, effectCall.position, end: effectCall.position.offset + effectCall.name.utf8.count,
                "never decisive: in every test another policy decides the same, or it does not count",
                [.decide(effectCall: number)])
        }
        leaveOutWhatFollows(instrumentation)
        gaps.sort { ($0.line, $0.columns.lowerBound) < ($1.line, $1.columns.lowerBound) }
        for (offset, target) in uncovered where !gaps.contains(where: { $0.targets.contains(target) }) {
            let before = gaps.lastIndex { $0.offset <= offset }
            if let gap = before ?? gaps.indices.first { gaps[gap].targets.append(target) }
        }
    }

    /// Among facts in one condition, keeps only the gaps that explain the others: the result of a whole condition
    /// follows from its parts, and a part may be skipped because another one decided.
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
        let kept = gaps.compactMap(place)
        let wholes = instrumentation.sites.indices.filter {
            instrumentation.sites[$0].kind == .truth && !instrumentation.sites[$0].asks
        }
        gaps.removeAll { gap in
            guard let (site, isAsked) = place(gap) else { return false }
            let around = isAsked ? wholes.filter { $0 == site } : wholes.filter { isInside(site, $0) }
            return around.contains { whole in
                kept.contains { $0.site != site && $0.site != whole && $0.isAsked && isInside($0.site, whole) }
            }
        }
    }

    /// True when the statement that contains a site was reached.
    private func enclosing(_ number: Int, _ instrumentation: PolicyInstrumentation, _ tally: PolicyTally) -> Bool {
        let site = instrumentation.sites[number]
        let statement = instrumentation.sites[..<number].lastIndex { $0.kind == .statement && $0.end >= site.end }
        return statement.map { tally.sites[$0].reached >= 0 } ?? true
    }

    private mutating func statement(_ number: Int, _ site: CoverageSite, _ tally: SiteTally, isReached: Bool) {
        let line = site.position.line
        hits[line] = min(hits[line] ?? .max, tally.count)
        guard tally.reached < 0 else {
            reached.insert(line)
            return
        }
        uncovered.append((site.start, .reach(site: number)))
        // A gap inside a statement that was never reached goes without saying.
        guard isReached else { return }
        gap(.statement, site.position, end: site.end, "never reached", [.reach(site: number)])
    }

    private mutating func truth(_ number: Int, _ site: CoverageSite, _ tally: SiteTally, isReached: Bool) {
        let (yes, no) = (tally.yes >= 0, tally.no >= 0)
        if !yes { uncovered.append((site.start, .come(site: number, to: true))) }
        if !no { uncovered.append((site.start, .come(site: number, to: false))) }
        if site.branch != nil {
            branches.add(yes)
            branches.add(no)
            branchOutcomes.append(
                BranchOutcome(line: site.position.line, yes: yes, no: no, isReached: tally.reached >= 0))
        }
        if site.asks {
            facts.add(yes)
            facts.add(no)
        }
        if isReached {
            let kind: CoverageGap.Kind = site.branch == nil ? .answer : .branch
            if !yes, !no {
                gap(kind, site.position, end: site.end, "never evaluated", [.reach(site: number)])
            } else if !yes || !no {
                gap(
                    kind, site.position, end: site.end, "never \(yes ? "false" : "true")",
                    [.come(site: number, to: !yes)])
            }
        }
        guard site.orders, !tally.isUnmeasurable || tally.nearest != nil else { return }
        let missing = OrderedValue.Place.allCases.filter { tally.first($0) < 0 }
        for place in OrderedValue.Place.allCases { facts.add(!missing.contains(place)) }
        uncovered += missing.map { (site.start, .place(site: number, $0)) }
        guard let nearest = tally.nearest, !missing.isEmpty else { return }
        let places = missing.map(\.words).joined(separator: " or ")
        gap(
            .boundary, site.position, end: site.end,
            "not covered \(places): the nearest was \(nearest.left.text) against \(nearest.right.text)",
            missing.map { .place(site: number, $0) })
    }

    private mutating func gap(
        _ kind: CoverageGap.Kind, _ position: Position, end: Int, _ message: String, _ targets: [CoverageGap.Target]
    ) {
        // Code that continues on further lines is shown up to the end of its first line.
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
