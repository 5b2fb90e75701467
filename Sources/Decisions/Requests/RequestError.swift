/// The fault of an invalid request. It is answered with status 400, never with a decision.
package struct RequestError: Error, Equatable, Sendable {
    /// One lower-case sentence: the fault, then what was expected and what was found.
    package let message: String
    /// The part of the request that is wrong: `resource.properties.amount`.
    package let property: String

    package init(_ message: String, property: String) {
        self.message = message
        self.property = property
    }
}
