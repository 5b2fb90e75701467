internal import Foundation
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine

/// A store that was rolled back, from the command line.
@Suite struct RollbackVerbTests {
    private let session = Session()

    /// Puts the store back to its state before a token was revoked.
    init() throws {
        #expect(session.run("init", "--demo").status == 0)
        try session.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        let kept = try Data(contentsOf: URL(filePath: session.store))
        #expect(demilune("token", "revoke", "Warehouse sync", "--yes").status == 0)
        for end in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: session.store + end) }
        try kept.write(to: URL(filePath: session.store))
    }

    private func demilune(_ words: String..., input: String = "", environment: [String: String] = [:]) -> Session.Result
    {
        var environment = environment
        environment["DEMILUNE_TENANT"] = "3"
        return session.run(words, input: Array(input.utf8), environment: environment)
    }

    /// The number in a warning.
    private func number(in errors: String) throws -> String {
        let rest = try #require(errors.components(separatedBy: "--accept-rollback ").dropFirst().first)
        return String(rest.prefix { $0.isNumber })
    }

    @Test func `every verb warns, once`() throws {
        for words in [
            ["decide", "Warehouse sync", "orders.read", "order:1"], ["token", "list"],
            ["token", "show", "Warehouse sync"],
            ["user", "list"], ["export"], ["log", "list"], ["log", "verify"], ["store", "verify"], ["keys", "list"],
            ["tenant", "list"], ["store", "reseal"], ["batch"], ["repl"],
        ] {
            let result = session.run(words, environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.errors.components(separatedBy: "was rolled back").count == 2, "\(words): \(result.errors)")
        }
        #expect(demilune("store", "verify").status == 1)
    }

    @Test func `requests are denied, unless an option overrides this`() throws {
        let denied = demilune("decide", "Warehouse sync", "orders.read", "order:1", "department=Sales")
        #expect(denied.status == ExitStatus.deny && denied.output.hasPrefix("deny  (store_rolled_back)"))
        let line = """
            {"subject":{"type":"token","id":"6532ebee17e04c929e56e7977af956ae"},"action":{"name":"orders.read"},\
            "resource":{"type":"order","id":"1","properties":{"department":"d-sales"}}}\n
            """
        #expect(demilune("batch", input: line).output == "{\"decision\":false}\n")
        #expect(demilune("token", "list").lines.count == 1, "nobody sees any")
        let script = "use 'Warehouse sync'\ncan orders.read on order in Sales\n"
        #expect(demilune("repl", input: script).output.contains("store_rolled_back"))
        for result in [
            demilune(
                "decide", "Warehouse sync", "orders.read", "order:1", "department=Sales", "--on-rollback", "decide"),
            demilune(
                "decide", "Warehouse sync", "orders.read", "order:1", "department=Sales",
                environment: ["DEMILUNE_ON_ROLLBACK": "decide"]),
        ] {
            #expect(result.status == 0 && result.errors.contains("was rolled back"), "\(result.errors)")
        }
        #expect(demilune("batch", "--on-rollback", "decide", input: line).output == "{\"decision\":true}\n")
        #expect(demilune("decide", "Warehouse sync", "orders.read", "--on-rollback", "permit").status == 64)
    }

    @Test func `an external subject is denied, too`() throws {
        let policies = try session.policies([
            "all": "return { on = 'access', subject = 'any', grants = { '*' }, decide = function(r) permit() end }"
        ])
        let words = ["decide", "-", "orders.read", "order:1", "--subject", "user:x", "--policies", policies]
        let result = session.run(words)
        #expect(result.status == ExitStatus.deny, "\(result.output)\(result.errors)")
    }

    @Test func `writing is always refused`() {
        for words in [
            ["token", "revoke", "EDI Schenker", "--yes"],
            ["token", "create", "--name", "X", "--user", "carla", "--expires", "2027-01-31"],
            ["token", "reveal", "EDI Schenker"], ["keys", "add"], ["user", "deactivate", "bjorn", "--yes"],
            ["store", "reseal", "--yes"],
        ] {
            let result = session.run(
                words + ["--on-rollback", "decide"], environment: ["DEMILUNE_TENANT": "3"])
            #expect(result.status == ExitStatus.failure, "\(words): \(result.output)\(result.errors)")
            #expect(result.errors.contains("error: ") && result.errors.contains("was rolled back"), "\(result.errors)")
        }
    }

    @Test func `a restored backup is accepted with its number and a reason, and this is logged`() throws {
        let number = try number(in: demilune("token", "list").errors)
        #expect(demilune("store", "reseal", "--accept-rollback", number).status == 64)
        #expect(demilune("store", "reseal", "--accept-rollback", number, "--yes", "--reason", "x").status == 64)
        #expect(demilune("store", "reseal", "--accept-rollback", "1", "--reason", "x").status == 1)
        let accepted = demilune("store", "reseal", "--accept-rollback", number, "--reason", "the disk was lost")
        #expect(accepted.status == 0, "\(accepted.errors)")
        let decided = demilune("decide", "Warehouse sync", "orders.read", "order:1", "department=Sales")
        #expect(decided.status == 0 && decided.errors.isEmpty)
        let log = session.run("log", "list", "--act", "store.accept_rollback").output
        #expect(log.contains("the disk was lost"))
        #expect(demilune("store", "verify").output == "the store is as it was written\n")
    }

    @Test func `the old name of the verb works, and says so`() {
        let fresh = Session()
        #expect(fresh.run("init", "--demo").status == 0)
        let result = fresh.run("store", "adopt", "--yes")
        #expect(result.status == 0 && result.output == "sealed: 0 tenants, 0 tokens\n")
        #expect(result.errors.contains("`store adopt` is now called `store reseal`"))
        #expect(!fresh.run("store", "reseal", "--yes").errors.contains("adopt"))
    }
}
