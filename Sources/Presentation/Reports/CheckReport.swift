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
    private let showsSource: Bool

    /// - Parameter showsSource: true to show in the text the line of each finding.
    package init(
        _ findings: [Diagnostic], _ source: PolicySource, rules: [Rule] = Rule.all, showsSource: Bool = false
    ) {
        self.findings = findings
        self.source = source
        self.rules = rules
        self.showsSource = showsSource
    }

    package func lines(_ format: Format) -> [StyledLine] {
        switch format {
        case .text: text
        case .json: [.verbatim(json.pretty)]
        case .sarif: [.verbatim(sarif.pretty)]
        case .github: findings.map { .verbatim(Self.github($0)) }
        case .junit: junit.map { .verbatim($0) }
        }
    }

    private var counts: (errors: Int, warnings: Int) {
        let errors = findings.count { $0.severity == .error }
        return (errors, findings.count - errors)
    }

    private var text: [StyledLine] {
        var lines: [StyledLine] = []
        for finding in findings {
            lines.append("\(finding, finding.severity == .error ? .bad : .caution)")
            guard showsSource, let line = line(of: finding), let column = finding.column else { continue }
            let before = ControlCharacters.escaped(String(decoding: line.utf8.prefix(column - 1), as: UTF8.self))
            lines += ["    \(line)", "    \(String(repeating: " ", count: DisplayWidth.of(before)))^"]
        }
        let files = source.files.count { $0.name.hasSuffix(".lua") }
        let counts = [counted(files, "file"), counted(counts.errors, "error"), counted(counts.warnings, "warning")]
        return lines + ["\(counts.joined(separator: ", "))"]
    }

    /// The line of the source that a finding is about.
    private func line(of finding: Diagnostic) -> String? {
        guard let number = finding.line,
            let file = source.files.first(where: { ExactName(finding.path).hasSuffix("/\($0.name)") })
        else { return nil }
        let lines = file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        return number <= lines.count ? String(decoding: lines[number - 1], as: UTF8.self) : nil
    }

    private var json: JSON {
        .object([
            .init("errors", .integer(Int64(counts.errors))), .init("warnings", .integer(Int64(counts.warnings))),
            .init(
                "findings",
                .array(
                    findings.map { finding in
                        .object([
                            .init("path", .string(finding.path)),
                            .init("line", finding.line.map { .integer(Int64($0)) } ?? .null),
                            .init("column", finding.column.map { .integer(Int64($0)) } ?? .null),
                            .init("severity", .string(finding.severity.rawValue)),
                            .init("rule", .optional(finding.rule)), .init("message", .string(finding.message)),
                        ])
                    })),
        ])
    }

    // MARK: SARIF

    private var sarif: JSON {
        let driver = JSON.object([
            .init("name", .string("demilune")),
            .init(
                "rules",
                .array(
                    rules.map { rule in
                        .object([
                            .init("id", .string(rule.name)),
                            .init("shortDescription", .object([.init("text", .string(rule.purpose))])),
                            .init(
                                "defaultConfiguration",
                                .object([.init("level", .string(rule.severity.rawValue))])),
                        ])
                    })),
        ])
        let run = JSON.object([
            .init("tool", .object([.init("driver", driver)])), .init("columnKind", .string("unicodeCodePoints")),
            .init("results", .array(findings.map(result))),
        ])
        return .object([
            .init("version", .string("2.1.0")),
            .init("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")), .init("runs", .array([run])),
        ])
    }

    private func result(_ finding: Diagnostic) -> JSON {
        var place = [
            JSON.Member("artifactLocation", .object([.init("uri", .string(Self.uri(finding.path)))]))
        ]
        if let line = finding.line {
            var region = [JSON.Member("startLine", .integer(Int64(line)))]
            if let column = finding.column {
                let before = self.line(of: finding).map { $0.utf8.prefix(column - 1) }
                let points = before.map { String(decoding: $0, as: UTF8.self).unicodeScalars.count } ?? column - 1
                region.append(.init("startColumn", .integer(Int64(points + 1))))
            }
            place.append(.init("region", .object(region)))
        }
        let index = rules.firstIndex { $0.name == finding.rule } ?? -1
        return .object([
            .init("ruleId", .string(finding.rule ?? "")), .init("ruleIndex", .integer(Int64(index))),
            .init("level", .string(finding.severity.rawValue)),
            .init("message", .object([.init("text", .string(finding.message))])),
            .init("locations", .array([.object([.init("physicalLocation", .object(place))])])),
        ])
    }

    /// A path as a URI reference (RFC 3986).
    private static func uri(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                String(decoding: [byte], as: UTF8.self)
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    // MARK: GitHub and JUnit

    private static func github(_ finding: Diagnostic) -> String {
        let place = [("line", finding.line), ("col", finding.column)].compactMap { name, value in
            value.map { ",\(name)=\($0)" }
        }.joined()
        let properties =
            "file=\(XMLEscaping.property(finding.path))\(place),title=\(XMLEscaping.property(finding.rule ?? ""))"
        return "::\(finding.severity.rawValue) \(properties)::\(XMLEscaping.annotation(finding.message))"
    }

    private var junit: [String] {
        let paths = Set(source.files.filter { $0.name.hasSuffix(".lua") }.map { "\(source.path)/\($0.name)" })
            .union(findings.map(\.path)).sorted()
        let failed = Set(findings.map(\.path)).count
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites>",
            #"  <testsuite name="check" tests="\#(paths.count)" failures="\#(failed)">"#,
        ]
        for path in paths {
            let own = findings.filter { $0.path == path }
            let head =
                #"    <testcase classname="check" name="\#(XMLEscaping.xml(path))" file="\#(XMLEscaping.xml(path))""#
            if own.isEmpty {
                lines.append(head + "/>")
                continue
            }
            let text = own.map(\.description).joined(separator: "\n")
            lines += [
                head + ">",
                #"      <failure message="\#(counted(own.count, "finding"))">\#(XMLEscaping.xml(text))</failure>"#,
                "    </testcase>",
            ]
        }
        return lines + ["  </testsuite>", "</testsuites>"]
    }
}
