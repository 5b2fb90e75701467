import Testing

/// Files are found by the folder listing, and where the documents say they are.
struct RoomsTests {
    private static let most = 22
    private static let documents = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md"]

    /// The folders that hold more files than a reader takes in.
    private func crowded(_ files: [SourceFile]) -> [String] {
        let folders = Dictionary(grouping: files) { $0.path.split(separator: "/").dropLast().joined(separator: "/") }
        return folders.filter { $0.value.count > Self.most }.map { "\($0.key): \($0.value.count) files" }.sorted()
    }

    @Test func `no folder of the sources is crowded`() throws {
        #expect(crowded(try House.sources()) == [])
    }

    @Test func `a crowded folder is found`() {
        let files = (0...Self.most).map { SourceFile("Model/Values/A\($0).swift", "") }
        #expect(crowded(files) == ["Model/Values: 23 files"])
        #expect(crowded(Array(files.dropLast())) == [])
    }

    /// The files and folders that a document names with their place.
    private func paths(_ text: String) -> [String] {
        let roots = ["Sources/", "Tests/", "docs/", "policies/", "plugins/", "scripts/", "examples/", "Benchmarks/"]
        return text.matches(of: /`([A-Za-z0-9_+.\/-]+)`|\]\(([A-Za-z0-9_+.\/-]+)\)/)
            .compactMap { ($0.1 ?? $0.2).map(String.init) }
            .filter { path in roots.contains { path.hasPrefix($0) } && !path.contains("*") }
    }

    @Test(arguments: documents) func `what a document names is there`(document: String) throws {
        let paths = paths(try House.text(of: document))
        #expect(!paths.isEmpty)
        #expect(paths.filter { !House.exists($0) } == [])
    }

    @Test func `the paths of a document are found`() {
        #expect(paths("see `Sources/A.swift`, [b](docs/b.md) and `a/b`") == ["Sources/A.swift", "docs/b.md"])
    }
}
