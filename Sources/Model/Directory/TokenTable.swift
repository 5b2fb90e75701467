/// The tokens of a directory by their numbers, in chunks: a changed table shares the chunks that stay the same.
@usableFromInline package struct TokenTable: RandomAccessCollection, Sendable {
    /// Tokens that are never changed; two tables that share one have the same tokens there.
    @usableFromInline final class Chunk: Sendable {
        @usableFromInline let tokens: [Token]

        init(_ tokens: [Token]) { self.tokens = tokens }
    }

    /// The binary logarithm of the number of tokens in a chunk.
    @usableFromInline static let bits = 10
    @usableFromInline private(set) var chunks: [Chunk]
    @usableFromInline package private(set) var count: Int

    init(_ tokens: [Token]) {
        count = tokens.count
        chunks = stride(from: 0, to: tokens.count, by: 1 << Self.bits).map { start in
            Chunk(Array(tokens[start..<Swift.min(start + 1 << Self.bits, tokens.count)]))
        }
    }

    @inlinable package var startIndex: Int { 0 }
    @inlinable package var endIndex: Int { count }

    @inlinable package subscript(number: Int) -> Token {
        _read { yield chunks[number >> Self.bits].tokens[number & (1 << Self.bits - 1)] }
    }

    /// The table with some tokens replaced, and others added at its end.
    /// - Parameter replaced: new tokens by their numbers.
    func amended(_ replaced: [Int: Token], adding added: [Token]) -> TokenTable {
        var table = self
        for (place, group) in Dictionary(grouping: replaced, by: { $0.key >> Self.bits }) {
            var tokens = chunks[place].tokens
            for (number, token) in group { tokens[number & (1 << Self.bits - 1)] = token }
            table.chunks[place] = Chunk(tokens)
        }
        var rest = added[...]
        if let last = table.chunks.last, last.tokens.count < 1 << Self.bits, !rest.isEmpty {
            let room = rest.prefix(1 << Self.bits - last.tokens.count)
            table.chunks[table.chunks.count - 1] = Chunk(last.tokens + room)
            rest = rest.dropFirst(room.count)
        }
        table.chunks += TokenTable(Array(rest)).chunks
        table.count += added.count
        return table
    }

    /// A predicate for the numbers of tokens that another table may have otherwise. It is exact for chunks, not for
    /// single tokens.
    package func changes(from other: TokenTable) -> (Int) -> Bool {
        let shared = zip(chunks, other.chunks).map { $0 !== $1 }
        return { number in
            let place = number >> Self.bits
            return place >= shared.count || shared[place]
        }
    }
}
