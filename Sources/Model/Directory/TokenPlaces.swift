/// The places of a table's tokens in memory. A property that is read through one costs no count of references, which
/// threads would share.
///
/// It is valid as long as the table.
@safe @usableFromInline package struct TokenPlaces: @unchecked Sendable {
    /// The binary logarithm of the number of tokens in a chunk.
    @inlinable static var bits: Int { 10 }

    // The tokens are never written again, so that every thread may read them.
    @usableFromInline let firsts: UnsafePointer<UnsafePointer<Token>>

    /// - Parameter firsts: for each chunk, its first token.
    @unsafe init(_ firsts: UnsafePointer<UnsafePointer<Token>>) { unsafe self.firsts = firsts }

    /// - Precondition: there is a token with that number.
    @inlinable package subscript(_ number: Int) -> UnsafePointer<Token> {
        unsafe firsts[number >> Self.bits] + (number & (1 << Self.bits - 1))
    }
}
