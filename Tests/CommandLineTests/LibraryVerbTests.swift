import Foundation
import ProgramSupport
import Testing

/// Libraries on the command line, and plugins whose tests depend on nothing beside them.
@Suite struct LibraryVerbTests {
    private let session = Session()

    private func project() throws -> String {
        let folder = try session.policies([
            "lib/orders": """
            -- What orders have in common.
            local orders = { large = 1000 }

            -- True when the amount is above a limit.
            function orders.is_above(resource, limit)
              return resource:has("amount") and resource.amount > limit
            end

            return orders
            """,
            "lib/orders_test": """
            test("above", { ask = "orders.is_above(request.resource, 5)", cases = {
              { resource = { type = "order", amount = 6 }, gives = true },
              { resource = { type = "order", amount = 5 }, gives = false },
            } })
            test("large", { ask = "orders.large", gives = 1000 })
            test("a typing error", { ask = "orders.is_abov(request.resource, 5)", fails = "did you mean `is_above`" })
            """,
            "own": """
            local orders = use "lib.orders"
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if orders.is_above(request.resource, orders.large) then deny("large") else permit("small") end
            end
            return policy
            """,
            "own_test": """
            local token = { department = "Sales", user_type = "Integrator" }
            test("large", { token = token, action = "orders.read", resource = { type = "order", amount = 1001 },
              expect = { deny = "own" } })
            """,
        ])
        return folder
    }

    @Test func `the tests of libraries run with those of policies, and count for the coverage`() throws {
        let folder = try project()
        let all = session.run("test", folder, "--coverage")
        #expect(all.status == 0 && all.output.hasPrefix("5 passed"), "\(all.output)")
        #expect(all.output.contains("\(folder)/lib/orders.lua: lines 100 %, branches 50 %"), "\(all.output)")
        let one = session.run("test", "\(folder)/lib/orders_test.lua")
        #expect(one.status == 0 && one.output.hasPrefix("4 passed"), "\(one.output)")
        _ = try session.file("own/lib/orders_test.lua", "test('x', { ask = 'orders.large', gives = 1 })")
        let wrong = session.run("test", folder)
        #expect(wrong.status == 4 && wrong.output.contains("\(folder)/lib/orders_test.lua:1: x"), "\(wrong.output)")
    }

    @Test func `a library is checked like a policy, alone too`() throws {
        let folder = try project()
        let clean = session.run("check", folder)
        #expect(clean.status == 0 && clean.output.contains("0 errors, 0 warnings"), "\(clean.output)")
        _ = try session.file(
            "own/lib/orders.lua",
            """
            local orders, seen = { large = 1000 }, 0
            function orders.is_above(resource, limit)
              seen = seen + 1
              return resource:has("amount") and resource.amount * 1 > limit
            end
            function orders.unused() return 1 end
            return orders
            """)
        let doubtful = session.run("check", "\(folder)/lib/orders.lua").output
        for rule in ["[kept-state]", "[opens-policy]", "[unused-library]"] {
            #expect(doubtful.contains(rule), "\(doubtful)")
        }
        _ = try session.file(
            "own/lib/orders.lua",
            "return { large = 1, is_above = function(r, limit) local x return r.amuont > limit end }")
        let found = session.run("check", "\(folder)/lib/orders.lua")
        #expect(found.status == 3, "\(found.output)")
        #expect(
            found.output.contains("lib/orders.lua:1:68: error: a resource has no `amuont` (did you mean `amount`?)"))
        #expect(found.output.contains("the variable `x` is never read [unused-local]"))
    }

    @Test func `the vocabulary has libraries with their comments, and editors get them`() throws {
        let folder = try project()
        let rows = session.run("vocabulary", "--policies", folder, "--json").output
        #expect(
            rows.contains("\"name\": \".is_above(resource, limit)\"")
                && rows.contains("True when the amount is above a limit."))
        #expect(session.run("vocabulary", "--luacats", "--policies", folder).status == 0)
        let text = try session.text(of: "own/.luacats/plugins.lua")
        #expect(text.contains("---@field is_above fun(resource?: any, limit?: any): any # True when"))
        #expect(text.contains("---@param name \"lib.orders\"") && text.contains("---@return demilune.lib.orders"))
    }

    @Test(arguments: [
        #"return { actions = { read = "read" } }"#, "return { actions = {} }", "return {}", "return {",
        #"return { actions = { read = "read" }, resources = { x = { origin = "string", must = "ip" } }, "#
            + #"context = { origin = "string", ip = "number" } }"#,
    ])
    func `the tests of the shipped plugins, and of a new one, pass beside any schema`(schema: String) throws {
        _ = try session.file("own/policies/schema.lua", schema)
        let plugins = session.folder + "/own/plugins"
        try FileManager.default.copyItem(atPath: Session.root + "/plugins", toPath: plugins)
        #expect(session.run("plugins", "new", "mine", "--plugins", plugins).status == 0)
        let all = session.run("test", plugins)
        #expect(all.status == 0 && all.output.hasPrefix("76 passed"), "\(all.output)")
        for name in ["audit", "business_hours", "cidr", "org", "relations", "separation_of_duties", "mine"] {
            let one = session.run("test", "\(plugins)/\(name)")
            #expect(one.status == 0, "\(one.output)")
        }
    }

    @Test
    func
        `a schema of tests that does not load is reported at its line, and keeps no other plugin's tests from running`()
        throws
    {
        let plugins = session.folder + "/own/plugins"
        _ = try session.file("own/policies/schema.lua", "return { actions = {} }")
        for name in ["one", "two"] { #expect(session.run("plugins", "new", name, "--plugins", plugins).status == 0) }
        _ = try session.file("own/plugins/one/test_schema.lua", "return {\n  actions = { x = 'y' },\n}")
        let all = session.run("test", plugins)
        #expect(all.status == 3, "\(all.output)")
        #expect(all.output.contains("one/test_schema.lua:2:") || all.errors.contains("one/test_schema.lua:2:"))
        #expect(all.output.contains("3 passed"), "\(all.output)")
        // A plugin that adds a name which the other one's schema declares does not matter to that one.
        _ = try session.file(
            "own/plugins/one/test_schema.lua",
            "return { actions = { x = 'read' }, resources = { r = { far = 'boolean' } }, context = {} }")
        _ = try session.file(
            "own/plugins/three/plugin.lua",
            """
            return { name = "three", version = "1", about = "far", provides = { attributes = { resource = {
              -- Far away.
              far = { returns = "boolean", run = function(resource) return resource.type == "moon" end },
            } } } }
            """)
        #expect(session.run("test", plugins).status == 0)
    }
}
