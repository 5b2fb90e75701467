import Model
import Policies
import Testing

/// Constants in policies, which are checked when the policy loads.
@Suite struct ConstantsTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read" },
          resources = { order = { due = "date", opens = "time", age = "duration", site = "network" } },
          context = { ip = "ip", at = "instant", note = "string" },
        }
        """

    private func found(_ body: String, head: String = "") -> [String] {
        let text = "\(head)\nreturn { on = \"access\", decide = function(request)\n\(body)\nend }"
        let source = PolicySource(
            path: "p",
            files: [
                .init(name: "schema.lua", bytes: Array(Self.schema.utf8)),
                .init(name: "a.lua", bytes: Array(text.utf8)),
            ])
        return PolicySet.load(source).diagnostics.map(\.description)
    }

    @Test(arguments: [
        "request.date > date \"2027-03-27\"", "request.time > instant \"2027-03-27T12:00:00+02:00\"",
        "request.resource.opens < time \"06:00:30\"", "request.resource.age > duration \"PT90M\"",
        "request.resource.age > duration { hours = 1, minutes = 30 }",
        "request.resource.site == network \"10.0.0.0/8\"", "request.context.ip == ip \"10.0.0.1\"",
        "request.context.ip:is_within(network \"10.0.0.0/8\")", "request.context.ip:is_within(ip \"10.0.0.1\")",
        "request.context.ip:is_within(\"10.0.0.1\")", "request.context.ip:is_within(request.resource.site)",
        "request.context.ip:is_within_any { \"10.0.0.0/8\", request.resource.site, network \"::1\" }",
        "request.resource.site:is_within(\"10.0.0.0/8\")",
        "request.time - request.token.created > duration { days = 30 }",
        "request.date - request.resource.due > duration { days = 30 }",
        "(request.date - request.resource.due).days > 30", "request.time + request.resource.age > request.context.at",
        "request.resource.age + duration \"P1D\" > duration \"P2D\" - duration \"PT1H\"",
        "request.time:between(\"22:00\", \"06:00\")",
        "request.time.time_of_day:between(request.resource.opens, \"21:00\")",
        "request.time:plus { seconds = 30 } > request.context.at", "request.time.second > 5",
    ])
    func `a policy with constants loads`(condition: String) {
        #expect(
            found("if \(condition) then deny(\"no\") end").isEmpty, "\(found("if \(condition) then deny(\"no\") end"))")
    }

    @Test(arguments: [
        ("date \"31.12.2026\"", "`31.12.2026` is no date such as `2026-12-31`"),
        ("date \"2026-02-30\"", "`2026-02-30` is no date such as `2026-12-31`: there is no such day"),
        ("instant \"2026-12-31\"", "`2026-12-31` is no instant such as `2026-12-31T12:00:00Z`"),
        ("time \"6:00\"", "`6:00` is no time such as `06:00`"),
        ("duration \"90 minutes\"", "`90 minutes` is no duration such as `PT90M`"),
        ("duration \"P1Y\"", "`P1Y` is no duration such as `PT90M`: years and months have no fixed length"),
        ("duration { months = 1 }", "years and months have no fixed length"),
        ("duration { hour = 1 }", "got `hour` (did you mean `hours`?)"), ("duration {}", "`duration` needs a part"),
        ("duration { hours = 1.5 }", "`hours` must be a whole number"),
        ("network \"10.0.0.1/8\"", "is no network such as `10.0.0.0/8`: `10.0.0.1` has bits beyond"),
        ("ip \"10.0.0.256\"", "`10.0.0.256` is no ip such as `10.0.0.1`"),
        ("date(20261231)", "`date` takes a string, as in `date \"2026-12-31\"`, got a number"),
        ("date(request.context.note)", "not computed"), ("date(\"2026-\" .. \"12-31\")", "not computed"),
        ("date()", "`date` takes a string"), ("date(\"2026-12-31\", 1)", "takes one argument, got 2"),
    ])
    func `a wrong constant is refused when the policy loads, with its line`(constant: String, words: String) {
        // Inside `decide`, which loading does not run, and at the top, which it does.
        let inside = found("local x = \(constant)\nif request.point == \"access\" then deny(\"no\") end")
        #expect(inside.count == 1 && inside[0].hasPrefix("p/a.lua:3:") && inside[0].contains(words), "\(inside)")
        guard !constant.contains("request") else { return }
        let top = found("deny(\"no\")", head: "local x = \(constant)")
        #expect(top.count == 1 && top[0].hasPrefix("p/a.lua:1:") && top[0].contains(words), "\(top)")
    }

    @Test(arguments: [
        ("request.date > \"2026-12-31\"", "cannot order a date with a string: write `date \"2026-12-31\"`"),
        ("request.date == \"31.12.2026\"", "`31.12.2026` is no date such as `2026-12-31`; write `date \"2026-12-31\"`"),
        ("request.context.ip == \"10.0.0.1\"", "write `ip \"10.0.0.1\"`"),
        ("request.resource.opens < \"06:00\"", "write `time \"06:00\"`"),
        ("request.resource.age > 30", "cannot order a duration with a number"),
        ("request.date > request.context.note", "cannot order a date with a string: write `date \"2026-12-31\"`"),
        ("request.time - request.date > duration \"P1D\"", "write `.date` of the instant"),
        ("request.time - 3600 > request.context.at", "a length of time is written `duration { hours = 1 }`"),
        ("request.date + duration \"P1D\" > request.date", "a date moves by days, `:plus { days = 30 }`"),
        ("request.time + request.time > request.time", "cannot add an instant and an instant"),
        ("request.time - request.token.created > 30", "cannot order a duration with a number"),
        ("request.resource.age * 2 > 4", "a duration is not a number"),
        ("request.date:plus { hours = 1 } > request.date", "a day moves by days, not by `hours`"),
        ("request.time:plus { milliseconds = 1 } > request.time", "`plus` takes years, months"),
        ("request.time:between(\"06:00\")", "`between` takes two times"),
        ("request.time:between(\"6\", \"21:00\")", "`6` is no time such as `06:00`"),
        ("request.time:between(\"06:00\", time \"06:00\")", "the two times of `between` are the same"),
        ("request.time:between(6, 21)", "`between` takes two times such as `06:00`, got a number"),
        ("request.date:between(\"06:00\", \"21:00\")", "a date has no `between`"),
        ("request.context.ip:is_within(request.context.note)", "a network is a string, `10.0.0.0/8`, or a value of"),
        ("request.context.ip:is_within(\"10.0.0.0/33\")", "`10.0.0.0/33` is no network such as `10.0.0.0/8`"),
    ])
    func `operands of wrong types are refused, with what to write`(condition: String, words: String) {
        let found = found("if \(condition) then deny(\"no\") end")
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
    }

    @Test func `a variable of the author may have the name of a constant's function`() {
        #expect(found("local date = request.date\nif date.year > 2026 then deny(\"no\") end").isEmpty)
    }
}
