import Foundation
import ProgramSupport
import Testing

/// A session about an external subject, without a store.
@Suite struct ExternalSubjectTests {
    private let session = Session()

    private static let schema = """
        return {
          actions = { ["docs.read"] = "read", ["docs.write"] = "write" },
          resources = { doc = { owner = optional "string" }, folder = {} },
          context = { mfa = optional "boolean" },
          subjects = { user = { role = optional "string", teams = list "string" } },
        }
        """

    private static let policy = """
        local policy = { on = "access", subject = "user", grants = { "docs.*" } }
        function policy.decide(request)
          local user = request.subject
          if user:has("role") and user.role == "admin" then permit("an admin") end
          if request.action == "docs.read" and user.teams:contains("staff, all") then permit("staff reads") end
        end
        return policy
        """

    /// Runs commands where there is no store.
    private func converse(_ lines: String..., json: Bool = false) throws -> Program.Result {
        _ = try session.file("own/policies/schema.lua", Self.schema)
        _ = try session.file("own/policies/roles.lua", Self.policy)
        _ = try session.file(
            "own/plugins/people/plugin.lua",
            """
            return { name = "people", version = "1", about = "Who works here", provides = { data = {
              -- Everybody.
              staff = { file = "staff.csv", key = "id", columns = { id = "string", role = optional "string", desk = "number" } },
            } } }
            """)
        _ = try session.file("own/plugins/people/staff.csv", "id,role,desk\nalice,admin,1\nbob,,2\n")
        return Program.run(
            ["repl", "--policies", session.folder + "/own/policies"] + (json ? ["--json"] : []),
            input: Array(lines.joined(separator: "\n").utf8),
            environment: ["HOME": session.folder, "DEMILUNE_AT": "2026-11-22T12:00:00Z"])
    }

    @Test func `a session without a store answers about an external subject`() throws {
        let result = try converse(
            "subject user:alice role=admin", "can docs.write on doc:1", "why", "= request.subject.role", "what can",
            "subject user:bob", "can docs.read on doc:1", "why not")
        #expect(!result.errors.contains("error:"), "\(result.errors)")
        #expect(result.output.contains("permit"))
        #expect(result.output.contains("subject.role == \"admin\"") || result.output.contains("subject.role == admin"))
        #expect(result.output.contains("admin"))
        #expect(result.output.contains("docs.write  yes       yes  yes") || result.output.contains("docs.write"))
        #expect(result.output.contains("It would be permitted if"), "\(result.output)")
        #expect(result.status == 0)
    }

    @Test func `a list is written with commas, or as JSON`() throws {
        let plain = try converse("subject user:bob teams=staff,all", "can docs.read on doc:1")
        #expect(plain.status == 2, "\(plain)")
        let json = try converse(#"subject user:bob teams='["staff, all"]'"#, "can docs.read on doc:1")
        #expect(json.status == 0, "\(json)")
        #expect(try converse(#"subject user:bob teams='["staff'"#).errors.contains("as JSON"))
    }

    @Test func `candidates come from a list, from JSON, or from the data of a plugin`() throws {
        let listed = try converse("who can docs.write on doc --among user:alice,bob", json: true)
        #expect(listed.output.contains("depends: yes when subject.role is admin"), "\(listed)")
        for among in [
            "'user:[{\"id\":\"alice\",\"role\":\"admin\"},{\"id\":\"bob\",\"role\":\"x\"}]'", "user:people.staff",
        ] {
            let found = try converse("who can docs.write on doc --among=\(among)")
            #expect(found.status == 0 && found.output.contains("user:alice  yes"), "\(found)")
        }
        let wrong = try converse("who can docs.write on doc --among user:people.stuff")
        #expect(wrong.errors.contains("did you mean `staff`"), "\(wrong)")
        #expect(try converse("who can docs.write on doc --among usr:a").errors.contains("did you mean `user`"))
    }

    @Test func `what is missing is said`() throws {
        #expect(try converse("can docs.read").errors.contains("`subject TYPE:ID` sets an external subject"))
        #expect(try converse("use x").errors.contains("no store was found"))
        #expect(try converse("subject usr:alice").errors.contains("did you mean `user`"))
        #expect(try converse("subject user:alice rol=x").errors.contains("did you mean `role`"))
        #expect(try converse("subject user").errors.contains("a subject must be TYPE:ID"))
        #expect(
            try converse("subject user:alice", "subject", "subject --none", "subject").output.contains(
                "no subject is selected"))
    }

    @Test func `a batch without a store says so where subjects are tokens`() throws {
        _ = try converse("help")
        let line =
            #"{"subject":{"type":"token","id":"00000000000000000000000000000001"},"action":{"name":"docs.read"},"#
            + #""resource":{"type":"doc","id":"1"}}"#
        let result = Program.run(
            ["batch", "--policies", session.folder + "/own/policies"], input: Array(line.utf8),
            environment: ["HOME": session.folder])
        #expect(
            result.errors.contains("no store was found") && result.errors.contains("1 request by tokens was denied"))
    }

    @Test func `a file with tenants alone gives them their settings`() throws {
        _ = try converse("help")
        _ = try session.file(
            "own/policies/cap.lua",
            """
            local config = settings { open = false }
            local policy = { on = "access", subject = "user", grants = { "*" } }
            function policy.decide(request)
              if config.open then permit("open") end
            end
            return policy
            """)
        _ = try session.file("own/policies/settings.json", #"{ "cap": { "tenants": { "acme": { "open": true } } } }"#)
        let tenants = try session.file(
            "own/tenants.json",
            """
            { "tenants": [
              { "id": "acme", "name": "Acme", "zone": "Europe/Oslo" },
              { "id": "beta", "name": "Beta", "zone": "America/New_York" }
            ] }
            """)
        for (tenant, status) in [("acme", 0 as Int32), ("beta", 2)] {
            let result = Program.run(
                [
                    "decide", "--policies", session.folder + "/own/policies", "--store", tenants, "--tenant", tenant,
                    "--subject", "user:bob", "-", "docs.read", "doc:1", "subject.teams=x",
                ], environment: ["HOME": session.folder])
            #expect(result.status == status, "\(tenant): \(result)")
        }
    }
}
