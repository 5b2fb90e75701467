import Testing

/// The tests need nothing but a clone of the repository.
struct SelfContainedTests {
    /// The lines that make a test depend on a folder outside of the repository, or pass when something is missing.
    private func violations(_ files: [SourceFile]) -> [String] {
        files.filter(\.isSwift).flatMap { file in
            file.code.compactMap { number, text in
                let isOutside = text.contains(/\.\.\/(?:\.\.\/)*shared\b/)
                // A test may be skipped only unless a variable of `make fuzz` is set.
                let isSkipped = text.contains(/\.(?:enabled|disabled)\(/) && !text.contains(/environment\["DEMILUNE_/)
                return isOutside || isSkipped ? "\(file.path):\(number): \(text)" : nil
            }
        }
    }

    @Test func `no test reads a folder outside of the repository, and none is skipped because something is missing`()
        throws
    {
        let files = try House.tests()
        #expect(files.count > 100)
        #expect(violations(files) == [])
    }

    @Test(arguments: [
        "    private static let folder = \"../\("shared")/hostile\"", "    let a = \"../../\("shared")\"",
        "    @Test(.\("enabled")(if: !files.isEmpty), arguments: files)", "    @Test(.\("disabled")(\"it is slow\"))",
    ])
    func `a planted dependency is reported`(line: String) {
        #expect(violations([SourceFile("ATests/A.swift", line)]) == ["ATests/A.swift:1: \(line.drop { $0 == " " })"])
    }
}
