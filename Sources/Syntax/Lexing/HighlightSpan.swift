/// A range of Lua source and its kind, for syntax highlighting.
package struct HighlightSpan: Equatable, Sendable {
    package enum Kind: Sendable {
        case comment
        case keyword
        case literal
        case other
    }

    package let kind: Kind
    /// Offsets into the source.
    package let range: Range<Int>

    /// The spans of a whole source, in order and without gaps; text that is not Lua is `other`.
    package static func all(of source: [UInt8]) -> [HighlightSpan] {
        var spans: [HighlightSpan] = []
        var end = 0
        func add(_ kind: Kind, to offset: Int) {
            if offset > end { spans.append(HighlightSpan(kind: kind, range: end..<offset)) }
            end = offset
        }
        var lexer = Lexer(source)
        while let lexeme = try? lexer.next() {
            gap(source, to: lexeme.position.offset, from: end, add)
            switch lexeme.symbol {
            case .endOfFile: return spans
            case .string, .integer, .float, .true, .false, .nil: add(.literal, to: lexeme.end)
            case let symbol where symbol.rawValue.first!.isLetter: add(.keyword, to: lexeme.end)
            default: add(.other, to: lexeme.end)
            }
        }
        add(.other, to: source.count)
        return spans
    }

    /// Adds the text between two lexemes: blanks, and comments from the first `-` on.
    private static func gap(_ source: [UInt8], to offset: Int, from start: Int, _ add: (Kind, Int) -> Void) {
        let dash = UInt8(ascii: "-")
        let comment = (start..<max(start, offset)).first { source[$0] == dash }
        if let comment { add(.other, comment) }
        add(comment == nil ? .other : .comment, offset)
    }
}
