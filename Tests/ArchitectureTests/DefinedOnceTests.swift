import Testing

/// Lists and figures of the domain are written in one file, which all others use.
struct DefinedOnceTests {
    /// Texts that only a definition contains, and its file.
    private static let definitions: [(texts: [String], file: String)] = [
        ([#""permit", "deny", "advise""#, "permit, deny, advise or", "`permit`, `deny`, `advise`"], ""),
        ([#""invariants", "routes""#], "Policies/Loading/PolicyFile+Names.swift"),
        ([#"ffix("_test.lua")"#, #")_test.lua"#], ""),
        (["30 * 86_400", "30 days"], ""),
        (["exceeds its memory limit", "exceeds its time limit"], "Model/Decision/EvaluationLimit.swift"),
    ]

    private func copies(in files: [SourceFile]) -> [String] {
        files.filter(\.isSwift).flatMap { file in
            file.code.filter { line in
                Self.definitions.contains { definition in
                    definition.file != file.path && definition.texts.contains { line.text.contains($0) }
                }
            }.map { "\(file.path):\($0.number): \($0.text)" }
        }
    }

    @Test func `what is defined once is not written again`() throws { #expect(copies(in: try House.sources()) == []) }

    @Test(arguments: [
        #"let effects = ["permit", "deny", "advise", "oblige"]"#, #"if name.hasSuffix("_test.lua") {"#,
        "let month = 30 * 86_400 * 1_000_000", #"let reserved = ["schema", "invariants", "routes"]"#,
        #"throw NativeFault("it exceeds its memory limit")"#,
    ])
    func `a planted copy is found`(line: String) {
        #expect(copies(in: [SourceFile("Linting/A.swift", line)]).count == 1)
    }
}
