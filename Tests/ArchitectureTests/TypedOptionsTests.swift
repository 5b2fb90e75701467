import Testing

/// Options of the command line are typed values: no code outside `CommandLine/Core/Options` looks one up by its name.
struct TypedOptionsTests {
    private static func isMechanism(_ file: SourceFile) -> Bool { file.path.hasPrefix("CommandLine/Core/Options/") }

    /// Look-ups by name: in the tables of the mechanism, by a comparison of a name, or by a word of the command line.
    private func lookUps(in files: [SourceFile]) -> [String] {
        let byName =
            /\b(?:options|texts|values|line)\["|\boption\.name [=!]= "|\b(?:invocation|start)\.(?:has|value|number|name)\(|contains\("--/
        return files.filter { $0.isSwift && !Self.isMechanism($0) }.flatMap { file in
            file.code.filter { $0.text.firstMatch(of: byName) != nil }.map { "\(file.path):\($0.number): \($0.text)" }
        }
    }

    /// The options that a file declares, and that no verb lists.
    private func unlisted(in files: [SourceFile]) -> [String] {
        let swift = files.filter(\.isSwift)
        let all = swift.flatMap(\.lines).joined(separator: "\n")
        return swift.flatMap { file in
            var isOption = false
            return file.lines.compactMap { line -> String? in
                if line.hasPrefix("extension ") { isOption = line.hasPrefix("extension Option<") }
                guard isOption,
                    let match = line.firstMatch(of: /^    (fileprivate )?(?:package )?static var `?(\w+)`?:/)
                else { return nil }
                let text = match.1 == nil ? all : file.lines.joined(separator: "\n")
                let isListed = text.ranges(of: "Option.\(match.2)").contains { range in
                    text[range.upperBound...].first.map { !$0.isLetter } ?? true
                }
                return isListed ? nil : "\(file.path): \(match.2)"
            }
        }
    }

    private func commands() throws -> [SourceFile] {
        try House.sources().filter { ["CommandLine", "REPL"].contains($0.target) }
    }

    @Test func `no option is looked up by a string`() throws { #expect(lookUps(in: try commands()) == []) }

    @Test(arguments: [
        "if invocation.has(\"json\") {", "let text = start.value(\"log\")", "guard options[\"help\"] == nil else {",
        "where option.name == \"json\"", "if arguments.contains(\"--json\") {",
    ])
    func `a planted look-up by a string is found`(line: String) {
        #expect(lookUps(in: [SourceFile("CommandLine/Verbs/A.swift", line)]).count == 1)
        #expect(lookUps(in: [SourceFile("CommandLine/Core/Options/A.swift", line)]).isEmpty)
    }

    @Test func `every declared option is listed by a verb`() throws { #expect(unlisted(in: try commands()) == []) }

    @Test func `a planted option that no verb lists is found`() {
        let text = """
            let options = [Option.count]
            extension Option<Int> {
                fileprivate static var count: Self { Self("count", "N", "how many") }
                fileprivate static var lost: Self { Self("lost", "N", "how many") }
                static var counter: Self { Self("counter", "N", "how many") }
            }
            """
        let other = SourceFile("CommandLine/B.swift", "let options = [Option.lost]")
        #expect(
            unlisted(in: [SourceFile("CommandLine/A.swift", text), other]) == [
                "CommandLine/A.swift: lost", "CommandLine/A.swift: counter",
            ])
    }
}
