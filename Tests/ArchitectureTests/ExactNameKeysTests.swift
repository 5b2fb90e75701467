import Testing

/// Collections with names from outside as keys compare their bytes: `String` keys would take canonically equivalent
/// names for equal, such as `K` and the Kelvin sign.
struct ExactNameKeysTests {
    /// The collections that may have `String` keys, and why no name from outside can be confused there.
    private static let exceptions: [(path: String, code: String, reason: String)] = [
        (
            "Model/Text/TwinNames.swift", "var forms: [String: ExactName]",
            "looks for canonically equivalent names on purpose"
        ),
        (
            "SQLiteStore/SQLiteConnection.swift", "statements: [String: SQLiteStatement]",
            "statements are written in the program"
        ),
        (
            "Decisions/Authorizer/Decision+Words.swift", "words: [String: String]",
            "codes of the core; asked for by such a code"
        ),
        (
            "CommandLine/Core/Options/ParsedLine.swift", "options: [String: String]",
            "options that a verb declares, in ASCII"
        ),
        (
            "CommandLine/Core/Options/ParsedLine.swift", "secondOptions: [String: String]",
            "options that a verb declares, in ASCII"
        ),
        (
            "CommandLine/Core/Options/OptionValues.swift", "values: [String: any Sendable]",
            "options that a verb declares, in ASCII"
        ),
        (
            "CommandLine/Core/Options/OptionValues.swift", "texts: [String: String]",
            "options that a verb declares, in ASCII"
        ),
        (
            "CommandLine/Core/Options/OptionValues.swift", "environment: [String: String]",
            "variables that the program names, in ASCII"
        ),
        (
            "CommandLine/Core/Invocation.swift", "environment: [String: String]",
            "variables that the program names, in ASCII"
        ),
        (
            "CommandLine/Isolation/Isolation.swift", "environment: [String: String]",
            "one variable, which the program names"
        ),
        (
            "CommandLine/Core/Demilune.swift", "environment: [String: String]",
            "variables that the program names, in ASCII"
        ),
        ("CommandLine/Core/Demilune.swift", "-> [String: String]", "variables that the program names, in ASCII"),
        (
            "CommandLine/Core/Demilune.swift", "var result: [String: String]",
            "variables that the program names, in ASCII"
        ),
        (
            "REPL/Editor/History.swift", "environment: [String: String]",
            "variables that the program names, in ASCII"
        ),
        (
            "REPL/Session/SessionState.swift", "-> [String: String]",
            "variables that the program names, in ASCII"
        ),
        ("Syntax/Scopes/Scopes.swift", "visible: [String: [Declaration.ID]]", "identifiers of Lua, which are ASCII"),
        ("Syntax/Scopes/Scopes.swift", "labelIndices: [String: [Int]]", "identifiers of Lua, which are ASCII"),
        ("Syntax/Scopes/Scopes.swift", "jumpIndices: [String: [Int]]", "identifiers of Lua, which are ASCII"),
        (
            "Syntax/Instrumentation/Chunk+Instrumentation.swift", "questions: Set<String>",
            "the program's own words, asked for Lua identifiers"
        ),
        (
            "Syntax/Instrumentation/Chunk+Instrumentation.swift", "effects: Set<String>",
            "the program's own words, asked for Lua identifiers"
        ),
        (
            "Syntax/Checks/StandardLibrary.swift", "libraries: Set<String>",
            "the program's own words, asked for Lua identifiers"
        ),
        (
            "Syntax/Checks/StandardLibrary.swift", "functions: [String: Function]",
            "the program's own words, asked for Lua identifiers"
        ),
        (
            "Syntax/Checks/StandardLibrary.swift", "constants: [String: LuaKind]",
            "the program's own words, asked for Lua identifiers"
        ),
        (
            "Syntax/Checks/StandardLibrary.swift", "globals: Set<String>",
            "the program's own words, asked for Lua identifiers"
        ),
        (
            "Syntax/Checks/StandardLibrary.swift", "textMethods: Set<String>",
            "the program's own words, asked for Lua identifiers"
        ),
        (
            "Policies/Language/ForeignNames.swift", "globals: [String: String]",
            "the program's own words, asked for Lua identifiers"
        ),
        (
            "Policies/Language/ForeignNames.swift", "members: [String: [String: String]]",
            "the program's own words, asked for Lua identifiers"
        ),
        (
            "Syntax/Scopes/Chunk+State.swift", "readers: Set<String>",
            "the program's own words, asked for Lua identifiers"
        ),
        ("Policies/Language/Dialect.swift", "known: Set<String>", "the program's own words, asked for Lua identifiers"),
        (
            "Policies/Loading/PolicyReader.swift", "methods: Set<String>",
            "the program's own words, asked for Lua identifiers"
        ),
        ("CommandLine/Core/Options/ParsedLine.swift", "given: Set<String>", "the names of declared options"),
        ("CommandLine/Core/Options/ParsedLine.swift", "givenAfterVerb: Set<String>", "the names of declared options"),
        ("CommandLine/Core/OtherNames.swift", "table: [String: [String]]", "the program's own words"),
        (
            "Linting/Rules/Names/UnusedSetting.swift", "read: Set<String>",
            "identifiers of Lua, which are ASCII"
        ),
        ("PolicyTesting/Recording/LuaWriter.swift", "reserved: Set<String>", "the reserved words of Lua"),
    ]

    /// The lines of code with a collection that has `String` keys.
    private func found(in files: [SourceFile]) -> [(path: String, number: Int, text: Substring)] {
        let keyed = /\[+String\]?\??:|(?:Set|Dictionary)<\[?String\b/
        return files.filter(\.isSwift).flatMap { file in
            file.code.filter { $0.text.firstMatch(of: keyed) != nil }.map { (file.path, $0.number, $0.text) }
        }
    }

    @Test func `no name is a key compared by Unicode equivalence`() throws {
        let lines = found(in: try House.sources())
        for line in lines {
            let isExcepted = Self.exceptions.contains { $0.path == line.path && line.text.contains($0.code) }
            #expect(isExcepted, "\(line.path):\(line.number): `\(line.text)` has `String` keys: use `ExactName`")
        }
        for exception in Self.exceptions {
            #expect(!exception.reason.isEmpty)
            #expect(
                lines.contains { $0.path == exception.path && $0.text.contains(exception.code) },
                "\(exception.path) has no `\(exception.code)` any more")
        }
    }

    @Test(arguments: [
        "let names: Set<String>", "var ids: [String: Int] = [:]", "let all: [String?: Int]", "var a: [[String]: Int]",
        "let by: Dictionary<String, Int>",
    ])
    func `a planted key is reported`(line: String) {
        #expect(found(in: [SourceFile("Policies/A.swift", line)]).count == 1)
        #expect(found(in: [SourceFile("Policies/A.swift", "// \(line)")]).isEmpty)
    }

    @Test(arguments: ["let names: [String]", "let ids: Set<ExactName>", "let a = [\"String\": 1]", "func a(b: String)"])
    func `code without such a key is not reported`(line: String) {
        #expect(found(in: [SourceFile("Policies/A.swift", line)]).isEmpty)
    }

    @Test func `names cannot be compared with strings by ==`() throws {
        let files = try House.sources().filter(\.isSwift)
        let comparison = /func == \(.*: (ExactName, .*: String|String, .*: ExactName)\b/
        for file in files {
            #expect(!file.code.contains { $0.text.firstMatch(of: comparison) != nil }, "\(file.path)")
        }
    }
}
