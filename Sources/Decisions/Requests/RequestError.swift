/// Why a request is no valid question: answered with status 400, never with a decision.
package struct RequestError: Error, Equatable, Sendable {
    /// What was wrong, what was expected and what was found, in one lower-case sentence.
    package let message: String
    /// The part of the request that is wrong: `resource.properties.amount`.
    package let property: String

    package init(_ message: String, property: String) {
        self.message = message
        self.property = property
    }
}
