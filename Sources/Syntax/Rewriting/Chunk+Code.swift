extension Chunk {
    /// The program's lexemes with one space after each: equal for two programs that differ in comments and spaces only.
    package var code: [UInt8] {
        var code: [UInt8] = []
        code.reserveCapacity(source.count)
        var lexer = Lexer(source)
        while let lexeme = try? lexer.next(), lexeme.symbol != .endOfFile {
            code.append(contentsOf: source[lexeme.position.offset..<lexeme.end])
            code.append(UInt8(ascii: " "))
        }
        return code
    }
}
