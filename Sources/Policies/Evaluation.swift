internal import Model

/// What one policy said of a request, and how it came to it.
package enum Evaluation {
    package struct Outcome {
        /// Its number in the set.
        package let policy: Int
        package let ending: Ending
        package let fuel: Int
        let effects: [EvaluationHost.Effect]
        let trace: [Expressions.ID]

        /// Whether it ended well and said nothing.
        var isSilent: Bool { effects.isEmpty && ending == .finished }

        /// How many facts were read.
        package var factCount: Int { trace.count }
    }

    package enum Ending: Equatable, Sendable {
        case finished
        case failed(message: String, line: Int?)
        case fuel
        case memory
        case deadline

        package static func == (one: Self, other: Self) -> Bool {
            switch (one, other) {
            case (.finished, .finished), (.fuel, .fuel), (.memory, .memory), (.deadline, .deadline): true
            case (.failed(let one, let line), .failed(let other, let otherLine)):
                one.isSameBytes(other) && line == otherLine
            default: false
            }
        }
    }
}
