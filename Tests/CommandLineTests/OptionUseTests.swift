internal import CommandLine
internal import Foundation
internal import ProgramSupport
internal import Testing

/// An option after the verb has an effect, or is refused.
@Suite struct OptionUseTests {
    /// Lines of each verb that together read every global option it uses; `@` is the session's folder. They run in this
    /// order, on one store.
    private static let lines: [(verb: String, lines: [String])] = [
        ("token create", ["token create --tenant 3 --name A --expires 2027-06-30 --user carla"]),
        ("token derive", ["token derive --tenant 3 A"]),
        ("token list", ["token list --tenant 3"]), ("token show", ["token show --tenant 3 A"]),
        ("token reveal", ["token reveal --tenant 3 A"]), ("token amend", ["token amend --tenant 3 A --name B"]),
        ("token rotate", ["token rotate --tenant 3 B"]), ("token suspend", ["token suspend --tenant 3 B"]),
        ("token resume", ["token resume --tenant 3 B"]),
        ("token reassign", ["token reassign --tenant 3 B --user bjorn --assignment a-bjorn-1"]),
        (
            "review start",
            ["review start --tenant 3 Q4 --at-close report", "review start --tenant 3 Q4 --at-close report --yes"]
        ),
        ("review status", ["review status --tenant 3 Q4"]), ("review show", ["review show --tenant 3 Q4"]),
        ("review attest", ["review attest --tenant 3 Q4 6f56b474afa8c9dff84d3cf0bcda0e3f --reason needed"]),
        ("review revoke", ["review revoke --tenant 3 Q4 748b8db7eebedf107595edff2b625a5b --reason idle --yes"]),
        ("review close", ["review close --tenant 3 Q4 --yes"]), ("review export", ["review export --tenant 3 Q4"]),
        ("request list", ["request list --tenant 3"]),
        (
            "request show",
            [
                "token create --tenant 3 --name Asked --expires 2027-06-30 --user bjorn --assignment a-bjorn-1 --as bjorn/a-bjorn-1 --request --reason x",
                "token amend 6f56b474afa8c9dff84d3cf0bcda0e3f --tenant 3 --contact x --as bjorn/a-bjorn-1 --request --reason x",
                "request show --tenant 3 Asked",
            ]
        ),
        ("request refuse", ["request refuse --tenant 3 6f56b474afa8c9dff84d3cf0bcda0e3f"]),
        ("request approve", ["request approve --tenant 3 Asked"]),
        ("request fetch", ["request fetch --tenant 3 Asked --as bjorn/a-bjorn-1"]),
        (
            "request cancel",
            [
                "token amend 6f56b474afa8c9dff84d3cf0bcda0e3f --tenant 3 --contact y --as bjorn/a-bjorn-1 --request --reason x",
                "request cancel --tenant 3 6f56b474afa8c9dff84d3cf0bcda0e3f",
            ]
        ),
        ("token revoke", ["token revoke --tenant 3 B --yes"]), ("token find", ["token find --tenant 3"]),
        ("token mark-dormant", ["token mark-dormant --tenant 3 --unused-for 90d"]),
        ("token purge", ["token purge --tenant 3 --before 2020-01-01"]),
        ("user list", ["user list --tenant 3"]), ("user show", ["user show --tenant 3 bjorn"]),
        ("department list", ["department list --tenant 3"]), ("department show", ["department show --tenant 3 Sales"]),
        ("user-type list", ["user-type list --tenant 3"]),
        ("user-type show", ["user-type show --tenant 3 Integrator"]), ("tenant list", ["tenant list"]),
        ("tenant show", ["tenant show 3"]),
        ("tenant set-reveal", ["tenant set-reveal acme --policy allowed"]),
        ("user deactivate", ["user deactivate --tenant 3 bjorn --preview", "user deactivate --tenant 3 bjorn"]),
        ("user activate", ["user activate --tenant 3 bjorn"]),
        ("department deactivate", ["department deactivate --tenant 3 Sales --preview"]),
        ("department activate", ["department activate --tenant 3 Sales"]),
        ("user-type deactivate", ["user-type deactivate --tenant 3 Integrator --preview"]),
        ("user-type activate", ["user-type activate --tenant 3 Integrator"]),
        ("tenant deactivate", ["tenant deactivate acme --preview"]), ("tenant activate", ["tenant activate acme"]),
        ("keys list", ["keys list"]), ("keys add", ["keys add"]), ("keys rewrap", ["keys rewrap"]),
        ("keys retire", ["keys retire 1 --yes"]),
        ("log list", ["log list"]), ("log verify", ["log verify"]),
        ("store verify", ["store verify"]),
        ("store reseal", ["store reseal --yes", "store reseal"]),
        ("export", ["export"]), ("import", ["import @/organisation.json --preview", "import @/organisation.json"]),
        (
            "decide",
            [
                "decide --tenant 3 6532ebee17e04c929e56e7977af956ae token.list",
                "decide --tenant 3 6532ebee17e04c929e56e7977af956ae orders.read order:1 department=d-sales --log @/d.ndjson",
            ]
        ),
        ("replay", ["replay @/d.ndjson"]), ("token expiring", ["token expiring"]),
        ("notices run", ["notices run --preview", "notices run --file @/n.ndjson"]),
        ("token narrow", ["token narrow --tenant 3 6532ebee17e04c929e56e7977af956ae --from-log @/d.ndjson"]),
        ("advise", ["advise --log @/d.ndjson", "advise --log @/d.ndjson --apply"]),
        ("requests import", ["requests import @/request.json --from authzen"]),
        ("requests", ["requests --count 1"]), ("batch", ["batch --jobs 1"]),
        ("check", ["check", "check --store @/demilune.db", "check --explain assignment-in-condition"]),
        ("test", ["test --filter nothing", "test --store @/demilune.db --filter nothing"]),
        ("mutate", ["mutate --policies @/whole", "mutate --store @/demilune.db --policies @/whole"]),
        ("diff", ["diff --tenant 3 @/whole @/whole", "diff --store @/demilune.db --store @/organisation.json"]),
        ("explore", ["explore"]), ("vocabulary", ["vocabulary"]), ("plugins", ["plugins"]),
        ("plugins show", ["plugins show cidr"]),
        ("plugins lock", ["plugins lock --policies @/locked"]),
        ("plugins new", ["plugins new example --plugins @/new", "plugins new example --policies @/new2/policies"]),
        ("bench", ["bench --count 30 --grow 10"]), ("bench store", ["bench store --policies @/locked"]),
        ("init", ["init --demo --store @/other.db"]), ("repl", ["repl"]),
    ]

    @Test func `every verb declares the global options that it reads`() throws {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let export = session.run("export")
        _ = try session.file("organisation.json", export.output)
        _ = try session.file("request.json", "{}")
        _ = try session.policies(["admin": "return { on = \"access\" }"], in: "locked")
        let denying = "return { on = \"access\", decide = function() deny('x') end }"
        _ = try session.policies(["admin": denying], in: "whole")
        #expect(Set(Self.lines.map(\.verb)) == Set(Program.verbs.map(\.name)))
        for (name, lines) in Self.lines {
            let verb = try #require(Program.verbs.first { $0.name == name })
            let use = OptionUse()
            var results: [Session.Result] = []
            for line in lines {
                let words = line.split(separator: " ").map { String($0).replacing("@", with: session.folder) }
                results.append(session.run(words, input: Array(name == "repl" ? "tenant".utf8 : "".utf8), use: use))
            }
            for option in GlobalOptions.all where !GlobalUse.nothing.contains(option) {
                #expect(
                    use.contains(option) == verb.uses.contains(option),
                    "`\(name)` \(use.contains(option) ? "reads" : "does not read") \(option.flag): \(results.map(\.errors))"
                )
            }
        }
    }

    @Test(arguments: Program.verbs.map(\.name))
    func `a global option that a verb does not use is refused after it, and accepted before it`(name: String) throws {
        let verb = try #require(Program.verbs.first { $0.name == name })
        let words = name.split(separator: " ").map(String.init)
        let positionals = verb.positionals.filter { !$0.isOptional }.map { _ in "x" }
        for option in GlobalOptions.all where !GlobalUse.nothing.contains(option) {
            let value = option.choices.first ?? "x"
            let given = [option.placeholder == nil ? option.flag : "\(option.flag)=\(value)"]
            _ = try ParsedLine(given + words + positionals, verbs: Program.verbs)
            if verb.uses.contains(option) {
                _ = try ParsedLine(words + positionals + given, verbs: Program.verbs)
            } else {
                let error = #expect(throws: CommandError.self) {
                    try ParsedLine(words + positionals + given, verbs: Program.verbs)
                }
                #expect(error?.messages.first?.contains("does not use `\(option.flag)`") == true)
            }
        }
    }

    @Test func `an option that a run did not read is reported`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let shown = session.run("tenant", "set-reveal", "acme", "--yes")
        #expect(shown.errors == "note: `--yes` had no effect here\n", "\(shown.errors)")
        let environment = session.run("tenant", "list", environment: ["DEMILUNE_TENANT": "acme"])
        #expect(environment.status == 0 && !environment.errors.contains("no effect"))
    }
}
