import Testing

struct ArchitectureTests {
    @Test func `the package follows its own rules`() throws {
        let files = try House.sources()
        #expect(files.count > 10)
        let violations = Architecture.house.violations(in: files, manifest: try House.manifest())
        #expect(violations == [])
    }

    @Test(arguments: [
        ("Model/A.swift", "import Foundation", "`Model` may not import `Foundation`"),
        ("Model/A.swift", "internal import FoundationEssentials", "may not import `FoundationEssentials`"),
        ("Tokens/A.swift", "private import Dispatch", "`Tokens` may not import `Dispatch`"),
        ("Policies/A.swift", "package import Tokens", "`Policies` may not import `Tokens`"),
        ("Policies/A.swift", "internal import Engine", "`Policies` may not import `Engine`"),
        ("Engine/A.swift", "internal import Tokens", "`Engine` may not import `Tokens`"),
        ("Tokens/A.swift", "@testable import Policies", "`Tokens` may not import `Policies`"),
        ("Tokens/A.swift", "@preconcurrency @_spi(Tests) public import Policies", "may not import `Policies`"),
        ("Decisions/A.swift", "    import Linting", ":1: `Decisions` may not import `Linting`"),
        ("Decisions/A.swift", "import struct CLua.State", "`Decisions` may not import `CLua`"),
        ("Decisions/A.swift", "import func Lua.run", "`Decisions` may not import `Lua`"),
        ("Decisions/A.swift", "import Model; import Lua", "`Decisions` may not import `Lua`"),
        ("CommandLine/A.swift", "import Model\nimport CSQLite", ":2: `CommandLine` may not import `CSQLite`"),
        ("CommandLine/A.swift", "import SQLiteStore", "only a file that opens a store may import `SQLiteStore`"),
        ("CommandLine/A.swift", "internal import REPL", "`CommandLine` may not import `REPL`"),
        ("Presentation/A.swift", "import CommandLine", "`Presentation` may not import `CommandLine`"),
        ("Tokens/A.swift", "import CSQLite", "`Tokens` may not import `CSQLite`"),
        ("Decisions/A.swift", "import ExportedStore", "`Decisions` may not import `ExportedStore`"),
        ("CommandLine/A.swift", "let a = \"\"\"\n  a\n  \"\"\"\nimport CLua", ":4: `CommandLine` may not import"),
        ("CDemo/a.c", "#include <lua5.4/lua.h>", "`CDemo` may not include `lua.h`"),
        ("CDemo/a.c", "#include <lua5.4/lua.h>", "only C in `CLua` may mention `lua.h`"),
        ("CSQLite/module.modulemap", "    header \"lauxlib.h\"", "only C in `CLua` may mention `lauxlib.h`"),
        ("CLua/a.c", "  #  include <sqlite3.h>", "`CLua` may not include `sqlite3.h`"),
        ("CLua/a.swift", "", "Swift in the C target"),
        ("Lua/a.c", "", "C in the Swift target"),
        ("Lua/A.swift", "let a = luaL_error", "only C in `CLua` may mention `luaL_error`"),
        ("CSQLite/shim.h", "void a(void) { _longjmp(b, 1); }", "only C in `CLua` may mention `_longjmp`"),
        ("Servers/A.swift", "", "target `Servers` is not in the table"),
        ("Model/StringUtils.swift", "", "a name with `Utils`"),
        ("Model/Helpers.swift", "", "a name with `Helpers`"),
        ("Tokens/TokenManager+JSON.swift", "", "a name with `Manager`"),
    ])
    func `a planted violation is found`(path: String, text: String, expected: String) throws {
        let files = House.minimal + [SourceFile(path, text)]
        let found = Architecture.house.violations(in: files, manifest: try House.manifest())
        #expect(found.contains { $0.hasPrefix("\(path):") && $0.contains(expected) }, "found: \(found)")
    }

    @Test(arguments: [
        ("CommandLine/A.swift", "/// import CLua reads nothing.\ninternal import Tokens\npackage import Model"),
        ("CommandLine/A.swift", "let help = \"\"\"\n    import FILE   adds what is in FILE\n    \"\"\""),
        ("CommandLine/A.swift", "let file = important\nfunc `import`() {}\n"),
        ("Lua/A.swift", "internal import CLua\nimport Glibc\nimport Synchronization\n// lua_error stays in C\n"),
        ("Lua/A.swift", "let header = \"clua.h\""),
        ("CLua/clua_match.c", "#include \"clua_match.h\"\n#include <lua.h>\n#include <string.h>\nluaL_error(L);"),
        ("CLua/clua.c", "/* longjmp */\n#include \"include/clua.h\"\nlua_error(L);"),
    ])
    func `allowed code is not reported`(path: String, text: String) throws {
        let files = House.minimal + [SourceFile(path, text)]
        #expect(Architecture.house.violations(in: files, manifest: try House.manifest()) == [])
    }

    @Test(arguments: [(400, []), (401, ["Model/A.swift: 401 lines, 400 is the most"])])
    func `a Swift file has at most 400 lines`(lines: Int, expected: [String]) throws {
        let files = House.minimal + [SourceFile("Model/A.swift", String(repeating: "let a = 1\n", count: lines))]
        #expect(Architecture.house.violations(in: files, manifest: try House.manifest()) == expected)
    }

    @Test(arguments: [
        ("target(\"Model\"),", "target(\"Model\", [\"Lua\"]),", "`Model` may not depend on `Lua`"),
        ("target(\"Model\"),", "", "target `Model` is not declared"),
        ("target(\"Model\"),", "target(\"Model\"), target(\"Servers\"),", "target `Servers` is not in the table"),
        ("(name: \"CLua\",", "(name: \"CLua\", dependencies: [\"Lua\"],", "`CLua` may not depend on `Lua`"),
    ])
    func `a manifest that allows more than the table is reported`(old: String, new: String, expected: String) throws {
        let manifest = try House.manifest()
        let changed = manifest.replacing(old, with: new)
        #expect(changed != manifest)
        let found = Architecture.house.violations(in: House.minimal, manifest: changed)
        #expect(found == ["Package.swift: \(expected)"])
    }

    @Test func `a target in the table without a folder is reported`() throws {
        let files = House.minimal.filter { $0.target != "Syntax" }
        let found = Architecture.house.violations(in: files, manifest: try House.manifest())
        #expect(found == ["Syntax: the table names a target that has no folder"])
    }
}
