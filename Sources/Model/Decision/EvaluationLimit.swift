/// A limit of one evaluation in the interpreter, of a policy or of a plugin.
package enum EvaluationLimit: Equatable, Sendable {
    case fuel
    case memory
    case deadline

    /// The predicate of a sentence about what went beyond the limit.
    package var excess: String {
        switch self {
        case .fuel: "exceeds its budget of instructions"
        case .memory: "exceeds its memory limit"
        case .deadline: "exceeds its time limit"
        }
    }

    /// The predicate of a sentence about a file that went beyond the limit while it was loaded.
    package var excessWhileLoading: String {
        self == .fuel
            ? "does not finish loading: it exhausts its budget of instructions" : "\(excess) while loading"
    }
}
