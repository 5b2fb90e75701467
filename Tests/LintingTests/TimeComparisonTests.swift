import Linting
import Model
import Policies
import Testing

/// Comparisons with constants of times that always have the same result.
@Suite struct TimeComparisonTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read" },
          resources = { order = { due = "date", opens = "time", age = "duration" } },
        }
        """

    private func findings(_ condition: String) -> [String] {
        let text = """
            -- Orders are read.
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if \(condition) then permit("yes") end
            end
            return policy
            """
        let files = [("schema.lua", Self.schema), ("a.lua", text), ("a_test.lua", "")].map {
            PolicyFile(name: ExactName($0.0), bytes: Array($0.1.utf8))
        }
        return Linter(PolicySource(path: "p", files: files)).run().map(\.description)
    }

    @Test(arguments: [
        (
            "request.date > date \"2026-12-31\" and request.date < date \"2026-12-01\"",
            "`date` is never `> date \"2026-12-31\"` and also `< date \"2026-12-01\"`"
        ),
        (
            "request.resource.opens >= time \"08:00\" or request.resource.opens < time \"09:00\"",
            "`resource.opens` is always `>= time \"08:00\"` or `< time \"09:00\"`"
        ),
        (
            "request.time - request.token.created > duration \"P30D\" and request.time - request.token.created < duration \"PT1H\"",
            "is never `> duration \"P30D\"` and also `< duration \"PT1H\"`"
        ),
        ("date \"2026-12-31\" > date \"2026-12-01\"", "both sides are constants"),
        ("request.resource.due > request.resource.due", "both sides are the same"),
    ])
    func `a contradiction is found`(condition: String, words: String) {
        let found = findings(condition)
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test(arguments: [
        "request.date >= date \"2026-12-20\" and request.date < date \"2027-01-03\"",
        "request.time - request.token.created > duration { days = 30 }",
        "request.time:between(\"22:00\", \"06:00\") and request.time.second < 30",
        "request.date - request.resource.due > request.resource.age",
    ])
    func `a span has no finding`(condition: String) {
        #expect(findings(condition).isEmpty, "\(findings(condition))")
    }
}
