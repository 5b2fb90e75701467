internal import Foundation
internal import ProgramSupport
internal import Testing

/// A walk through the user's guide to tokens at a terminal of 100 columns: each sentence is carried out, and seen on the
/// screen. The sentences are those of `docs/tokens.md`.
struct GuideWalkTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    private func person() throws -> PersonAtTerminal {
        let person = try PersonAtTerminal(
            ["repl", "--tenant", "3", "--policies", Session.policies],
            environment: [
                "DEMILUNE_STORE": session.store, "DEMILUNE_AT": "2026-11-22T12:00:00Z", "XDG_DATA_HOME": session.keys,
                "XDG_STATE_HOME": session.folder, "TERM": "xterm", "PAGER": "", "NO_COLOR": "1",
            ], rows: 60, columns: 100)
        person.waitAtPrompt()
        return person
    }

    /// Types lines at the prompt or in answer to a question, and waits each time for what must be on the screen.
    private func walk(_ person: PersonAtTerminal, _ steps: [(typed: String, seen: [String])]) {
        for step in steps {
            person.type(step.typed + "\r")
            for text in step.seen { person.wait(for: text) }
        }
        person.waitAtPrompt()
    }

    /// "There are two primary types of tokens": API tokens, and mobile users logged in.
    @Test func `the list of tokens has both types, each with its columns`() throws {
        let person = try person()
        walk(
            person,
            [
                (
                    "token list --limit 3",
                    ["TITLE", "USER ", "DEPARTMENT", "USER TYPE", "UPDATED", "EXPIRES", "STATE", "3 of 35 API tokens"]
                ),
                (
                    "token list --mobile --limit 3",
                    ["USER NAME", "EMAIL", "LAST ACTIVE", "3 of 23 mobile tokens", "times in Europe/Oslo"]
                ),
            ])
        #expect(person.leave() == 0)
    }

    /// "Creating a new API token": name, user, department and user type, and an expiry of at most 12 months, suggested;
    /// "once you click Save", the token has a random string. "You can then click on that token to view the specifics."
    /// "You could create a token that only permits access to Department A and does not have access to operate on users."
    @Test func `a token is created by answering, shown with every field, and permits what it is for`() throws {
        let person = try person()
        walk(
            person,
            [
                ("token create", ["name of the token:"]), ("Route planner", ["user: a part of the name or the email"]),
                ("haugen", ["1  bjorn  Bjørn Haugen  bjorn@nordlys.example"]),
                ("1", ["1  Sales > Integrator", "2  Warehouse > Integrator"]), ("1", ["[2027-11-22]:"]),
                // "Make sure to grant the token only the minimal amount of permissions necessary for integration."
                ("", ["1  orders.create", "2  orders.read", "[all]:"]),
                (
                    "2",
                    [
                        "Ceiling  only orders.read",
                        "For      Sales > Integrator", "Expires  2027-11-22, the last valid day in Europe/Oslo",
                        "save? [y/N]",
                    ]
                ), ("y", ["Token    dml_", "it can be shown again: demilune token reveal"]),
                (
                    "token show 'Route planner'",
                    [
                        "Token Name                Route planner", "API Token                 dml_…",
                        "Tenant Id                 3", "Description of Use        Send these headers",
                        "Expiry Date               2027-11-22", "Associated User           bjorn",
                        "Department and User Type  Sales > Integrator", "orders.read  from the user type Integrator",
                    ]
                ), ("use 'Route planner'", ["Route planner, of bjorn, Sales > Integrator"]),
                ("can orders.read on order in Sales", ["permit  (permitted)"]),
                ("can orders.read on order in Finance", ["Finance is outside Sales"]),
                ("can users.update on user in Sales", ["the ceiling of the token leaves no users.update"]),
                ("token reveal 'Route planner'", ["shown for the first time; it is in the log"]),
            ])
        #expect(person.leave() == 0)
    }

    /// "A suggested duration of no longer than 12 months": advice, before anything is saved.
    @Test func `a longer expiry is advised against before anything is saved`() throws {
        let person = try person()
        walk(
            person,
            [
                (
                    "token create --name Long --user bjorn --assignment a-bjorn-1 --expires 2y",
                    ["is later than is suggested for any single token", "use the suggested day 2027-11-22"]
                ), ("1", ["Expires  2027-11-22, the last valid day"]),
            ])
        #expect(person.leave() == 0)
    }

    /// "When selecting a mobile user token, the following information is displayed." "You can delete them individually or
    /// … select multiple entries to delete simultaneously."
    @Test func `a mobile token is shown with every field, and several are revoked at once`() throws {
        let listed = session.run("token", "list", "--mobile", "--tenant", "3", "--csv", "--columns", "id").output
        let ids = listed.split(separator: "\r\n").dropFirst().prefix(3).map { $0.prefix(10) }
        let person = try person()
        walk(
            person,
            [
                (
                    "token show \(ids[0])",
                    [
                        "User Name ", "Email ", "Department ", "User Type ", "Last Active ", "Expiry Date ",
                        "Europe/Oslo",
                    ]
                ), ("token revoke \(ids[0]) \(ids[1])", ["2 would be revoked", "revoke these 2? [y/N]"]),
                ("y", ["2 revoked, 0 revoked already"]),
                ("token revoke \(ids[2])", ["1 would be revoked", "revoke it? [y/N]"]), ("n", ["nothing"]),
                ("token show \(ids[0])", ["State ", "revoked", "Revoked "]),
            ])
        #expect(person.leave() == 0)
        let left = session.run("token", "list", "--mobile", "--tenant", "3", "--csv", "--columns", "id").output
        #expect(!left.contains(ids[0]) && !left.contains(ids[1]) && left.contains(ids[2]))
    }
}
