internal import Foundation
internal import ProgramSupport
internal import Testing

/// Coverage and cost limits of `test`.
@Suite struct TestGatesTests {
    private let session = Session()

    private static let policy = """
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          if request.action == "orders.read" then permit("<reading> & more") end
        end
        return policy
        """

    private static let test = """
        test("t", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
          resource = { type = "order" }, expect = { permit = true } })
        """

    private func folder(_ policy: String = Self.policy) throws -> String {
        try session.policies(["a": policy, "a_test": Self.test])
    }

    @Test func `coverage shows uncovered source, and a test that would cover it`() throws {
        let result = session.run(["test", try folder(), "--coverage"])
        #expect(result.status == 0)
        #expect(
            result.output.contains(
                """
                  1  local policy = { on = "access", grants = { "*" } }
                  2  function policy.decide(request)
                ½ 3    if request.action == "orders.read" then permit("<reading> & more") end
                          ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ never false
                  4  end
                  5  return policy

                -- Tests that cover this. They expect the current decisions: are these right?
                test("request.action == \\"orders.read\\" is false", {
                """), "\(result.output)")
        #expect(
            result.output.hasSuffix("coverage: lines 100 % (1 of 1), branches 50 % (1 of 2), facts 66 % (2 of 3)\n"))
        let other = session.run(["test", try folder(), "--coverage", "--format", "tap"])
        #expect(other.output.hasPrefix("TAP version 14\n1..1\nok 1") && other.lines.count == 3)
        #expect(other.errors == "coverage: lines 100 % (1 of 1), branches 50 % (1 of 2), facts 66 % (2 of 3)\n")
    }

    @Test(arguments: [
        ("50", 0), ("51", 5), ("lines=100", 0), ("lines=100,branches=50,facts=66", 0), ("facts=67", 5), ("0", 0),
        ("101", 64), ("x", 64), ("branch=9", 64), ("lines=100,", 64),
    ])
    func `too little coverage has its own exit status`(least: String, status: Int32) throws {
        let result = session.run(["test", try folder(), "--coverage-min", least])
        #expect(result.status == status, "\(result.errors)")
        if status == 5 { #expect(result.errors.contains("are covered, but")) }
    }

    @Test func `coverage is written for programs and browsers`() throws {
        let files = ["lcov", "json", "html"].flatMap { ["--coverage-\($0)", "\(session.folder)/c.\($0)"] }
        let result = session.run(["test", try folder()] + files)
        #expect(result.status == 0 && result.output == "1 passed\n", "\(result.errors)")
        #expect(
            try session.text(of: "c.lcov") == """
                TN:demilune
                SF:\(session.folder)/own/a.lua
                BRDA:3,0,0,1
                BRDA:3,0,1,0
                BRF:2
                BRH:1
                DA:3,1
                LF:1
                LH:1
                end_of_record

                """)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(try session.text(of: "c.json").utf8)) as? [String: Any])
        let policies = try #require(json["policies"] as? [[String: Any]])
        let gaps = try #require(policies[0]["gaps"] as? [[String: Any]])
        #expect(gaps[0]["message"] as? String == "never false" && gaps[0]["line"] as? Int == 3)
        #expect((gaps[0]["tests"] as? [String])?.first?.hasPrefix("test(") == true)
        let page = try session.text(of: "c.html")
        #expect(page.contains("&lt;reading&gt; &amp; more") && !page.contains("<reading>"))
        for word in ["<script", "http:", "https:", "src=", "url("] { #expect(!page.contains(word), "\(word)") }
        #expect(session.run(["test", try folder(), "--coverage-html", "/nowhere/x"]).errors.contains("cannot write"))
    }

    /// Policies of one and of several statements a line, reached in full, in part and not at all, beside two plugins.
    private func many() throws -> String {
        let policies = [
            "a": Self.policy,
            "b": """
            local policy = { on = "access" }
            local function never() deny("n") end
            function policy.decide(request)
              if request.action == "orders.delete" then deny("x") return end
              if request.action == "orders.create" then
                advise("y") advise("z")
                never()
              end
              advise("c") if request.token.kind == "mobile" then
                return end
            end
            return policy
            """,
            "c": "local policy = { on = \"access\" }\nfunction policy.decide() advise('x') end\nreturn policy",
            "d": "local policy = { on = \"token.revoke\" }\nfunction policy.decide() advise('x') end\nreturn policy",
        ]
        var files = policies
        for id in ["a", "b", "c"] {
            files["\(id)_test"] = Self.test.replacing("permit = true", with: "code = 'permitted'")
        }
        let folder = try session.policies(files, in: "many/policies")
        for name in ["one", "two"] {
            #expect(session.run("plugins", "new", name, "--plugins", "\(session.folder)/many/plugins").status == 0)
        }
        return folder
    }

    @Test func `LCOV, JSON and text agree about lines`() throws {
        let written = ["lcov", "json"].flatMap { ["--coverage-\($0)", "\(session.folder)/m.\($0)"] }
        let result = session.run(["test", try many(), "--coverage", "--no-suggest"] + written)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        let total = try #require(result.output.firstMatch(of: /coverage: lines \d+ % \((\d+) of (\d+)\)/))
        let (tried, all) = (try #require(Int(total.1)), try #require(Int(total.2)))
        #expect(0 < tried && tried < all)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(try session.text(of: "m.json").utf8)) as? [String: Any])
        #expect(
            (json["lines"] as? [String: Int])?["tried"] == tried && (json["lines"] as? [String: Int])?["all"] == all)
        let policies = try #require(json["policies"] as? [[String: Any]])
        let records = try session.text(of: "m.lcov").split(separator: "end_of_record\n")
        #expect(policies.count == 4 && records.count == 4)
        var sum = (tried: 0, all: 0)
        for (policy, record) in zip(policies, records) {
            let path = try #require(policy["path"] as? String)
            let lines = try #require(policy["lines"] as? [String: Int])
            let hits = try #require(policy["hits"] as? [String: Int])
            #expect(record.contains("SF:\(path)\n"))
            var counts: [String: Int] = [:]
            for match in record.matches(of: /DA:(\d+),(\d+)/) { counts[String(match.1)] = Int(match.2) }
            #expect(counts == hits, "\(path)")
            #expect(record.contains("LF:\(hits.count)\nLH:\(hits.values.count { $0 > 0 })\n"))
            #expect(lines["all"] == hits.count && lines["tried"] == hits.values.count { $0 > 0 }, "\(path)")
            // The text marks a line as not covered, or as covered in part, that has no hits.
            let name = try #require(path.split(separator: "/").last)
            if let start = result.output.firstRange(of: "/\(name): lines") {
                let shown = result.output[start.upperBound...].prefix(2_000)
                for (line, count) in hits where count == 0 {
                    #expect(shown.contains(try Regex("(✘|½) *\(line)  ")), "\(name):\(line)")
                }
            }
            sum = (sum.tried + (lines["tried"] ?? 0), sum.all + (lines["all"] ?? 0))
        }
        #expect(sum == (tried, all))
    }

    @Test func `tests are not suggested where nobody wants them`() throws {
        let found = session.run(["test", try folder(), "--coverage"])
        let without = session.run(["test", try folder(), "--coverage", "--no-suggest"])
        #expect(found.output.contains("\ntest(") && !without.output.contains("\ntest("))
        #expect(without.output.contains("never false") && without.status == 0)
        let alone = session.run(["test", try folder(), "--no-suggest"])
        #expect(alone.status == 64 && alone.errors.contains("`--no-suggest` needs `--coverage`"))
    }

    @Test func `machines get coverage and costs with the results`() throws {
        let result = session.run(["test", try folder(), "--json", "--coverage", "--cost"])
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result.output)")
        let lines = (json["coverage"] as? [String: Any])?["lines"] as? [String: Any]
        #expect(lines?["percent"] as? Int == 100)
        #expect(((json["costs"] as? [String: Any])?["a"] as? [String: Any])?["facts"] as? Int == 1)
    }

    @Test func `a policy that costs more than before is a failure`() throws {
        let baseline = "\(session.folder)/cost.json"
        let missing = session.run(["test", try folder(), "--cost-baseline", baseline])
        #expect(missing.status == 1 && missing.errors.contains("`--cost-update` writes one"))
        #expect(session.run(["test", try folder(), "--cost-baseline", baseline, "--cost-update"]).status == 0)
        #expect(session.run(["test", try folder(), "--cost-baseline", baseline]).status == 0)
        let dearer = Self.policy.replacing("if request.action ==", with: "for i = 1, 100 do end if request.action ==")
        let grown = session.run(["test", try folder(dearer), "--cost-baseline", baseline])
        #expect(grown.status == 5 && grown.errors.contains("error: a: instructions grew from "), "\(grown.errors)")
        let allowed = session.run(["test", try folder(dearer), "--cost-baseline", baseline, "--cost-growth", "900"])
        #expect(allowed.status == 0)
        try "{".write(toFile: baseline, atomically: true, encoding: .utf8)
        #expect(session.run(["test", try folder(), "--cost-baseline", baseline]).errors.contains("cost.json:1:"))
        #expect(session.run(["test", try folder(), "--cost-update"]).status == 64)
        let shown = session.run(["test", try folder(), "--cost"])
        #expect(shown.output.contains("POLICY  INSTRUCTIONS") && shown.output.contains("\na "), "\(shown.output)")
    }

    @Test func `failed tests take precedence over missing coverage`() throws {
        let path = try session.policies(
            ["b": Self.policy, "b_test": Self.test.replacing("true", with: "false")], in: "b")
        #expect(session.run(["test", path, "--coverage-min", "100"]).status == 4)
    }
}
