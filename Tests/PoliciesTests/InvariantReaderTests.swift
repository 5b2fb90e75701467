import Model
import Policies
import Testing

/// The file of the invariants: what it can say, and what is wrong with one that cannot be read.
@Suite struct InvariantReaderTests {
    private static let schema = """
        return { actions = { ["orders.read"] = "read" }, resources = { order = {} },
                 subjects = { service = {} } }
        """

    private static func read(_ text: String, library: String? = nil) throws -> InvariantFile {
        var files = [
            PolicyFile(name: "schema.lua", bytes: Array(schema.utf8)),
            PolicyFile(
                name: "a.lua",
                bytes: Array(#"return { on = "access", grants = { "*" }, decide = function() permit() end }"#.utf8)),
            PolicyFile(name: "invariants.lua", bytes: Array(text.utf8)),
        ]
        if let library { files.append(.init(name: "lib/names.lua", bytes: Array(library.utf8))) }
        let source = PolicySource(path: "p", files: files)
        let result = PolicySet.load(source)
        let set = try #require(result.set, "\(result.diagnostics)")
        return set.invariants(source)
    }

    @Test func `each statement has its decision, its kinds and its line`() throws {
        let file = try Self.read(
            """
            local names = use "lib.names"

            never(permit, "one", function(request) return names.is_old(request.token) end)
            always(deny, "two", { on = { "token.list", "token.reveal" }, about = "policies" }, function() return true end)
            always(permit, "three", { subject = "service" }, function(request)
              return false
            end)
            -- the end
            """, library: "return { is_old = function(token) return token.kind == \"mobile\" end }")
        try #require(file.diagnostics.isEmpty, "\(file.diagnostics)")
        #expect(file.invariants.map(\.text) == ["one", "two", "three"])
        #expect(file.invariants.map(\.line) == [3, 4, 5])
        #expect(file.invariants.map(\.forbidsPermits) == [true, true, false])
        #expect(file.invariants.map(\.subject) == [.decision, .policies, .decision])
        #expect(file.invariants.map(\.shape.kinds) == [[.access], [.list, .reveal], [.access]])
        #expect(file.invariants[2].shape.subject == .external(0))
        #expect(file.conditions?.policies.count == 3)
    }

    @Test func `no file is no invariant, and no decision depends on the file`() throws {
        let files = [PolicyFile(name: "schema.lua", bytes: Array(Self.schema.utf8))]
        let policy = PolicyFile(name: "a.lua", bytes: Array(#"return { on = "access", decide = function() end }"#.utf8))
        let without = PolicySource(path: "p", files: files + [policy])
        let broken = PolicySource(
            path: "p", files: files + [policy, .init(name: "invariants.lua", bytes: Array("(".utf8))])
        let sets = try [without, broken].map { try #require(PolicySet.load($0).set) }
        #expect(sets[0].version == sets[1].version)
        #expect(sets[0].invariants(without).invariants.isEmpty && sets[0].invariants(without).diagnostics.isEmpty)
        #expect(sets[1].invariants(broken).diagnostics.map(\.rule) == ["syntax"])
    }

    /// A file, the message about it, and the line.
    private static let faulty: [(text: String, message: String, line: Int)] = [
        ("", "no invariants found: write `never(permit, \"…\", function(request) … end)`", 1),
        ("return 1", "invariants return nothing: remove the `return`", 1),
        ("\nnever('x', function() end)", "`never` takes `permit` or `deny` first", 2),
        ("never(permit, function() end, function() end)", "`never` takes a sentence second", 1),
        ("never(permit, '', function() end)", "`never` takes a sentence second", 1),
        ("never(permit, 'a')", "`never` takes a function of the request last", 1),
        ("never(permit, 'a', true, function() end)", "`never` takes a table of options third, got a boolean", 1),
        ("never(permit, 'a', { onn = 'access' }, function() end)", "unknown option `onn` (did you mean `on`?)", 1),
        ("never(permit, 'a', { on = 'acces' }, function() end)", "`acces` is not a decision kind", 1),
        ("never(permit, 'a', { about = 'x' }, function() end)", "`about` must be \"decision\" or \"policies\"", 1),
        ("never(permit, 'a', { subject = 'x' }, function() end)", "`x` is not a subject type", 1),
        ("never(permit, 'a', {}, function() end, 5)", "`never` takes at most 4 arguments", 1),
        ("for i = 1, 2 do never(permit, 'a', function() end) end", "are called at the top of the file, once each", 1),
        ("deny('x')", "attempt to call a string value", 1),
        ("local config = settings { a = 1 }", "`settings` is not available in invariants", 1),
        ("x = 1", "assignment to the global `x`", 1),
        ("local x = use 'lib.missing'", "there is no library `lib.missing`", 1),
        ("while true do end", "", 1),
        ("never(permit, 'a', function(request", "", 1),
    ]

    @Test(arguments: faulty.indices) func `what is wrong is told with its line`(number: Int) throws {
        let example = Self.faulty[number]
        let file = try Self.read(example.text)
        #expect(file.invariants.isEmpty && file.conditions == nil)
        let first = try #require(file.diagnostics.first)
        #expect(
            first.message.contains(example.message) && first.line == example.line,
            "\(example.text): \(file.diagnostics)")
        #expect(first.path == "p/invariants.lua")
    }
}
