import Model
import Testing

@testable import Policies

/// The targets that the sources of policies show.
@Suite struct TargetReaderTests {
    private static let schema = """
        return {
          actions = { read = "read", write = "write" },
          resources = {
            document = { department = "string", level = "number", state = one_of { "draft", "final" } },
          },
          context = { region = optional "string", strict = "boolean", more = optional { list = list "string" } },
          subjects = { staff = { role = "string", clearance = "number", groups = list "string" } },
        }
        """

    /// The conditions of a policy as text; empty where it has no target.
    private func conditions(
        _ body: String, head: String = "subject = \"staff\"", before: String = ""
    ) throws -> [String] {
        let source =
            "\(before)\nlocal policy = { on = \"access\", \(head) }\nfunction policy.decide(request)\n\(body)\nend\nreturn policy"
        let result = PolicySet.load(
            PolicySource(
                path: "p",
                files: [
                    PolicyFile(name: "schema.lua", bytes: Array(Self.schema.utf8)),
                    PolicyFile(name: "a.lua", bytes: Array(source.utf8)),
                ]))
        let set = try #require(result.set, "\(result.diagnostics)")
        return (set.policies[0].target?.conditions ?? []).map { condition in
            let needed = condition.needed.map { $0.names.map(\.text).joined(separator: ".") }
            return condition.path.names.map(\.text).joined(separator: ".") + ": "
                + condition.texts.map(\.text).joined(separator: " ")
                + (needed.isEmpty ? "" : " needs \(needed.joined(separator: " "))")
        }
    }

    @Test func `each comparison of a conjunction rules out, and needs the values before it`() throws {
        let body = """
            if request.subject.role == "nurse" and request.resource.type == "document"
              and (request.action == "read" or request.action == "write")
              and request.subject.groups:contains(request.resource.department) then
              permit("ok")
            end
            """
        #expect(
            try conditions(body, head: "subject = \"staff\", grants = { \"*\" }") == [
                "subject.role: nurse", "resource.type: document needs subject.role",
                "action: read write needs subject.role resource.type",
            ])
    }

    @Test func `returns, branches and variables are followed`() throws {
        #expect(
            try conditions("if request.action ~= \"read\" then return end deny(\"no\")") == ["action: read"])
        #expect(
            try conditions(
                """
                local role, subject = request.subject.role, request.subject
                local isBoss = "boss" == subject.role
                do
                  if role == "guest" then return elseif not (isBoss or role == "clerk") then return end
                end
                if request.resource.level > 3 then deny("no") end
                """) == ["subject.role: boss clerk"])
        #expect(
            try conditions(
                """
                if request.context.strict then
                  if request.resource.department == department then deny("no") end
                end
                """, before: "local department = \"hq\"") == ["resource.department: hq needs context.strict"])
        #expect(
            try conditions(
                """
                if request.resource.level <= request.subject.clearance and request.action == "write" then deny("no") end
                """) == ["action: write needs resource.level subject.clearance"])
        #expect(
            try conditions(
                "if request.context:has(\"region\") and request.context.region == \"eu\" then deny(\"no\") end")
                == ["context.region: eu"])
        #expect(
            try conditions(
                "if request.token.department.id == \"hq\" then deny(\"no\") end", head: "subject = \"token\"")
                == ["token.department.id: hq"])
    }

    @Test(arguments: [
        // Another string lets it say something.
        "if request.action ~= \"read\" then deny(\"no\") end",
        "if request.action == \"read\" then return end deny(\"no\")",
        "if request.action == \"read\" or request.context.strict then deny(\"no\") end",
        "deny(\"no\") if request.action == \"read\" then deny(\"no\") end",
        // What comes before may fail, or is not followed.
        "if request.subject.groups:contains(\"a\") and request.action == \"read\" then deny(\"no\") end",
        "if request.subject.groups[1] == \"a\" and request.action == \"read\" then deny(\"no\") end",
        "for _, group in ipairs(request.subject.groups) do if group == request.action then deny(\"no\") end end if request.action == \"read\" then deny(\"no\") end",
        "while request.action == \"read\" do deny(\"no\") end",
        "local function is(x) return request.action == x end if is(\"read\") then deny(\"no\") end",
        "local name = request.action .. \"\" if name == \"read\" then deny(\"no\") end",
        "if config.most > 3 and request.action == \"read\" then deny(\"no\") end",
        "local action = request.action action = \"read\" if action == \"read\" then deny(\"no\") end",
        "if request.action == \"read\" then deny(\"no\") end error(\"x\")",
        "if request.action == \"read\" then deny(\"no\") end ; (function() end)()",
        "goto done ::done:: if request.action == \"read\" then deny(\"no\") end",
        "local x <close> = function() end if request.action == \"read\" then deny(\"no\") end",
        "local list = request.context.more.list if request.action == \"read\" then deny(\"no\") end",
        // Bytes that are no text.
        "if request.subject.role == \"\\xff\" then deny(\"no\") end",
    ])
    func `in doubt there is none`(body: String) throws {
        #expect(try conditions(body, before: "local config = settings { most = 3 }") == [])
    }

    @Test func `code outside the function that may fail or say something leaves none`() throws {
        let body = "if request.action == \"read\" then deny(\"no\") end"
        let before = "local config = settings { most = 3 }\n"
        #expect(try conditions(body, before: before) == ["action: read"])
        for other in [
            "local twice = config.most .. \"\"", "if true then local x = 1 end", "local n = #\"x\"",
            "local t = {} t.x = tostring(1)", "for i = 1, 2 do end", "local s = (\"x\"):rep(3)",
        ] {
            #expect(try conditions(body, before: before + other) == [], "\(other)")
        }
    }

    @Test func `variables that stand for each other are not followed for ever`() throws {
        for operation in ["or", "and"] {
            var body = "local a0 = request.subject.clearance > 3 or request.subject.role == \"x\"\n"
            for number in 1..<60 { body += "local a\(number) = a\(number - 1) \(operation) a\(number - 1)\n" }
            #expect(try conditions("\(body) if a59 and request.action == \"read\" then deny(\"no\") end") == [])
        }
    }

    @Test func `deep and long conditions are left alone`() throws {
        let deep = String(repeating: "not ", count: 150) + "request.context.strict"
        #expect(try conditions("if \(deep) and request.action == \"read\" then deny(\"no\") end") == [])
        let roles = (0..<70).map { "request.subject.role == \"r\($0)\"" }.joined(separator: " or ")
        #expect(try conditions("if \(roles) then deny(\"no\") end") == [])
    }
}
