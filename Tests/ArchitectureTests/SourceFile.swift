/// A file under `Sources`, with its imports and includes.
struct SourceFile {
    /// The path below `Sources`: `Model/Token.swift`.
    let path: String
    let lines: [Substring]

    init(_ path: String, _ text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The name of the folder directly under `Sources`.
    var target: String { String(path.prefix { $0 != "/" }) }
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var isC: Bool { [".c", ".cpp", ".h", ".modulemap"].contains { path.hasSuffix($0) } }

    /// The lines of code with their numbers, without whole-line comments and multi-line strings.
    var code: [(number: Int, text: Substring)] {
        var isInString = false
        var code: [(number: Int, text: Substring)] = []
        for (index, line) in lines.enumerated() {
            let text = line.drop { $0 == " " || $0 == "\t" }
            let isComment = text.hasPrefix("//") || (isC && (text.hasPrefix("/*") || text.hasPrefix("*")))
            if !isInString, isComment { continue }
            if !isInString { code.append((index + 1, text)) }
            if isSwift, !text.ranges(of: "\"\"\"").count.isMultiple(of: 2) { isInString.toggle() }
        }
        return code
    }

    /// The modules imported, at any access level and with any attribute; of `import struct A.B` it is `A`.
    var imports: [(number: Int, module: String)] {
        let statement = /(?:^|;)\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+\s+)?import\s+/
        let module = /^(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)/
        return code.flatMap { line in
            line.text.ranges(of: statement).compactMap { range in
                line.text[range.upperBound...].firstMatch(of: module).map { (line.number, String($0.1)) }
            }
        }
    }

    /// The headers included, without their folders.
    var includes: [(number: Int, header: String)] {
        let directive = /^#\s*(?:include|include_next|import)\s*[<"](?:[^>"]*\/)?([^>"\/]+)[>"]/
        return code.compactMap { line in
            line.text.firstMatch(of: directive).map { (line.number, String($0.1)) }
        }
    }
}
