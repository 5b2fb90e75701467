/// The types of sums and differences of instants, dates and durations.
package enum TimeArithmetic: Sendable {
    case sum, difference

    /// True when an operand of that type makes `+` or `-` an operation on times, and not on numbers.
    package static func concerns(_ type: ValueType) -> Bool {
        switch type {
        case .instant, .date, .time, .duration: true
        default: false
        }
    }

    /// The type of the result.
    /// - Throws: what is wrong with the operands, and what to write.
    package func result(_ left: ValueType, _ right: ValueType) throws(ValueFault) -> ValueType {
        switch (self, left, right) {
        case (.difference, .instant, .instant), (.difference, .date, .date), (_, .duration, .duration): return .duration
        case (_, .instant, .duration), (.sum, .duration, .instant): return .instant
        default: break
        }
        let message =
            self == .sum
            ? "cannot add \(left.withArticle) and \(right.withArticle)"
            : "cannot subtract \(right.withArticle) from \(left.withArticle)"
        throw ValueFault(message + Self.advice(left, right))
    }

    private static func advice(_ left: ValueType, _ right: ValueType) -> String {
        switch (left, right) {
        case (.date, .duration), (.duration, .date), (.date, .number):
            ": a date moves by days, `:plus { days = 30 }`"
        case (.instant, .date), (.date, .instant): ": write `.date` of the instant"
        case (.instant, .number), (.duration, .number), (.number, .duration):
            ": a length of time is written `duration { hours = 1 }`"
        case (.instant, .string), (.date, .string), (.string, .instant), (.string, .date):
            ": write `\((left == .string ? right : left).exampleConstant!)`"
        default: ""
        }
    }
}

/// The ends of `:between`.
package enum BetweenEnds {
    package static let same = "the two times of `between` are the same: that is neither never nor always"
}
