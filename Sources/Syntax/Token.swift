/// The smallest piece of a source that means something.
struct Token {
    enum Kind: Equatable {
        case end
        case name(String)
        /// A reserved word.
        case keyword(Keyword)
        /// Its bytes, escapes resolved.
        case string([UInt8])
        case number
        /// An operator or a bracket, or a byte that begins nothing.
        case symbol(String)
    }

    var kind: Kind
    var position: Position
    /// One past its last byte.
    var end: Int
}

/// The reserved words of Lua 5.4.
enum Keyword: String, CaseIterable {
    case and, `break`, `do`, `else`, elseif, end, `false`, `for`, function, goto, `if`, `in`, local, `nil`, not, or
    case `repeat`, `return`, then, `true`, until, `while`

    static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
}
