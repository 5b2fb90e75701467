/// The table of the modules and headers that each target may import.
struct Architecture {
    /// The allowed imports of one target.
    enum Rule {
        /// A Swift target and the modules it may import in addition to `systemModules`.
        case swift(Set<String>)
        /// A C target and the headers it may include in addition to `standardHeaders`.
        case c(Set<String>)
    }

    /// The rules by target, which is the name of its folder under `Sources`.
    var rules: [String: Rule]

    static let house = Architecture(rules: [
        "demilune": .swift(["REPL", "CommandLine"]),
        "Library": .swift([
            "Decisions", "Plugins", "Policies", "SQLiteStore", "ExportedStore", "Tokens", "Files", "Model",
        ]),
        "REPL": .swift([
            "CEditline", "CommandLine", "Presentation", "Analysis", "PolicyTesting", "Plugins", "Decisions", "Engine",
            "Policies", "Tokens", "Lua", "Syntax", "Files", "Model",
        ]),
        "CommandLine": .swift([
            "CSystem", "Presentation", "Analysis", "Benchmarks", "Linting", "PolicyTesting", "Plugins", "Decisions",
            "Engine",
            "Policies", "SQLiteStore", "ExportedStore", "Tokens", "Files", "Model",
        ]),
        "Presentation": .swift([
            "CUnistring", "Linting", "Analysis", "PolicyTesting", "Decisions", "Policies", "Tokens", "Syntax", "Model",
        ]),
        "Benchmarks": .swift([
            "PolicyTesting", "Decisions", "Plugins", "Engine", "Policies", "SQLiteStore", "Tokens", "Model",
        ]),
        "Linting": .swift([
            "Analysis", "PolicyTesting", "Decisions", "Plugins", "Engine", "Policies", "Syntax", "Lua", "Model",
        ]),
        "Analysis": .swift(["CCaDiCaL", "Decisions", "Engine", "Policies", "Syntax", "Lua", "Tokens", "Model"]),
        "PolicyTesting": .swift([
            "CDemo", "Decisions", "Plugins", "Engine", "Policies", "Syntax", "Tokens", "Lua", "Model",
        ]),
        "Decisions": .swift(["Tokens", "Engine", "Policies", "CSimdJSON", "Files", "Model"]),
        "Plugins": .swift([
            "Engine", "Policies", "Lua", "Syntax", "CRE2", "CSystem", "CUnistring", "Files", "Model",
        ]),
        "SQLiteStore": .swift(["CSQLite", "SQLStore", "Tokens", "Files", "Model"]),
        "SQLStore": .swift(["Tokens", "Model"]),
        "ExportedStore": .swift(["Tokens", "Files", "Model"]),
        "Tokens": .swift(["CSodium", "CUnistring", "Files", "Model"]),
        "Engine": .swift(["Policies", "Lua", "Syntax", "Model"]),
        "Policies": .swift(["Lua", "Syntax", "CSodium", "Files", "Model"]),
        "Lua": .swift(["CLua", "Model"]),
        "Syntax": .swift(["Model"]),
        "Files": .swift(["CSystem", "Model"]),
        "Model": .swift([]),
        "CLua": .c(["lua.h", "lauxlib.h", "lualib.h"]),
        "CSimdJSON": .c(["simdjson.h", "cstring", "new", "string_view"]),
        "CRE2": .c(["re2.h", "new"]),
        "CDemo": .c([]),
        "CEditline": .c([
            "fcntl.h", "histedit.h", "ioctl.h", "poll.h", "signal.h", "termios.h", "unistd.h", "wchar.h",
        ]),
        "CSystem": .c([
            "fcntl.h", "mman.h", "prctl.h", "resource.h", "seccomp.h", "signal.h", "spawn.h", "syscall.h", "syslog.h",
            "unistd.h",
        ]
        ),
        "CCaDiCaL": .c(["ccadical.h"]),
        "CSQLite": .c(["sqlite3.h"]),
        "CSodium": .c(["sodium.h"]),
        "CUnistring": .c(["unicase.h", "unictype.h", "uninorm.h", "uniwidth.h"]),
    ])

    /// The modules that every Swift target may import; Foundation and Dispatch are not among them.
    static let systemModules: Set<String> = ["Glibc", "Synchronization"]

    /// The headers that every C target may include.
    static let standardHeaders: Set<String> = [
        "assert.h", "ctype.h", "errno.h", "float.h", "inttypes.h", "limits.h", "locale.h", "math.h", "setjmp.h",
        "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h",
        "string.h", "time.h",
    ]

    static let luaHeaders: Set<String> = ["lua.h", "lauxlib.h", "lualib.h"]
    /// The calls that raise a Lua error or jump, allowed only in the C code of `CLua`.
    static let raisingCalls = ["lua_error", "luaL_error", "longjmp"]
    /// The targets that hold tokens in a certain way, and the files that may import them: those that open a store.
    static let stores: Set<String> = ["SQLiteStore", "SQLStore", "ExportedStore"]
    static let openers: Set<String> = [
        "CommandLine/Core/Invocation+Store.swift", "CommandLine/Verbs/Store/Init.swift",
        "Benchmarks/StoreBenchmark.swift", "Library/Store.swift",
    ]
    static let forbiddenNames = ["Utils", "Helpers", "Manager"]
    static let mostLines = 400
}
