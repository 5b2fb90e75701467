extension Chunk {
    /// The program without comments and spaces: equal for two that say the same in the same words.
    package var code: [UInt8] {
        var code: [UInt8] = []
        code.reserveCapacity(source.count)
        var lexer = Lexer(source)
        while let token = try? lexer.next(), token.symbol != .endOfFile {
            code.append(contentsOf: source[token.position.offset..<token.end])
            code.append(UInt8(ascii: " "))
        }
        return code
    }
}
