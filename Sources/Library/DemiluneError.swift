internal import Decisions
internal import Model
internal import Policies
internal import Tokens

/// The reason why something was not done. Nothing was half done.
public struct DemiluneError: Error, Sendable, CustomStringConvertible {
    /// The kinds of reasons, for programs.
    public enum Code: String, Sendable {
        /// The policies cannot be read, or do not load. `diagnostics` says which, and where.
        case policies
        /// There is no such store, it cannot be read, or it is not the program's own.
        case store
        /// The store's key file is missing, or belongs to another store.
        case keys
        /// The request does not fit the schema: HTTP status 400, and no decision.
        case request
        /// There is not enough memory, or not a thread for each worker.
        case resources
    }

    /// The kind of reason.
    public let code: Code
    /// A sentence for people. It quotes no token string.
    public let message: String
    /// The findings about the files, where `code` is `.policies`; else empty.
    public let diagnostics: [PolicyDiagnostic]

    init(_ code: Code, _ message: String, _ diagnostics: [PolicyDiagnostic] = []) {
        (self.code, self.message, self.diagnostics) = (code, message, diagnostics)
    }

    init(_ error: RequestError) { self.init(.request, error.message) }

    init(_ error: PolicyError) { self.init(error.code == .interpreter ? .resources : .policies, error.message) }

    init(_ error: TokenStoreError) { self.init(error.code == .keys ? .keys : .store, error.message) }

    /// The message, and each finding on a line of its own.
    public var description: String { ([message] + diagnostics.map(\.description)).joined(separator: "\n") }
}
