internal import Foundation
internal import ProgramSupport
internal import Testing

/// The entries of the administration log: each says of its act what happened.
@Suite struct LogEntryTests: DemoStoreTests {
    let session = Session()

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    @Test func `the log has what changed, by which policies, and what was advised`() throws {
        func details(_ count: Int = 1) throws -> [[String: Any]] {
            let entries = try #require(try json("log", "list", "--limit", "\(count)")["entries"] as? [[String: Any]])
            return try entries.map { try #require($0["details"] as? [String: Any]) }
        }
        func create(_ name: String, _ answer: String) {
            let made = demilune(
                "token", "create", "--name", name, "--expires", "2029-06-30", "--user", "bjorn", "--assignment",
                "a-bjorn-1", answer)
            #expect(made.status == 0, "\(made.errors)")
        }
        create("Advised", "--accept-advice")
        var entry = try details()[0]
        let advice = try #require((entry["advice"] as? [[String: Any]])?.first)
        #expect(advice["policy"] as? String == "expiry_cap" && entry["advice_taken"] as? Bool == true)
        #expect((advice["details"] as? [String: Any])?["last_day"] as? String == "2027-11-22")
        #expect((entry["policies"] as? String)?.count == 32 && entry["before"] == nil)
        let after = try #require(entry["after"] as? [String: Any])
        #expect(after["expires"] as? String == "2027-11-22T23:00:00Z" && after["assignment"] as? String == "a-bjorn-1")
        create("Not advised", "--ignore-advice")
        entry = try details()[0]
        #expect(entry["advice_taken"] as? Bool == false && entry["advice"] != nil)
        // An act without advice has none, also after one that had.
        #expect(demilune("token", "suspend", "Advised").status == 0)
        entry = try details()[0]
        #expect(entry["advice"] == nil && entry["before"] as? NSDictionary == ["suspended": NSNull()] as NSDictionary)
        #expect(entry["after"] as? NSDictionary == ["suspended": "2026-11-22T12:00:00Z"] as NSDictionary)
        let file =
            #"{"tenants":[{"id":"3","user_types":[{"id":"t-integrator","permissions":["orders.*"]},{"id":"t-x","name":"X"}]}]}"#
        #expect(demilune("import", "-", input: file).status == 0)
        let imported = try #require(try details().first)
        #expect(imported["changed_fields"] as? Int == 2)
        let change = try #require((imported["changes"] as? [[String: Any]])?.first)
        #expect(change["field"] as? String == "permissions" && change["after"] as? [String] == ["orders.*"])
        #expect(demilune("user", "deactivate", "carla", "--yes").status == 0)
        entry = try details()[0]
        #expect(entry["before"] as? NSDictionary == ["active": true] as NSDictionary)
        #expect(demilune("log", "verify").status == 0)
    }

    @Test func `an entry has the advice of its own act alone`() throws {
        #expect(demilune("token", "amend", "Warehouse sync", "--clear-dormant").status == 0)
        let amended = demilune(
            "token", "amend", "Partner Tromsø", "--expires", "2029-06-30", "--clear-dormant", "--ignore-advice")
        #expect(amended.status == 0, "\(amended.errors)")
        let acts = try #require(try json("log", "list", "--limit", "2")["entries"] as? [[String: Any]])
        for entry in acts {
            let details = try #require(entry["details"] as? [String: Any])
            #expect((details["advice"] != nil) == (entry["act"] as? String == "token.amend"), "\(entry)")
        }
    }
}
