/// The kind of a lexeme; the raw value is its spelling.
enum Symbol: String, CaseIterable {
    case and, `break`, `do`, `else`, elseif, end, `false`, `for`, function, goto, `if`, `in`, local, `nil`, not, or
    case `repeat`, `return`, then, `true`, until, `while`
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "^"
    case length = "#"
    case bitAnd = "&"
    case tilde = "~"
    case bitOr = "|"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case equal = "=="
    case notEqual = "~="
    case lessEqual = "<="
    case greaterEqual = ">="
    case less = "<"
    case greater = ">"
    case assign = "="
    case openParen = "("
    case closeParen = ")"
    case openBrace = "{"
    case closeBrace = "}"
    case openBracket = "["
    case closeBracket = "]"
    case doubleColon = "::"
    case semicolon = ";"
    case colon = ":"
    case comma = ","
    case dot = "."
    case concat = ".."
    case dots = "..."
    case name = "<name>"
    case string = "<string>"
    case integer = "<integer>"
    case float = "<number>"
    case unknown = "<unknown>"
    case endOfFile = "<eof>"

    /// The reserved words, keyed by their bytes packed into one number.
    static let words: [UInt64: Symbol] = {
        var words: [UInt64: Symbol] = [:]
        for symbol in allCases where symbol.rawValue.utf8.allSatisfy({ $0 >= 97 && $0 <= 122 }) {
            words[symbol.rawValue.utf8.reduce(0) { $0 << 8 | UInt64($1) }] = symbol
        }
        return words
    }()
}

/// One lexeme: its kind, its start and end, and its value.
struct Lexeme {
    enum Value {
        case none
        case integer(Int64)
        case float(Double)
        case string([UInt8])
    }

    var symbol: Symbol
    var position: Position
    var end: Int
    var value = Value.none
}
