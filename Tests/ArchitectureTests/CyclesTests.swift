import Testing

/// Files of a target that need each other are read together, so there are few of them.
struct CyclesTests {
    private static let most = 4

    /// The files that each file uses, by the types that are declared at the top level of the same target.
    private func uses(_ files: [SourceFile]) -> [[Int]] {
        let declaration =
            /^(?:@\w+(?:\([^)]*\))? )*(?:(?:package|public|internal|final|indirect) )*(?:struct|class|enum|protocol|actor|typealias) ([A-Z]\w*)/
        var owners: [Substring: Int] = [:]
        let code = files.map { file in file.code.map { ($0.text, file.lines[$0.number - 1].first == " ") } }
        for (index, lines) in code.enumerated() {
            for (text, isIndented) in lines where !isIndented {
                if let name = text.firstMatch(of: declaration)?.1, owners[name] == nil { owners[name] = index }
            }
        }
        return code.enumerated().map { index, lines in
            var used: Set<Int> = []
            for (text, _) in lines {
                for word in text.replacing(/"(?:[^"\\]|\\.)*"/, with: "").matches(of: /\b[A-Z]\w*/) {
                    if let owner = owners[word.0], owner != index { used.insert(owner) }
                }
            }
            return used.sorted()
        }
    }

    /// The sets of files that use each other, directly or through others: Tarjan's strongly connected components.
    private func cycles(_ uses: [[Int]]) -> [[Int]] {
        var (order, low) = ([Int?](repeating: nil, count: uses.count), [Int](repeating: 0, count: uses.count))
        var (stack, isOnStack) = ([Int](), [Bool](repeating: false, count: uses.count))
        var (count, found) = (0, [[Int]]())
        func visit(_ file: Int) {
            (order[file], low[file]) = (count, count)
            count += 1
            stack.append(file)
            isOnStack[file] = true
            for other in uses[file] {
                if order[other] == nil {
                    visit(other)
                    low[file] = min(low[file], low[other])
                } else if isOnStack[other] {
                    low[file] = min(low[file], order[other]!)
                }
            }
            guard low[file] == order[file] else { return }
            let start = stack.lastIndex(of: file)!
            for other in stack[start...] { isOnStack[other] = false }
            if stack.count - start > 1 { found.append(stack[start...].sorted()) }
            stack.removeSubrange(start...)
        }
        for file in uses.indices where order[file] == nil { visit(file) }
        return found
    }

    @Test func `no more than four files of a target need each other`() throws {
        let targets = Dictionary(grouping: try House.sources().filter(\.isSwift), by: \.target)
        let found = targets.flatMap { target, files in
            cycles(uses(files)).filter { $0.count > Self.most }
                .map { "\(target): \($0.map { files[$0].name }.joined(separator: " "))" }
        }
        #expect(found.sorted() == [])
    }

    @Test func `a planted cycle is found`() {
        let files = [
            "struct A { let b: B }", "struct B { let c: C }", "struct C { let a: A? }", "struct D { let a: A }",
        ]
        .enumerated().map { SourceFile("Model/\($0.offset).swift", $0.element) }
        #expect(cycles(uses(files)) == [[0, 1, 2]])
        #expect(cycles(uses([files[0], files[1], files[3]])) == [])
    }
}
