import Foundation
import HostileScripts
import Model
import Policies
import TestSupport
import Testing

@testable import Linting
@testable import PolicyTesting

/// Rules, tested by their own examples.
@Suite struct RuleTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read", ["orders.approve"] = "write", ["users.delete"] = "admin" },
          resources = { order = { department = optional "department", amount = optional "number", note = optional "string",
            total = "number" } },
          context = { ip = optional "ip" },
        }
        """

    static func check(_ policy: String, tests: Bool = true, rules: [Rule] = Rule.all) -> [Diagnostic] {
        var files = [
            PolicyFile(name: "schema.lua", bytes: Array(schema.utf8)),
            PolicyFile(name: "a.lua", bytes: Array(policy.utf8)),
        ]
        if tests { files.append(.init(name: "a_test.lua", bytes: [])) }
        return Linter(PolicySource(path: "p", files: files), rules: rules).run()
    }

    @Test(arguments: Rule.all.map(\.name))
    func `a rule finds its bad example and not its good one`(name: String) throws {
        let rule = try #require(Rule.all.first { $0.name == name })
        func findings(_ example: Example) -> [Diagnostic] {
            Linter(example.source, directory: example.directory, deepUntil: rule.isDeep ? Linter.unlimited : nil).run()
        }
        #expect(findings(rule.good).filter { !rule.isDeep || $0.rule == name }.map(\.description) == [])
        let found = findings(rule.bad).filter { $0.rule == name }
        #expect(!found.isEmpty)
        for finding in found {
            #expect(finding.severity == rule.severity && finding.description.hasSuffix("[\(name)]"))
            #expect(finding.line != nil || name == "missing-file")
        }
    }

    @Test func `every finding has a listed rule`() {
        let names = Set(Rule.all.map(\.name))
        for example in Rule.all.map(\.bad) {
            for finding in Linter(example.source, directory: example.directory).run() {
                #expect(names.contains(finding.rule ?? ""), "\(finding)")
            }
        }
    }

    @Test func `rules have different names and purposes`() {
        #expect(Set(Rule.all.map(\.name)).count == Rule.all.count)
        for rule in Rule.all { #expect(rule.purpose.hasSuffix(".") && !rule.purpose.dropLast().contains(". ")) }
    }

    @Test func `the documentation lists every rule as it is`() throws {
        let page = try String(contentsOfFile: Fixtures.root + "/docs/rules.md", encoding: .utf8)
        let rows = Rule.all.map { rule in
            let severity = rule.canBeAllowed ? " \(rule.severity.rawValue) |" : ""
            return "| `\(rule.name)` |\(severity) \(rule.purpose) |"
        }
        for row in rows { #expect(page.contains(row), "\(row)") }
        #expect(page.split(separator: "\n").count { $0.hasPrefix("| `") } == rows.count)
    }

    private static func body(_ text: String) -> String {
        "local policy = { on = \"access\", grants = { \"*\" } }\nfunction policy.decide(request)\n\(text)\nend\nreturn policy"
    }

    /// The findings in a body of `decide`, as rule and line.
    private static func found(_ text: String) -> [String] {
        // One body permits and the other denies, so that rules about grants have no findings.
        check(body(text), rules: Rule.all.filter { $0.name != "unused-grant" }).map {
            "\($0.rule ?? "") \($0.line.map { $0 - 2 } ?? 0)"
        }
    }

    @Test(arguments: [
        ("local r = request.resource\nif r.ammount then deny('a') end", ["unknown-attribute 2"]),
        ("if request.token:kann('orders.read') then permit() end", ["unknown-attribute 1"]),
        (
            "local d = request.token.department\nif d.name == 'a' and d.nam == 'b' then permit() end",
            ["unknown-attribute 2"]
        ),
        ("if request.token.department == request.token.user then permit() end", ["type-mismatch 1"]),
        ("if request.token.expires > request.date then permit() end", ["type-mismatch 1"]),
        ("if request.token.department < request.token.department then permit() end", ["type-mismatch 1"]),
        ("if request.date:plus { days = 1 } > request.token.last_day then permit() end", []),
        ("local x = request\nx = nil\nif x.nothing then permit() end", ["failing 3"]),
        ("if request.resource.note:match('a') then deny('a') end", ["unguarded-read 1", "opens-policy 1"]),
        ("if string.len(request.action) > 3 then deny('a') end", ["opens-policy 1"]),
        ("if request.resource.total > 3 then deny('a') end", []),
        ("if request.token.can('orders.read') then permit() end", ["not-a-function 1"]),
        ("for _, tag in ipairs({}) do deny('a') end", ["unused-local 1"]),
        ("local request = request.token\nif request.kind == 'api' then deny('a') end", ["shadowed-name 1"]),
        ("if request.action == 'orders.read' then local x = 'b' deny(x) else local x = 'c' deny(x) end", []),
        ("permit()", ["unconditional-permit 1"]), ("if request.action == 'orders.read' then return end permit()", []),
        ("if request.action == 'orders.read' then error('x') deny('y') end", ["unreachable 1"]),
        ("local a = 'pаyroll' if a == request.action then deny(a) end", ["look-alike 1"]),
        ("local a = 'Привет' if a == request.tenant then deny(a) end", []),
    ])
    func `findings are where they should be`(text: String, expected: [String]) {
        let found = Self.found(text)
        // Other findings are ignored.
        #expect(Set(expected).isSubset(of: found), "\(text): \(found)")
        if expected.isEmpty { #expect(found.isEmpty, "\(text): \(found)") }
    }

    @Test func `a comment that names a rule and a reason allows it, and only it`() {
        let bad = "if request.token.kind == 'api' then local x = 1 deny('a') end"
        for allowed in [
            "\(bad) -- check: allow unused-local: to be declared soon",
            "-- check: allow unused-local: to be declared soon\n\(bad)",
        ] {
            #expect(Self.found(allowed).isEmpty, "\(Self.found(allowed))")
        }
        #expect(Self.found("\(bad) -- check: allow opens-policy: no") == ["unused-local 1", "suppression 1"])
        #expect(Self.found("\(bad) -- check: allow unused-local") == ["unused-local 1", "suppression 1"])
        #expect(Self.found("\(bad) -- check: allow unused-locl: x") == ["unused-local 1", "suppression 1"])
        #expect(Self.found("deny('-- check: allow unused-local: x') \(bad)") == ["unused-local 1"])
        #expect(
            Self.found("-- check: allow unused-local: x\n\n\(bad)") == ["suppression 1", "unused-local 3"])
    }

    @Test func `all errors of the loader are among the findings, and no comment allows them`() {
        let allowed = Self.check("-- check: allow assignment: ours\nx = 1").map(\.rule)
        #expect(allowed.contains("suppression") && allowed.contains("assignment"))
        let findings = Self.check(
            "local policy = { on = \"acess\" }\nfunction policy.decide(r) undefined() end\nreturn policy")
        #expect(findings.map(\.rule).contains("unknown-point") && findings.map(\.rule).contains("undeclared-global"))
        #expect(Self.check("x = = 1").map(\.rule) == ["syntax"])
    }

    @Test func `no mangled policy crashes a check`() { Self.mangle(600, seed: 5) }

    /// For `make fuzz`: checks `DEMILUNE_MANGLED` policies.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["DEMILUNE_MANGLED"] != nil))
    func `no mangled policy of many crashes a check`() {
        Self.mangle(Int(ProcessInfo.processInfo.environment["DEMILUNE_MANGLED"] ?? "") ?? 0, seed: 6)
    }

    /// The CPU time of this thread, in seconds.
    private static func work() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func `no hostile script crashes a check`() throws {
        let folder = URL(filePath: Fixtures.root + "/Tests/DecisionsTests/Hostile")
        let attacks = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).filter {
            $0.pathExtension == "lua" && $0.lastPathComponent != "schema.lua"
        }
        #expect(attacks.count > 150)
        let sources =
            try HostileScript.all().map { ($0.name, $0.source) }
            + attacks.map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
        for (name, source) in sources {
            let files = [
                PolicyFile(name: "schema.lua", bytes: Array(Self.schema.utf8)),
                PolicyFile(name: "a.lua", bytes: source),
            ]
            let start = Self.work()
            _ = Linter(PolicySource(path: "p", files: files)).run()
            let time = Self.work() - start
            #expect(time < 20, "\(name)")
        }
    }

    private static func mangle(_ count: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let sources = Rule.all.flatMap { $0.good.shown + $0.bad.shown }.map(\.bytes).filter { !$0.isEmpty }
        let alphabet = Array("(){}[].:,;=\"'-~<>#\\ \n\tabz09_".utf8) + [0x00, 0x80, 0xE2, 0xFF]
        for number in 0..<count {
            var bytes = sources[number % sources.count]
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = alphabet.randomElement(using: &random)!
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(alphabet.randomElement(using: &random)!, at: place)
                default:
                    let end = min(bytes.count, place + Int.random(in: 1...30, using: &random))
                    bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: bytes.indices, using: &random))
                }
            }
            let source = PolicySource(
                path: "p",
                files: [
                    .init(name: "schema.lua", bytes: Array(schema.utf8)), .init(name: "a.lua", bytes: bytes),
                ])
            _ = Linter(source).run()
        }
    }
}
