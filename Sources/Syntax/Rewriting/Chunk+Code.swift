extension Chunk {
    /// The program without comments and spaces: equal for two that say the same in the same words.
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
