import Testing

/// Files are found by the folder listing, and where the documents say they are.
struct RoomsTests {
    private static let most = 22

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

    /// The names in a document of what does not exist: files and folders by their place, and links with their anchors.
    private func missing(_ text: String, of document: String, _ read: (String) -> String?) -> [String] {
        let roots = ["Sources/", "Tests/", "docs/", "policies/", "plugins/", "scripts/", "examples/", "Benchmarks/"]
        let paths = text.matches(of: /`([A-Za-z0-9_+.\/-]+)`/).map { String($0.1) }
            .filter { path in roots.contains { path.hasPrefix($0) } && !House.exists(path) }
        let folder = document.split(separator: "/").dropLast().map(String.init)
        let links = text.matches(of: /\]\(([A-Za-z0-9_+.\/-]*)(?:#([^)]*))?\)/).filter { link in
            var parts = link.1.isEmpty ? [] : folder
            for part in link.1.split(separator: "/") {
                if part == ".." { parts = parts.dropLast() } else { parts.append(String(part)) }
            }
            let path = link.1.isEmpty ? document : parts.joined(separator: "/")
            guard let anchor = link.2 else { return !House.exists(path) }
            return !anchors(read(path) ?? "").contains(String(anchor))
        }
        return paths + links.map { String($0.0.dropFirst(2).dropLast()) }
    }

    /// The anchors of a document's headings, as GitHub makes them.
    private func anchors(_ text: String) -> Set<String> {
        Set(
            text.matches(of: /(?:^|\n)#+ ([^\n]+)/).map { heading in
                heading.1.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                    .replacing(" ", with: "-")
            })
    }

    @Test(arguments: try House.documents()) func `every path and link of a document exists`(document: String) throws {
        #expect(missing(try House.text(of: document), of: document) { try? House.text(of: $0) } == [])
    }

    @Test func `a planted path, link or anchor that does not exist is found`() {
        let text = """
            # One, and `two`
            `Sources/Nowhere.swift` `Package.swift` [a](nowhere.md) [b](../README.md) [c](#one-and-two) [d](#three)
            """
        #expect(
            missing(text, of: "docs/a.md") { $0 == "docs/a.md" ? text : nil } == [
                "Sources/Nowhere.swift", "nowhere.md", "#three",
            ])
    }

    @Test func `the tests that the user's guide is held to exist`() throws {
        let page = try House.text(of: "docs/tokens.md")
        var cells: [String] = []
        for row in page.split(separator: "\n") where row.hasPrefix("| ") {
            let columns = row.split(separator: "|").map { String($0.drop { $0 == " " }) }
            if columns.count == 3 { cells += columns[2].split(separator: ";").map { String($0.drop { $0 == " " }) } }
        }
        cells = cells.map { cell in String(cell.split(separator: ", or ")[0].reversed().drop { $0 == " " }.reversed()) }
        let files = try House.tests()
        let tests = files.flatMap(\.lines).joined(separator: "\n")
        let sentences = cells.filter { cell in
            !cell.contains("`") && cell != "the test" && cell.contains { $0 != "-" }
        }
        #expect(sentences.count >= 10)
        #expect(sentences.filter { !tests.contains("func `\($0)") } == [])
        let suites = page.matches(of: /`([A-Za-z]+Tests)`/).map { String($0.1) }
        #expect(!suites.isEmpty)
        #expect(suites.filter { suite in !files.contains { $0.name == "\(suite).swift" } } == [])
    }
}
