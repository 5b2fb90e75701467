internal import Foundation
internal import ProgramSupport
internal import Testing

/// The tests beside policies, run from the command line.
@Suite struct TestVerbTests {
    private let session = Session()

    private static let policy = """
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          if request.action == "orders.read" then permit("reading") end
        end
        return policy
        """

    private static func test(_ name: String, _ expect: String, _ more: String = "") -> String {
        """
        test("\(name)", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read", \
        resource = { type = "order" }, \(more)expect = { \(expect) } })

        """
    }

    private func run(_ tests: String, _ words: String...) throws -> Session.Result {
        let folder = try session.policies(["a": Self.policy, "a_test": tests])
        return session.run(["test", folder] + words)
    }

    @Test func `the tests of the shipped policies pass, all of them or those of one file`() {
        let all = session.run("test")
        #expect(all.status == 0 && all.output.hasSuffix(" passed\n"), "\(all.output)\(all.errors)")
        let one = session.run("test", Session.policies + "/expiry_cap_test.lua", "--filter", "hard cap")
        #expect(
            one.status == 0 && one.output.hasPrefix("3 passed, ") && one.output.hasSuffix(" not run\n"), "\(one.output)"
        )
    }

    @Test func `a failure shows the expectation, the result and the observed facts`() throws {
        let result = try run(Self.test("good", "permit = true") + Self.test("bad", "permit = false"))
        #expect(result.status == 4)
        #expect(
            result.output.hasSuffix(
                """
                /own/a_test.lua:2: bad
                    expected  no permit
                    happened  a permit: `a:3` permit "reading"
                    read      \(session.folder)/own/a.lua:3  action == orders.read = true
                1 passed, 1 failed

                """), "\(result.output)")
    }

    @Test func `tests run on a named store, or on an export of it`() throws {
        let tests = Self.test("good", "permit = true", "at = \"2026-11-22T12:00:00Z\", ")
        let folder = try session.policies(["a": Self.policy, "a_test": tests])
        #expect(session.run("init", "--demo").status == 0)
        let live = session.run(["--store", session.store, "test", folder])
        #expect(live.status == 0 && live.output == "1 passed\n", "\(live.output)\(live.errors)")
        let export = session.run("export", "--tokens")
        let file = try session.file("own.json", export.output)
        #expect(session.run(["--store", file, "test", folder]).status == 0)
        let none = session.run(["--store", "\(session.folder)/none.db", "test", folder])
        #expect(none.status == 1 && none.errors.contains("there is no store"))
    }

    @Test func `a run stops at the first failure if an option says so`() throws {
        let tests = Self.test("bad", "permit = false") + Self.test("worse", "permit = false")
        #expect(try run(tests, "--fail-fast").output.hasSuffix("0 passed, 1 failed, 1 not run\n"))
        #expect(try run(tests).output.hasSuffix("0 passed, 2 failed\n"))
    }

    @Test func `a test can be skipped with a reason, or be the only one to run`() throws {
        let tests = Self.test("good", "permit = true") + Self.test("later", "permit = false", "skip = \"not yet\", ")
        let skipped = try run(tests)
        #expect(skipped.status == 0 && skipped.output.hasSuffix("later: skipped: not yet\n1 passed, 1 skipped\n"))
        let only = tests + Self.test("this", "permit = true", "only = true, ")
        #expect(try run(only).output == "1 passed, 2 not run\n")
        let refused = try run(only, "--ci")
        #expect(refused.status == 4 && refused.output.contains("`only` keeps every other test from running"))
        let all = try run(Self.test("later", "permit = false", "skip = \"not yet\", "))
        #expect(all.status == 4, "nothing was tested")
    }

    @Test func `results have the formats of CI systems`() throws {
        let tests = Self.test("good", "permit = true") + Self.test("bad <&> \\27[31m\\n::x", "permit = false")
        let junit = try run(tests, "--format", "junit")
        let parser = XMLCounter(junit.output)
        #expect(parser.isWellFormed && parser.cases == 2 && parser.failures == 1, "\(junit.output)")
        let tap = try run(tests, "--format", "tap").lines
        let points = tap.filter { !$0.hasPrefix("  ") }
        #expect(points[1] == "1..2" && points[2].hasPrefix("ok 1 - ") && points[3].hasPrefix("not ok 2 - "))
        #expect(tap[4].hasPrefix("  duration_ms: "))
        let github = try run(tests, "--format", "github")
        #expect(
            github.lines.count == 1 && github.output.hasPrefix("::error file=") && github.output.contains(",line=2,"))
        for format in ["junit", "tap", "github", "text"] {
            #expect(try !run(tests, "--format", format).output.contains("\u{1B}"), "\(format)")
        }
        let json = try run(tests, "--json").output
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(fields["passed"] as? Int == 1 && fields["failed"] as? Int == 1)
    }

    @Test func `a run without a test is not a success`() throws {
        let empty = try session.policies(["a": Self.policy])
        let result = session.run("test", empty)
        #expect(result.status == 4 && result.errors.contains("there was no test to run"))
        #expect(session.run("test", "--filter", "no such test at all").status == 4)
        #expect(session.run("test", "/nowhere").status == 3)
        #expect(
            session.run("test", Session.policies + "/expiry_cpa_test.lua").errors.contains(
                "(did you mean `expiry_cap_test.lua`?)"))
        #expect(session.run("test", "a.lua").status == 64)
    }

    @Test func `every test is listed with its time on demand`() throws {
        let result = try run(Self.test("good", "permit = true") + Self.test("bad", "permit = false"), "-v")
        #expect(
            result.output.prefixMatch(of: /✔ .*a_test\.lua:1: good  \([0-9.]+ (ns|µs|ms|s)\)\n✘ .*:2: bad  \(/) != nil)
    }

    @Test func `two tests of one file have two names`() throws {
        let result = try run(Self.test("good", "permit = true") + Self.test("good", "permit = true"))
        #expect(result.status == 4)
        #expect(
            result.output.contains("a_test.lua:2: good\n    two tests of this file are called `good`, first on line 1"))
        let cases = """
            test("one", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
              resource = { type = "order" }, expect = { permit = true }, cases = { { name = "x" }, { name = "x" } } })
            """
        #expect(try run(cases).output.contains("`one: x`"))
    }

    @Test func `shared fixtures that cannot be read are reported once, and no test runs`() throws {
        let folder = try session.policies([
            "a": Self.policy, "a_test": Self.test("x", "permit = true") + Self.test("y", "permit = true"),
            "fixtures_test": "fixture \"f\" { token = ",
        ])
        let result = session.run("test", folder)
        #expect(result.status == 3 && result.lines.count == 2, "\(result.output)")
        #expect(result.output.contains("/fixtures_test.lua") && result.output.contains("no test ran"))
    }

    @Test func `a test that cannot be run is a failure with its reason`() throws {
        for (tests, message) in [
            ("nonsense(", "near"), ("test(1, {})", "`test` takes a name first"), ("", "the file has no test"),
            (Self.test("x", ""), "the test expects nothing"),
            ("while true do end", "the file exceeds its instruction limit"),
            (Self.test("x", "permit = true", "skip = true, "), "skip"),
        ] {
            let result = try run(tests)
            #expect(result.status == 4 && result.output.contains(message), "\(tests): \(result.output)")
        }
    }
}

/// A counter of the elements in a JUnit report.
private final class XMLCounter {
    private(set) var isWellFormed = false
    private(set) var cases = 0
    private(set) var failures = 0

    init(_ text: String) {
        // Every tag is closed, in order, and no text contains a forbidden character.
        var open: [Substring] = []
        var isGood = true
        for tag in text.matches(of: /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&[a-z#0-9]+;[^"<&]*)*")*)(\/?)>/) {
            let name = tag.output.2
            if tag.output.1 == "/" {
                if open.popLast() != name { isGood = false }
                continue
            }
            if name == "testcase" { cases += 1 }
            if name == "failure" { failures += 1 }
            if tag.output.4 != "/" { open.append(name) }
        }
        isWellFormed = isGood && open.isEmpty
    }
}
