/// The reason why a policy set could not be read or used at all. Faults in its files are diagnostics.
package struct PolicyError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        /// The folder does not exist, or cannot be read.
        case unreadable
        /// The interpreter could not be set up.
        case interpreter
        /// A policy or a setting that does not exist, or a value of another type.
        case setting
        /// An expression that is not valid, or that failed.
        case expression
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
