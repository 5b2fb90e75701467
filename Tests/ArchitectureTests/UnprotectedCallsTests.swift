import Testing

/// Functions that Swift calls in C must not raise: `clua.h` lists the functions of Lua that are used outside of
/// protected calls, with reasons.
struct UnprotectedCallsTests {
    private static let header = "CLua/include/clua.h"

    /// The functions in the header's comment, each with its reason.
    private func listed(_ header: SourceFile) -> [String: Substring] {
        var reasons: [String: Substring] = [:]
        for line in header.lines {
            guard let match = line.firstMatch(of: /^\/\/   ((?:luaL?_\w+(?:, )?)+)\s+(\S.*)$/) else { continue }
            for name in match.1.split(separator: ",") { reasons[name.filter { $0 != " " }] = match.2 }
        }
        return reasons
    }

    private func declared(_ header: SourceFile) -> [String] {
        header.code.compactMap { line in
            line.text.firstMatch(of: /^[a-z][\w \*]*?\b\*?(clua_\w+)\(/).map { String($0.1) }
        }
    }

    @Test func `no function that can raise is called outside a protected call`() throws {
        let files = try House.sources().filter { $0.target == "CLua" }
        let header = try #require(files.first { $0.path == Self.header })
        let entries = declared(header)
        #expect(entries.count > 8)
        let reached = CFunctions(files).reached(from: entries)
        let used = reached.filter { $0.hasPrefix("lua_") || $0.hasPrefix("luaL_") }
        #expect(used.sorted() == listed(header).keys.sorted())
    }

    @Test func `a call planted three functions deep is reported`() {
        let source = SourceFile(
            "CLua/a.c",
            """
            static void inner(lua_State *L) {
                lua_newtable(L);
            }
            static int body(lua_State *L) { return luaL_error(L, "never"); }
            static void middle(lua_State *L, int count,
                               int more) {
                inner(L);
            }
            void clua_entry(clua_state *state) { middle(state->L, 1, 2); lua_pcall(body); }
            """)
        let reached = CFunctions([source]).reached(from: ["clua_entry"])
        #expect(reached == ["middle", "inner", "lua_newtable", "lua_pcall"])
    }
}
