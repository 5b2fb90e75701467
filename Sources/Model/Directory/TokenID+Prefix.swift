/// The beginning of an id, by which people name a token.
extension TokenID {
    /// The fewest digits that name a token: fewer would match by chance what was meant as a name.
    package static let shortestPrefix = 8

    /// The ids that begin with these hexadecimal digits.
    /// - Returns: `nil` unless the text is 1 to 32 such digits.
    package static func range(of prefix: String) -> ClosedRange<TokenID>? {
        let count = prefix.utf8.count
        guard (1...32).contains(count),
            let low = TokenID(prefix + String(repeating: "0", count: 32 - count)),
            let high = TokenID(prefix + String(repeating: "f", count: 32 - count))
        else { return nil }
        return low...high
    }

    /// The first digits of the id.
    package func prefix(_ digits: Int) -> String { String(description.prefix(digits)) }

    /// The number of leading digits that two ids share.
    package func sharedDigits(with other: TokenID) -> Int {
        let difference = high ^ other.high
        if difference != 0 { return difference.leadingZeroBitCount / 4 }
        return 16 + (low ^ other.low).leadingZeroBitCount / 4
    }

    /// The id after this one in the order of ids; `nil` for the last.
    package var next: TokenID? {
        if low < .max { return TokenID(high: high, low: low + 1) }
        return high < .max ? TokenID(high: high + 1, low: 0) : nil
    }

    /// The id before this one in the order of ids; `nil` for the first.
    package var previous: TokenID? {
        if low > 0 { return TokenID(high: high, low: low - 1) }
        return high > 0 ? TokenID(high: high - 1, low: .max) : nil
    }
}
