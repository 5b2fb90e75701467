/// The functions of C sources, by name, with the functions that each body calls.
struct CFunctions {
    private var calls: [String: Set<String>] = [:]

    init(_ files: [SourceFile]) {
        for file in files where file.isC {
            var name: String?
            for line in file.lines {
                // A definition begins in the first column and ends with the next brace in that column.
                if name == nil, let match = line.firstMatch(of: /^[A-Za-z_][\w \*]*?\b\*?(\w+)\(.*\{/) {
                    name = String(match.1)
                    calls[name!, default: []].formUnion(Self.called(in: line[match.range.upperBound...]))
                    if line.hasSuffix("}") { name = nil }
                } else if name == nil, let match = line.firstMatch(of: /^[A-Za-z_][\w \*]*?\b\*?(\w+)\([^;]*,$/) {
                    name = String(match.1)
                } else if let current = name {
                    calls[current, default: []].formUnion(Self.called(in: line))
                }
                if name != nil, line == "}" { name = nil }
            }
        }
    }

    /// All functions that a function calls, directly or through other functions defined here.
    func reached(from entries: some Sequence<String>) -> Set<String> {
        var reached: Set<String> = []
        var open = Array(entries)
        while let name = open.popLast() {
            for callee in calls[name] ?? [] where reached.insert(callee).inserted { open.append(callee) }
        }
        return reached
    }

    private static func called(in text: some StringProtocol) -> [String] {
        String(text).matches(of: /\b([A-Za-z_]\w*)\s*\(/).map { String($0.1) }
    }
}
