import Testing

/// The public interface is the library's: small, documented, and nothing elsewhere.
struct PublicInterfaceTests {
    /// The most public types of the library, without those inside another.
    private static let mostTypes = 16

    private static func isPublic(_ text: Substring) -> Bool { text.firstMatch(of: /^(?:@\w+ )?public\s/) != nil }

    /// Public declarations outside of the library.
    private func strays(in files: [SourceFile]) -> [String] {
        files.filter { $0.isSwift && $0.target != "Library" }.flatMap { file in
            file.code.filter { Self.isPublic($0.text) }.map { "\(file.path):\($0.number): \($0.text)" }
        }
    }

    /// Public declarations without a doc comment. Literals need none.
    private func undocumented(in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.code.filter { line in
                guard Self.isPublic(line.text), !line.text.contains("Literal") else { return false }
                let before = file.lines.prefix(line.number - 1).last ?? ""
                return !before.drop { $0 == " " }.hasPrefix("///")
            }.map { "\(file.path):\($0.number): \($0.text)" }
        }
    }

    private func library() throws -> [SourceFile] { try House.sources().filter { $0.target == "Library" } }

    @Test func `only the library has a public interface`() throws { #expect(strays(in: try House.sources()) == []) }

    @Test func `the library is small, and documents what it has`() throws {
        let types = try library().flatMap { file in
            file.lines.compactMap {
                $0.firstMatch(of: /^public (?:final )?(?:struct|class|enum|protocol|actor) (\w+)/)?.1
            }
        }
        #expect((10...Self.mostTypes).contains(types.count), "\(types)")
        #expect(undocumented(in: try library()) == [])
    }

    @Test func `planted declarations are found`() {
        #expect(strays(in: [SourceFile("Model/A.swift", "public struct A {}")]).count == 1)
        #expect(strays(in: [SourceFile("Library/A.swift", "public struct A {}")]).isEmpty)
        #expect(
            undocumented(in: [SourceFile("Library/A.swift", "/// A.\npublic struct A {\n    public var b = 1\n}")])
                .count == 1)
    }
}
