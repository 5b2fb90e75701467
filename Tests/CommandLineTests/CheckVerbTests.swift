import Foundation
import Model
import ProgramSupport
import Testing

@testable import CommandLine

@Suite struct CheckVerbTests {
    private let session = Session()

    private func folder() throws -> String {
        try session.policies([
            "broken": "local policy = { on = \"acess\" }\nfunction policy.decide() end\nreturn policy",
            "typo": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.knd == "é" then deny("é") end
            end
            return policy
            """,
        ])
    }

    @Test func `the shipped policies and the examples have no findings`() {
        for folder in ["policies", "examples/authzen-todo/policies"] {
            let result = session.run("check", Session.root + "/" + folder, "--fail-on", "warning")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.output.hasSuffix("0 errors, 0 warnings\n"))
        }
    }

    @Test func `every finding has its place and its rule`() throws {
        let folder = try folder()
        let result = session.run("check", folder)
        #expect(result.status == 3)
        let lines = result.output.split(separator: "\n")
        let broken = lines.first { $0.hasPrefix("\(folder)/broken.lua:1:23: error: ") }
        #expect(broken?.hasSuffix(" [unknown-point]") == true)
        #expect(lines.contains { $0.contains("/typo.lua:3:20: error: a token has no `knd`") })
        let sorted = [": error: ", ": warning: "].flatMap { severity in
            lines.filter { $0.contains(severity) }.sorted { $0.split(separator: ":")[0] < $1.split(separator: ":")[0] }
        }
        #expect(lines == sorted + lines.suffix(1))
    }

    @Test func `warnings fail when an option says so`() throws {
        let folder = try session.policies([
            "a": """
            local policy = { on = "access" }
            function policy.decide(request)
              local unused = 1
              if request.token.kind == "mobile" then deny("no") end
            end
            return policy
            """
        ])
        #expect(session.run("check", folder).status == 0)
        #expect(session.run("check", folder, "--fail-on", "warning").status == 5)
        #expect(session.run("check", folder, "--fail-on", "nothing").status == 64)
        #expect(session.run("check", folder + "/nowhere").status == 3)
    }

    @Test func `single files can be checked`() throws {
        let folder = try folder()
        let result = session.run("check", folder + "/typo.lua")
        #expect(result.status == 3 && result.output.contains("typo.lua:3:20") && !result.output.contains("broken.lua"))
        let wrong = session.run("check", folder + "/tipo.lua")
        #expect(wrong.status == 3 && wrong.errors.contains("did you mean `typo.lua`"), "\(wrong.errors)")
        #expect(session.run("check", folder, folder + "/typo.lua").status == 64)
    }

    @Test func `machines get every format`() throws {
        let folder = try folder()
        let json = try JSONReader.parse(session.run("check", folder, "--json").output)
        guard case .array(let findings)? = json["findings"] else { throw CancellationError() }
        #expect(findings.contains { $0["rule"] == .string("unknown-attribute") && $0["line"] == .integer(3) })
        let sarif = try JSONReader.parse(session.run("check", folder, "--format", "sarif").output)
        #expect(sarif["version"] == .string("2.1.0"))
        guard case .array(let runs)? = sarif["runs"], case .array(let results)? = runs.first?["results"],
            case .array(let rules)? = runs.first?["tool"]?["driver"]?["rules"]
        else { throw CancellationError() }
        let ids = Set(rules.compactMap { rule in if case .string(let id)? = rule["id"] { id } else { nil } })
        for result in results {
            guard case .string(let rule)? = result["ruleId"], case .array(let places)? = result["locations"],
                case .string(let uri)? = places.first?["physicalLocation"]?["artifactLocation"]?["uri"]
            else { throw CancellationError() }
            #expect(ids.contains(rule) && URL(string: uri) != nil)
            #expect(result["level"] == .string("error") || result["level"] == .string("warning"))
        }
        #expect(results.count == findings.count)
        let github = session.run("check", folder, "--format", "github").output
        #expect(
            github.contains("::error file=")
                && github.contains(",line=3,col=20,title=unknown-attribute::a token has no"))
        let junit = session.run("check", folder, "--format", "junit").output
        let parser = XMLParserTester(junit)
        #expect(parser.isGood && parser.elements["failure"] == 2)
    }

    /// Checks the members that SARIF 2.1.0 requires, and the shapes of its parts.
    @Test func `a report in SARIF has what its schema requires`() throws {
        let folder = try folder()
        let sarif = try JSONReader.parse(session.run("check", folder, "--format", "sarif").output)
        #expect(sarif["$schema"]?.string?.hasPrefix("https://") == true)
        guard case .array(let runs)? = sarif["runs"], let run = runs.first, let driver = run["tool"]?["driver"],
            case .array(let rules)? = driver["rules"], case .array(let results)? = run["results"]
        else { throw CancellationError() }
        #expect(driver["name"] == .string("demilune") && run["columnKind"] == .string("unicodeCodePoints"))
        let levels = ["none", "note", "warning", "error"]
        for rule in rules {
            #expect(rule["id"]?.string != nil && rule["shortDescription"]?["text"]?.string != nil)
            #expect(levels.contains(rule["defaultConfiguration"]?["level"]?.string ?? ""))
        }
        #expect(
            results.contains { result in
                guard case .array(let places)? = result["locations"] else { return false }
                return places.first?["physicalLocation"]?["region"] != nil
            })
        for result in results {
            #expect(result["message"]?["text"]?.string?.isEmpty == false)
            #expect(levels.contains(result["level"]?.string ?? ""))
            guard case .integer(let index)? = result["ruleIndex"] else { throw CancellationError() }
            #expect(rules[Int(index)]["id"] == result["ruleId"])
            guard case .array(let places)? = result["locations"], let place = places.first?["physicalLocation"] else {
                throw CancellationError()
            }
            #expect(place["artifactLocation"]?["uri"]?.string != nil)
            guard let region = place["region"] else { continue }
            for name in ["startLine", "startColumn"] {
                if case .integer(let number)? = region[ExactName(name)] {
                    #expect(number >= 1)
                } else {
                    #expect(name != "startLine")
                }
            }
        }
    }

    @Test func `a terminal is shown the line and the column`() throws {
        let folder = try folder()
        var output = ""
        var streams = StandardStreams(
            input: { [] },
            output: { bytes in
                output += String(decoding: bytes, as: UTF8.self)
                return true
            }, errors: { _ in })
        streams.isOutputTerminal = true
        _ = Demilune.run(
            Program.verbs, arguments: ["check", folder, "--color", "never"], environment: [:], streams: streams)
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        let place = try #require(lines.firstIndex { $0.contains("typo.lua:3:20") })
        #expect(lines[place + 1] == #"      if request.token.knd == "é" then deny("é") end"#)
        #expect(lines[place + 2] == String(repeating: " ", count: 4 + 19) + "^")
    }

    /// Runs the templates for CI systems as these would.
    @Test func `the commands of the templates for CI do what the page says`() throws {
        let page = try String(contentsOfFile: Session.root + "/docs/ci.md", encoding: .utf8)
        let commands = page.split(separator: "\n").filter { $0.hasPrefix(" ") }.compactMap { line in
            line.firstRange(of: "- demilune ").map { line[$0.upperBound...] }
                ?? line.firstRange(of: "- run: demilune ").map { line[$0.upperBound...] }
        }
        #expect(commands.count >= 6)
        for name in ["policies", "plugins"] {
            try FileManager.default.copyItem(atPath: "\(Session.root)/\(name)", toPath: "\(session.folder)/\(name)")
        }
        try Repository(session.folder).commit()
        for command in commands {
            let process = Process()
            process.executableURL = URL(filePath: Program.path)
            process.currentDirectoryURL = URL(filePath: session.folder)
            process.arguments = Repository.onHead(command.split(separator: " ").prefix { $0 != ">" }.map(String.init))
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(command)")
        }
    }

    @Test func `a store provides the known names`() throws {
        let folder = try session.policies([
            "a": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.department.name == "Saless" then deny("no") end
            end
            return policy
            """
        ])
        let alone = session.run("check", folder)
        #expect(!alone.output.contains("unknown-in-store"))
        #expect(session.run("init", "--demo").status == 0)
        for store in [session.store, Session.root + "/examples/demo.json"] {
            let result = session.run("check", folder, "--store", store)
            #expect(result.status == 3, "\(result.errors)")
            #expect(
                result.output.contains("a.lua:3:39: error: no department is called `Saless` (did you mean `Sales`?)"))
        }
        #expect(session.run("check", folder, "--store", session.folder + "/none.db").status == 1)
    }

    @Test func `rules are listed and explained`() {
        let rules = session.run("check", "--rules")
        #expect(rules.status == 0 && rules.output.contains("unknown-attribute"))
        let one = session.run("check", "--explain", "unused-local")
        #expect(one.status == 0 && one.output.contains("it finds something in:"))
        let none = session.run("check", "--explain", "unused-lokal")
        #expect(none.status == 64 && none.errors.contains("did you mean `unused-local`"))
    }
}

/// A check that a text is XML, with a list of its elements.
private final class XMLParserTester {
    private(set) var elements: [String: Int] = [:]
    private(set) var isGood = true

    /// The reports are small and flat, so tags are matched here without a dependency on an XML library.
    init(_ text: String) {
        var open: [Substring] = []
        for match in text.matches(of: /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/) {
            let name = match.output.2
            if match.output.1 == "/" {
                if open.popLast() != name { isGood = false }
            } else {
                elements[String(name), default: 0] += 1
                if match.output.4.isEmpty { open.append(name) }
            }
        }
        isGood = isGood && open.isEmpty && elements["testsuites"] == 1
    }
}
