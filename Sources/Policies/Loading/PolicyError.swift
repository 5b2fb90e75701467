/// Why a policy set could not be read at all. What is wrong inside it is told by diagnostics.
package struct PolicyError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        /// There is no such folder, or it cannot be read.
        case unreadable
        /// The interpreter could not be set up.
        case interpreter
        /// No policy, no setting, or a value of another type.
        case setting
        /// An expression that is none, or that failed.
        case expression
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
