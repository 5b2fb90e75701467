package import Decisions
package import Model

/// A concrete request with a small directory, made to show that something can happen.
package struct Example: Sendable {
    package let organisation: Organisation
    package let question: AuthorizationRequest
    package let directory: Directory

    /// - Returns: `nil` where the records contradict each other.
    init?(_ organisation: Organisation, _ question: AuthorizationRequest) {
        guard let directory = try? Directory(organisation) else { return nil }
        self.organisation = organisation
        self.question = question
        self.directory = directory
    }
}
