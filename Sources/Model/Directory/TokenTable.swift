/// The tokens of a directory by their numbers, in chunks: a changed table shares the chunks that stay the same.
package struct TokenTable: RandomAccessCollection, Sendable {
    fileprivate static let bits = TokenPlaces.bits
    fileprivate static let size = 1 << bits
    private let storage: Storage
    package let count: Int

    init(_ tokens: [Token]) {
        self.init(Self.chunks(of: tokens[...]), count: tokens.count)
    }

    private init(_ chunks: [Chunk], count: Int) {
        storage = Storage(chunks)
        self.count = count
    }

    private static func chunks(of tokens: ArraySlice<Token>) -> [Chunk] {
        stride(from: tokens.startIndex, to: tokens.endIndex, by: size).map { start in
            Chunk(Array(tokens[start..<Swift.min(start + size, tokens.endIndex)]))
        }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    package subscript(number: Int) -> Token {
        precondition(number >= 0 && number < count, "there is no token \(number)")
        return unsafe places[number].pointee
    }

    /// The places of the tokens in memory, valid as long as this table or a copy of it.
    package var places: TokenPlaces { unsafe TokenPlaces(storage.firsts) }

    // MARK: Changing

    /// The table with some tokens replaced, and others added at its end.
    /// - Parameter replaced: new tokens by their numbers.
    func amended(_ replaced: [Int: Token], adding added: [Token]) -> TokenTable {
        var chunks = storage.chunks
        for (place, group) in Dictionary(grouping: replaced, by: { $0.key >> Self.bits }) {
            var tokens = chunks[place].tokens
            for (number, token) in group { tokens[number & (Self.size - 1)] = token }
            chunks[place] = Chunk(tokens)
        }
        var rest = added[...]
        if let last = chunks.last, last.tokens.count < Self.size, !rest.isEmpty {
            let room = rest.prefix(Self.size - last.tokens.count)
            chunks[chunks.count - 1] = Chunk(last.tokens + room)
            rest = rest.dropFirst(room.count)
        }
        chunks += Self.chunks(of: rest)
        return TokenTable(chunks, count: count + added.count)
    }

    /// A predicate for the numbers of tokens that another table may have otherwise. It is exact for chunks, not for
    /// single tokens.
    package func changes(from other: TokenTable) -> (Int) -> Bool {
        let isChanged = zip(storage.chunks, other.storage.chunks).map { $0 !== $1 }
        return { number in
            let place = number >> Self.bits
            return place >= isChanged.count || isChanged[place]
        }
    }
}

/// Tokens that are never changed; two tables that share a chunk have the same tokens there.
@safe private final class Chunk: @unchecked Sendable {
    /// INVARIANT: initialized here and never written again, so that every thread may read it.
    let first: UnsafeMutablePointer<Token>
    private let count: Int

    init(_ tokens: [Token]) {
        count = tokens.count
        unsafe first = .allocate(capacity: tokens.count)
        unsafe first.initialize(from: tokens, count: tokens.count)
    }

    deinit {
        unsafe first.deinitialize(count: count)
        unsafe first.deallocate()
    }

    var tokens: [Token] { unsafe Array(UnsafeBufferPointer(start: first, count: count)) }
}

/// The chunks of a table, and where each begins.
@safe private final class Storage: @unchecked Sendable {
    let chunks: [Chunk]
    /// INVARIANT: initialized here and never written again, so that every thread may read it.
    private let starts: UnsafeMutablePointer<UnsafePointer<Token>>

    var firsts: UnsafePointer<UnsafePointer<Token>> { unsafe UnsafePointer(starts) }

    init(_ chunks: [Chunk]) {
        self.chunks = chunks
        unsafe starts = .allocate(capacity: chunks.count)
        for (place, chunk) in chunks.enumerated() {
            unsafe (starts + place).initialize(to: UnsafePointer(chunk.first))
        }
    }

    deinit { unsafe starts.deallocate() }
}
