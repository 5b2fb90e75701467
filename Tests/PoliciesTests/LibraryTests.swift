import Foundation
import Model
import Policies
import Testing

/// Libraries: code that policies share.
@Suite struct LibraryTests {
    private static let good = "return { f = function(x) return x end, limit = 3 }"

    private static func source(_ files: [String: String]) -> PolicySource {
        PolicySource(
            path: "p",
            files: [PolicyFile(name: "schema.lua", bytes: Array(LoadingTests.schema.utf8))]
                + files.map { PolicyFile(name: ExactName($0.key), bytes: Array($0.value.utf8)) })
    }

    private static func policy(_ body: String, use: String = "lib.a") -> String {
        """
        local a = use "\(use)"
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          \(body)
        end
        return policy
        """
    }

    private static func errors(_ files: [String: String]) -> [String] {
        PolicySet.load(source(files)).diagnostics.filter { $0.severity == .error }.map {
            "\($0.path):\($0.line ?? 0) \($0.rule ?? "") \($0.message)"
        }
    }

    @Test func `a policy has the functions and constants of a library`() throws {
        let loaded = PolicySet.load(
            Self.source([
                "lib/a.lua": """
                -- Limits.
                local b = use "lib.b"
                local a = { most = 3 }

                -- True above the limit.
                function a.is_above(n, ...) return b.above(n, a.most) end

                return a
                """,
                "lib/b.lua": "return { above = function(n, most) return n > most end }",
                "p.lua": Self.policy("if a.is_above(4) then permit() end"),
            ]))
        let set = try #require(loaded.set, "\(loaded.diagnostics)")
        #expect(set.libraries.libraries.map(\.name) == ["lib.b", "lib.a"])
        #expect(set.policies[0].libraries == ["lib.b", "lib.a"])
        let library = try #require(set.libraries["lib.a"])
        #expect(library.about == "Limits.")
        #expect(library.members.map(\.form) == ["most: number", "is_above(n, ...)"])
        #expect(library.members.map(\.about) == ["", "True above the limit."])
    }

    @Test(arguments: [
        ("return 5", "p/lib/a.lua:1 library a library must return a table of functions, got a number"),
        (
            "local x = 1",
            "p/lib/a.lua:1 library a library must return a table of functions, got nothing: the file ends in"
        ),
        ("return {}", "p/lib/a.lua:1 library this library provides nothing"),
        ("return { 1, 2 }", "p/lib/a.lua:1 library a library's table has names for keys, got `1`"),
        ("return { f = 1 }, 2", "p/lib/a.lua:1 ineffective-return"),
        ("return { f = 1, f = 2 }", "p/lib/a.lua:1 duplicate-key"),
        ("return { f = ", "p/lib/a.lua:1 syntax"),
        (
            "\nreturn { f = function() deny('x') end }",
            "p/lib/a.lua:2 undeclared-global `deny` is not available in libraries"
        ),
        (
            "local s = settings { x = 1 } return { s = s }",
            "p/lib/a.lua:1 undeclared-global `settings` is not available"
        ),
        ("return { f = function() return request.token end }", "p/lib/a.lua:1 undeclared-global `request`"),
        ("n = 1 return { f = 1 }", "p/lib/a.lua:1 assignment"),
        ("error('no') return { f = 1 }", "p/lib/a.lua:1 failing-load no"),
        ("while true do end return { f = 1 }", "p/lib/a.lua:1 failing-load"),
        ("local u = use 'lib.none' return { f = 1 }", "p/lib/a.lua:1 library there is no library `lib.none`"),
        ("local u = use 'none' return { f = 1 }", "p/lib/a.lua:1 failing-load there is no plugin `none`"),
        (
            "local u = use 'lib.a' return { f = 1 }",
            "p/lib/a.lua:1 library libraries cannot use each other in a circle: lib.a → lib.a"
        ),
        ("local u = use('lib.' .. 'a') return { f = 1 }", "p/lib/a.lua:1 failing-load write the name of a library"),
        (
            "return { f = function() return use 'lib.a' end }",
            "p/lib/a.lua:1 library `use \"lib.a\"` must be at the top"
        ),
        (
            "return { on = 'access', decide = function() end }",
            "p/lib/a.lua:1 misplaced-file this is a policy and no library"
        ),
        ("return { f = function() return ('x'):startswith('y') end }", "p/lib/a.lua:1 unknown-attribute"),
    ])
    func `a file that is no library is refused at its line`(library: String, expected: String) {
        let errors = Self.errors(["lib/a.lua": library, "p.lua": "return { on = 'access', decide = function() end }"])
        #expect(errors.contains { $0.hasPrefix(expected) }, "\(errors)")
    }

    @Test(arguments: [
        (
            "permit()", "lib.b",
            "p/p.lua:1 library there is no library `lib.b`: it would be the file `lib/b.lua` (did you"
        ),
        (
            "permit()", "lib/a.lua",
            "p/p.lua:1 failing-load there is no plugin `lib/a.lua`: the library is `use \"lib.a\"`"
        ),
        ("if a.g() then permit() end", "lib.a", "p/p.lua:4 unknown-attribute the library `lib.a` has no `g`"),
        ("if a.f(1, 2) then permit() end", "lib.a", "p/p.lua:4 wrong-argument `lib.a.f` takes one argument, got 2"),
        ("if a.limit() then permit() end", "lib.a", "p/p.lua:4 not-a-function a number cannot be called"),
        ("if a.limit == 'x' then permit() end", "lib.a", "p/p.lua:4 type-mismatch"),
        ("local b = use 'lib.a' permit(b.f('x'))", "lib.a", "p/p.lua:4 library `use \"lib.a\"` must be at the top"),
    ])
    func `a wrong use of a library does not load`(body: String, use: String, expected: String) {
        let errors = Self.errors(["lib/a.lua": Self.good, "p.lua": Self.policy(body, use: use)])
        #expect(errors.contains { $0.hasPrefix(expected) }, "\(errors)")
    }

    @Test func `a parameter has the type that every call passes`() {
        let library = "return { f = function(r) return r.amuont end }"
        let policies = ["p.lua": Self.policy("if a.f(request.resource) == 1 then permit() end")]
        let errors = Self.errors(policies.merging(["lib/a.lua": library]) { $1 })
        #expect(
            errors.count == 1 && errors[0].hasPrefix("p/lib/a.lua:1 unknown-attribute a resource has no `amuont`"),
            "\(errors)")
        // Another call passes something else, or the function itself is passed on: then nothing is certain.
        for other in ["if a.f('x') then permit() end", "local g = a.f permit(g('x'))"] {
            let more = policies.merging(["lib/a.lua": library, "q.lua": Self.policy(other)]) { $1 }
            #expect(Self.errors(more) == [])
        }
    }

    @Test func `a chain of libraries is at most 16 long`() {
        func files(_ count: Int) -> [String: String] {
            var files = ["p.lua": Self.policy("permit()", use: "lib.l\(count)")]
            for number in 1...count {
                let use = number > 1 ? "local l = use 'lib.l\(number - 1)' " : "local l = 0 "
                files["lib/l\(number).lua"] = use + "return { l = l }"
            }
            return files
        }
        #expect(Self.errors(files(16)) == [])
        #expect(Self.errors(files(17)).contains { $0.hasPrefix("p/lib/l17.lua:1 library a chain of libraries") })
    }

    @Test func `a library is part of the version, and its tests are not`() throws {
        func version(_ files: [String: String]) throws -> String {
            let policy = ["p.lua": Self.policy("permit(a.f('x'))")]
            return try #require(PolicySet.load(Self.source(policy.merging(files) { $1 })).set).version
        }
        let first = try version(["lib/a.lua": Self.good])
        #expect(try version(["lib/a.lua": Self.good]) == first)
        #expect(try version(["lib/a.lua": Self.good, "lib/a_test.lua": "-- later"]) == first)
        #expect(try version(["lib/a.lua": Self.good + " "]) != first)
        #expect(try version(["lib/a.lua": Self.good, "lib/b.lua": Self.good]) != first)
    }

    @Test func `a folder is read with its libraries, and nothing else below it is passed over`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "demilune-lib-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ text: String) throws {
            let place = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: place)
        }
        try write("schema.lua", LoadingTests.schema)
        try write("p.lua", Self.policy("permit()"))
        try write("lib/a.lua", Self.good)
        try write("lib/.hidden.lua", "x = (")
        #expect(PolicySet.load(try .folder(folder.path)).set != nil)
        for (name, message) in [
            ("lib/b.LUA", "this file is no library and not in force"), ("lib/sub/b.lua", "this file is no library"),
            ("other/b.lua", "a file in a sub-folder is not in force"), ("lib/settings.json", "this file is no library"),
            ("lib/B.lua", "a library's file must be named in lower-case letters"),
            ("lib/schema.lua", "the name `schema` is reserved, so this file is no library"),
            ("lib/b_test.lua", "a test without its library: `lib/b.lua` is missing"),
        ] {
            try write(name, Self.good)
            let errors = PolicySet.load(try .folder(folder.path)).diagnostics.filter { $0.severity == .error }
            #expect(errors.contains { $0.message.hasPrefix(message) && $0.path.hasSuffix(name) }, "\(name): \(errors)")
            try FileManager.default.removeItem(at: folder.appending(path: name))
        }
    }
}
