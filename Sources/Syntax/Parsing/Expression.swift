/// One expression of a chunk. It refers to its parts by their numbers, which are smaller than its own,
/// so a long chain of operators or calls needs no deep recursion.
package struct Expression: Sendable {
    package struct ID: Hashable, Sendable {
        let index: Int
    }

    package enum Field: Sendable {
        case item(ID)
        case named(Identifier, ID)
        case keyed(ID, ID)
    }

    package enum Kind: Sendable {
        case `nil`
        case boolean(Bool)
        case integer(Int64)
        case float(Double)
        case string([UInt8])
        case vararg
        case function(Function.ID)
        case name(Name)
        case index(ID, key: ID)
        case member(ID, Identifier)
        case call(ID, arguments: [ID])
        case method(ID, Identifier, arguments: [ID])
        case parenthesized(ID)
        case table([Field])
        case unary(UnaryOperator, ID)
        /// Two operands, and the offset of the operator.
        case binary(BinaryOperator, ID, ID, offset: Int)
    }

    package let kind: Kind
    package let position: Position
    /// The offset after the last byte.
    package let end: Int

    package var start: Int { position.offset }
}

/// A use of a name, and the variable that it refers to.
package struct Name: Sendable {
    package enum Target: Equatable, Sendable {
        case global
        case local(Declaration.ID)
    }

    package let name: String
    package let target: Target
    /// True when the declaration belongs to an enclosing function.
    package let isUpvalue: Bool
}

package enum UnaryOperator: String, Sendable {
    case minus = "-"
    case not
    case length = "#"
    case bitNot = "~"
}

package enum BinaryOperator: String, Sendable {
    case or, and
    case less = "<"
    case greater = ">"
    case lessEqual = "<="
    case greaterEqual = ">="
    case notEqual = "~="
    case equal = "=="
    case bitOr = "|"
    case bitXor = "~"
    case bitAnd = "&"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case concat = ".."
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "^"

    /// The binding strength to the left and to the right.
    var priority: (left: Int, right: Int) {
        switch self {
        case .or: (1, 1)
        case .and: (2, 2)
        case .less, .greater, .lessEqual, .greaterEqual, .notEqual, .equal: (3, 3)
        case .bitOr: (4, 4)
        case .bitXor: (5, 5)
        case .bitAnd: (6, 6)
        case .shiftLeft, .shiftRight: (7, 7)
        case .concat: (9, 8)
        case .add, .subtract: (10, 10)
        case .multiply, .divide, .floorDivide, .modulo: (11, 11)
        case .power: (14, 13)
        }
    }
}
