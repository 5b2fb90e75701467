/// A sequence of statements that forms one scope.
package struct Block: Sendable {
    package let statements: [Statement]
    package let start: Int
    package let end: Int
}

/// One statement of a chunk.
package struct Statement: Sendable {
    package enum Kind: Sendable {
        case empty
        case local([Declaration.ID], values: [Expression.ID])
        case assign([Expression.ID], values: [Expression.ID])
        case call(Expression.ID)
        case block(Block)
        case `while`(Expression.ID, Block)
        case `repeat`(Block, until: Expression.ID)
        case `if`([Branch], otherwise: Block?)
        case numericFor(Declaration.ID, bounds: [Expression.ID], Block)
        case genericFor([Declaration.ID], values: [Expression.ID], Block)
        case function(Expression.ID, Function.ID)
        case localFunction(Declaration.ID, Function.ID)
        case `return`([Expression.ID])
        case `break`
        case goto(Identifier)
        case label(Identifier)
    }

    package struct Branch: Sendable {
        package let condition: Expression.ID
        package let block: Block
    }

    package let kind: Kind
    package let position: Position
    /// The offset after the last byte.
    package let end: Int

    package var start: Int { position.offset }
}

/// The parameters and the body of a function.
package struct Function: Sendable {
    package struct ID: Hashable, Sendable {
        let index: Int
    }

    /// The parameters without the hidden `self` of a method.
    package let parameters: [Declaration.ID]
    package let isMethod: Bool
    package let isVararg: Bool
    package let block: Block
    package let position: Position
    package let end: Int
}

/// A local variable, a parameter or the variable of a loop.
package struct Declaration: Sendable {
    package struct ID: Hashable, Sendable {
        let index: Int
    }

    package enum Kind: Sendable {
        case local
        case parameter
        case loop
        case function
        case hiddenSelf
    }

    package let name: String
    package let position: Position
    package let kind: Kind
    /// The attribute `const` or `close`.
    package internal(set) var attribute: Identifier?
    package internal(set) var isCaptured = false
    package internal(set) var isReassigned = false
    /// The variable of the same name that this one shadows.
    package internal(set) var hides: ID?
    /// The number of functions around it.
    let depth: Int
    /// The value of a compile-time constant; such a variable is never an upvalue of inner functions.
    var constant: Constant?
}
