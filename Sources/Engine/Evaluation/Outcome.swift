internal import Model
internal import Policies

/// The result of one policy for one request: its effects, the facts it read, and how it ended.
package struct Outcome {
    /// The policy's number in the set.
    package let policy: Int
    package let termination: Termination
    package let fuel: Int
    let effects: [CalledEffect]
    let trace: [Expressions.ID]

    /// True when it ended well without an effect.
    var isSilent: Bool { effects.isEmpty && termination == .finished }

    /// The number of facts that were read.
    package var factCount: Int { trace.count }
}

extension Outcome {
    /// The end of a policy's run.
    package enum Termination: Equatable, Sendable {
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
