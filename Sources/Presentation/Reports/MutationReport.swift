package import Model
package import PolicyTesting

/// The mutants of policies and their ends, for people and for machines.
package struct MutationReport {
    package enum Format: String, CaseIterable, Sendable {
        case text
        case json
        /// Annotations of GitHub Actions.
        case github
    }

    private let run: MutationRun
    private let notMutated: [String]
    private let isWhole: Bool

    /// The greatest numbers of mutants that the text shows, with their patches, and of those that do not load; and of the
    /// lines of a patch.
    private static let most = (survivors: 10, invalid: 5, lines: 12)

    /// - Parameters:
    ///   - notMutated: the files and plugins that no mutant changes.
    ///   - isWhole: true to show in the text every mutant that survived or did not load.
    package init(_ run: MutationRun, notMutated: [String], isWhole: Bool = false) {
        (self.run, self.notMutated, self.isWhole) = (run, notMutated, isWhole)
    }

    // MARK: Text

    /// The mutants that survived and those that do not load.
    package var findings: [StyledLine] {
        let survivors = run.survivors
        let shown = isWhole ? survivors.count : Self.most.survivors
        var tests: Set<ExactName> = []
        var lines = survivors.prefix(shown).flatMap { self.lines(of: $0.entry, $0.survival, shown: &tests) }
        if survivors.count > shown {
            lines.append("… \(survivors.count - shown) more survived; \(Self.rest)")
        }
        lines += run.equivalents.map { entry in
            .sentence("= \(place(entry)): \(entry.mutation): the policies decide every request as before", hanging: 4)
        }
        let faults = invalid
        let listed = isWhole ? faults.count : Self.most.invalid
        lines += faults.prefix(listed).map { entry, fault in
            StyledLine.sentence("– \(place(entry)): does not load with \(entry.mutation): \(fault.message)", hanging: 4)
        }
        if faults.count > listed { lines.append("… \(faults.count - listed) more do not load; \(Self.rest)") }
        return lines
    }

    private static let rest = "`--trace` shows them"

    /// The counts of each policy and library.
    package var table: Table {
        var table = Table(.mutants)
        for unit in run.units {
            let count = run.count(of: unit)
            guard count.scored + count.invalid > 0 else { continue }
            table.add([
                unit.text, "\(count.killed)", "\(count.survived)", "\(count.invalid)",
                count.score.map { "\($0) %" } ?? "",
            ])
        }
        return table
    }

    /// The score, and what it does not tell.
    package var summary: [StyledLine] {
        let count = run.count()
        var lines: [StyledLine] = []
        for unit in run.untested {
            let own = run.count(of: unit)
            guard own.survived > 0 else { continue }
            lines.append(
                "\("\(unit) has no tests of its own", .caution): \(own.survived) of its \(counted(own.scored, "mutant")) survive"
            )
        }
        if count.outOfBudget > 0 {
            lines.append("\(counted(count.outOfBudget, "mutant")) killed by the budget: a policy does not end in time")
        }
        if count.equivalent > 0 {
            lines.append(
                "\(counted(count.equivalent, "mutant")) not counted: the decisions are the same on every branch"
            )
        }
        if count.invalid > 0 {
            lines.append(
                "\(counted(count.invalid, "mutant")) not counted: the policies do not load with \(count.invalid == 1 ? "it" : "them")"
            )
        }
        guard let score = count.score else { return lines + ["no mutation score: there is no mutant"] }
        let style: TextStyle = count.survived == 0 ? .good : .caution
        return lines + [
            "\("mutation score \(score) %", style) (\(count.killed) of \(counted(count.scored, "mutant")) killed)"
        ]
    }

    /// The sentence about what was left out; `nil` for nothing.
    package var remark: String? {
        notMutated.isEmpty ? nil : "not mutated: \(notMutated.joined(separator: ", "))"
    }

    /// - Parameter tests: the missing tests that were shown.
    private func lines(
        of entry: MutationRun.Entry, _ survival: MutantSurvival, shown tests: inout Set<ExactName>
    ) -> [StyledLine] {
        let head: StyledLine = "\("✘ \(place(entry)): \(entry.mutation)", .bad): \(Self.words(survival))"
        // The place has the path already.
        let lines = entry.patch.split(separator: "\n").dropFirst(2)
        let hidden = lines.count - Self.most.lines
        let patch =
            lines.prefix(Self.most.lines).map { line -> StyledLine in
                let style: TextStyle = line.hasPrefix("+") ? .good : line.hasPrefix("-") ? .bad : .faint
                return "    \(line, style)"
            } + (hidden > 0 ? ["    … \(counted(hidden, "line"))"] : [])
        guard let test = survival.test else { return [head] + patch }
        guard tests.insert(ExactName(test.text)).inserted else {
            return [head] + patch + ["\("    The test above, `\(test.name)`, fails with it, too.", .faint)"]
        }
        let title = "    A test for `\(test.file)` that fails with it. It expects the current decision: is this right?"
        return [head] + patch + ["\(title, .faint)"] + test.text.split(separator: "\n").map { "    \($0)" }
    }

    private static func words(_ survival: MutantSurvival) -> String {
        switch survival.reaching {
        case 0: "no test reaches it"
        case 1: "1 test reaches it and passes"
        default: "\(survival.reaching) tests reach it and pass"
        }
    }

    private func place(_ entry: MutationRun.Entry) -> String { "\(entry.place)" }

    private var invalid: [(entry: MutationRun.Entry, fault: Diagnostic)] {
        run.entries.compactMap { entry in
            if case .invalid(let fault) = entry.verdict { (entry, fault) } else { nil }
        }
    }

    // MARK: Formats

    /// The mutants that survived as annotations of GitHub Actions.
    package var annotations: [StyledLine] {
        run.survivors.map { entry, survival in
            let place = entry.place
            let finding = Diagnostic(
                "\(entry.mutation): \(Self.words(survival))", path: place.path, line: place.line, column: place.column,
                severity: .warning, rule: "mutant")
            return .verbatim(finding.annotation)
        }
    }

    package var json: JSON {
        let units = run.units.map { unit in
            JSON.object(
                [.init("name", .string(unit)), .init("is_tested", .boolean(!run.untested.contains(unit)))]
                    + Self.members(run.count(of: unit)))
        }
        return .object(
            Self.members(run.count()) + [
                .init("policies", .array(units)), .init("mutants", .array(run.entries.map(Self.mutant))),
                .init("not_mutated", .strings(notMutated)),
            ])
    }

    private static func mutant(_ entry: MutationRun.Entry) -> JSON {
        let place = entry.place
        let common: [JSON.Member] = [
            .init("path", .string(place.path)), .init("line", .integer(Int64(place.line ?? 1))),
            .init("column", .integer(Int64(place.column ?? 1))),
            .init("kind", .string(entry.mutant.mutation.kind.rawValue)),
            .init("change", .string(entry.mutant.mutation.words)), .init("patch", .string(entry.patch)),
        ]
        switch entry.verdict {
        case .killed(let kill):
            return .object(
                common + [
                    .init("verdict", .string("killed")), .init("place", .string(kill.place)),
                    .init("test", .string(kill.test)), .init("is_out_of_budget", .boolean(kill.isOutOfBudget)),
                ])
        case .survived(let survival):
            let test = survival.test.map { test in
                JSON.object([.init("file", .string(test.file)), .init("text", .string(test.text))])
            }
            return .object(
                common + [
                    .init("verdict", .string("survived")), .init("reaching", .integer(Int64(survival.reaching))),
                    .init("missing_test", test ?? .null),
                ])
        case .equivalent: return .object(common + [.init("verdict", .string("equivalent"))])
        case .invalid(let fault):
            return .object(common + [.init("verdict", .string("invalid")), .init("reason", .string(fault.message))])
        }
    }

    private static func members(_ count: MutationRun.Count) -> [JSON.Member] {
        [
            .init("score", count.score.map { .integer(Int64($0)) } ?? .null),
            .init("killed", .integer(Int64(count.killed))), .init("survived", .integer(Int64(count.survived))),
            .init("invalid", .integer(Int64(count.invalid))),
            .init("equivalent", .integer(Int64(count.equivalent))),
            .init("out_of_budget", .integer(Int64(count.outOfBudget))),
        ]
    }
}

extension MutationRun.Entry {
    fileprivate var place: Diagnostic.Place { mutant.place }

    /// The kind of the change, and the change.
    fileprivate var mutation: String { "\(mutant.mutation.kind.title) (\(mutant.mutation.words))" }
}
