package import Model

/// The place of a token in the order of a list.
package struct Cursor: Equatable, Sendable {
    /// The value of the sort key: a folded name, or microseconds.
    package enum Value: Equatable, Sendable {
        case text(ExactName)
        case number(Int64)
    }

    package var value: Value
    /// The assignment's id, for an order of assignments.
    package var assignment: ExactName
    /// The number of the token's row.
    package var number: Int64

    package init(value: Value, assignment: ExactName = "", number: Int64) {
        self.value = value
        self.assignment = assignment
        self.number = number
    }

    /// The order of an ascending list. Strings are in the order of their bytes.
    package static func isBefore(_ one: Cursor, _ other: Cursor) -> Bool {
        switch (one.value, other.value) {
        case (.text(let left), .text(let right)) where left != right:
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.number(let left), .number(let right)) where left != right: return left < right
        default:
            if one.assignment != other.assignment {
                return one.assignment.utf8.lexicographicallyPrecedes(other.assignment.utf8)
            }
            return one.number < other.number
        }
    }
}
