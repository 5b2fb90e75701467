package import Model

/// A refusal or failure of the token store. The message names the file and the remedy.
package struct TokenStoreError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        /// Another process is writing; the store gave up waiting, by default after five seconds.
        case busy
        case missing
        case exists
        /// The file is not a Demilune store.
        case foreign
        /// A later version made the store.
        case newer
        case corrupt
        /// The imported records contradict themselves or the store.
        case invalid
        case io
        /// The key file is missing, wrong or not safe enough.
        case keys
        /// A stored record has no valid seal: somebody changed it without the keys.
        case tampered
        /// The log contradicts the checkpoint beside the key file, or the checkpoint cannot be read: the store may be
        /// an older copy.
        case rolledBack
        /// The clock is behind the latest time that the store has seen.
        case clock
        /// The token, user, department, user type, assignment, tenant or key does not exist.
        case unknown
        /// The name is not valid.
        case name
        /// A live token of the tenant has the name.
        case duplicate
        /// The data changed since the decision.
        case stale
        /// The state or the kind does not allow the act: a token is revoked, expired, mobile or already rotated, an
        /// assignment is not active, a store was not rolled back.
        case state
        /// The string is not kept, or not for this kind of token.
        case unrevealable
        /// Live tokens or rows still need it.
        case used
        /// The store only reads, or does not hold what was asked for: an exported organisation, or a file that this
        /// process may not write.
        case readOnly
        /// The caller stopped reading.
        case stopped
    }

    package let code: Code
    package let message: String

    /// An entry of the log that is not as it was written, or not where it was.
    static func changed(_ entry: LogEntry) -> TokenStoreError {
        TokenStoreError(
            .tampered, "the log was changed at entry \(entry.number) or before it: run `demilune log verify`")
    }

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension TokenStoreError {
    /// The error of a store that only reads.
    package static func readOnly(_ store: String) -> TokenStoreError {
        TokenStoreError(
            .readOnly, "`\(store)` is an exported organisation: it is read-only, and has no keys and no token strings")
    }

    /// The error for a name that a live token has.
    package static func taken(_ name: ExactName, by token: TokenID) -> TokenStoreError {
        TokenStoreError(.duplicate, "the name `\(name)` is used by the live token `\(token)`: choose another name")
    }

    /// The error for a row that is not the one asked for.
    package static func misdirected(_ store: String) -> TokenStoreError {
        TokenStoreError(
            .corrupt,
            "an index of the store `\(store)` points to a wrong row: run `demilune store verify`, and restore a backup")
    }
}
