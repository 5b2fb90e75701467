package import Linting
package import Model
package import Policies

/// The findings of `check`, for people and in the formats of CI systems.
package struct CheckReport {
    package enum Format: String, CaseIterable, Sendable {
        case text
        case json
        /// The Static Analysis Results Interchange Format, version 2.1.0.
        case sarif
        /// Annotations of GitHub Actions.
        case github
        /// JUnit's XML, with a test case for every file.
        case junit
    }

    private let findings: [Diagnostic]
    private let source: PolicySource
    private let rules: [Rule]
    private let options: Options

    /// The options of a report.
    package struct Options {
        /// The files that are reported, by name; `nil` for all.
        package var files: Set<ExactName>?
        /// True to show in the text the line of each finding.
        package var showsSource = false
        /// True to show in the text every finding and every place, however many there are.
        package var isWhole = false
        /// True when warnings fail the run.
        package var failsOnWarnings = false
        /// The time that the check took.
        package var nanoseconds: Int64 = 0

        package init() {}
    }

    package init(
        _ findings: [Diagnostic], _ source: PolicySource, rules: [Rule] = Rule.all, options: Options = Options()
    ) {
        self.findings = findings
        self.source = source
        self.rules = rules
        self.options = options
    }

    package func lines(_ format: Format) -> [StyledLine] {
        switch format {
        case .text: text
        case .json: [.verbatim(json.pretty)]
        case .sarif: [.verbatim(sarif.pretty)]
        case .github: findings.map { .verbatim($0.annotation) }
        case .junit: junit.map { .verbatim($0) }
        }
    }

    private var counts: (errors: Int, warnings: Int) {
        let errors = findings.count { $0.severity == .error }
        return (errors, findings.count - errors)
    }

    private var text: [StyledLine] {
        let list = FindingList(findings, isWhole: options.isWhole, rest: "`--trace` shows them") { finding in
            guard options.showsSource, let line = line(of: finding), let column = finding.column else { return [] }
            let before = ControlCharacters.escaped(String(decoding: line.utf8.prefix(column - 1), as: UTF8.self))
            return ["    \(line)", "    \(String(repeating: " ", count: DisplayWidth.of(before)))^"]
        }
        let counts = [
            counted(files.count, "file"), counted(counts.errors, "error"), counted(counts.warnings, "warning"),
        ]
        return list.lines + ["\(counts.joined(separator: ", "))"]
    }

    /// The files that are reported.
    private var files: [ExactName] {
        source.files.map(\.name).filter { $0.hasSuffix(".lua") && options.files?.contains($0) != false }
    }

    /// The line of the source that a finding is about.
    private func line(of finding: Diagnostic) -> String? { line(at: finding.place) }

    private func line(at place: Diagnostic.Place) -> String? {
        guard let number = place.line,
            let file = source.files.first(where: { ExactName(place.path).hasSuffix("/\($0.name)") })
        else { return nil }
        let lines = file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        return number <= lines.count ? String(decoding: lines[number - 1], as: UTF8.self) : nil
    }

    private var json: JSON {
        .object([
            .init("errors", .integer(Int64(counts.errors))), .init("warnings", .integer(Int64(counts.warnings))),
            .init("findings", .array(findings.map(\.json))),
        ])
    }

    // MARK: SARIF

    private var sarif: JSON {
        SARIF.log(
            rules: rules.map { SARIF.Rule(id: $0.name, text: $0.purpose, level: $0.severity.rawValue) },
            results: findings.map { finding in
                SARIF.Result(
                    rule: finding.rule ?? "", level: finding.severity.rawValue, message: finding.message,
                    location: location(finding.place), related: finding.affected.map(location))
            })
    }

    private func location(_ place: Diagnostic.Place) -> SARIF.Location {
        let column = place.column.map { column in
            let before = self.line(at: place).map { $0.utf8.prefix(column - 1) }
            return (before.map { String(decoding: $0, as: UTF8.self).unicodeScalars.count } ?? column - 1) + 1
        }
        return SARIF.Location(path: place.path, line: place.line, column: column)
    }

    // MARK: JUnit

    /// Warnings are failures only when they fail the run; else they are the output of their file.
    private var junit: [String] {
        func fails(_ finding: Diagnostic) -> Bool { finding.severity == .error || options.failsOnWarnings }
        func text(_ findings: [Diagnostic]) -> String {
            XMLEscaping.xml(findings.map(\.description).joined(separator: "\n"))
        }
        let paths = Set(files.map { "\(source.path)/\($0)" }).union(findings.map(\.path)).sorted()
        let failed = Set(findings.filter(fails).map(\.path)).count
        // The files that do not load by a cause elsewhere, which is reported there.
        let unread = Set(findings.flatMap(\.affected).map(\.path)).subtracting(findings.map(\.path))
        let counts = #"failures="\#(failed)" errors="0" skipped="\#(unread.intersection(paths).count)""#
        let time = ElapsedTime.seconds(options.nanoseconds)
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#, #"<testsuites time="\#(time)">"#,
            #"  <testsuite name="check" tests="\#(paths.count)" \#(counts) time="\#(time)">"#,
        ]
        for path in paths {
            let own = findings.filter { $0.path == path }
            let head =
                #"    <testcase classname="check" name="\#(XMLEscaping.xml(path))" file="\#(XMLEscaping.xml(path))""#
            if own.isEmpty {
                lines.append(head + (unread.contains(path) ? "><skipped/></testcase>" : "/>"))
                continue
            }
            let (failing, others) = (own.filter(fails), own.filter { !fails($0) })
            lines.append(head + ">")
            if !failing.isEmpty {
                let count = counted(failing.count, "finding")
                lines.append(#"      <failure message="\#(count)">\#(text(failing))</failure>"#)
            }
            if !others.isEmpty { lines.append("      <system-out>\(text(others))</system-out>") }
            lines.append("    </testcase>")
        }
        return lines + ["  </testsuite>", "</testsuites>"]
    }
}
