/// Why the token store refused or failed. The message names the file and what to do.
package struct TokenStoreError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        /// Another process writes; given up after five seconds.
        case busy
        case missing
        case exists
        /// A file that is no Demilune store.
        case foreign
        /// Made by a later version.
        case newer
        case corrupt
        /// What was to be merged contradicts itself or the store.
        case invalid
        case io
        /// The key file is missing, wrong, or not as safe as it must be.
        case keys
        /// What is stored does not carry its seal: somebody changed it without the keys.
        case tampered
        /// The log ends before the entry that is noted beside the key file: an older copy of the store was put back.
        case rolledBack
        /// The clock is behind what the store has seen.
        case clock
        /// There is no such token, user, department, user type or tenant.
        case unknown
        /// A name that cannot be one.
        case name
        /// A live token of the tenant has the name.
        case duplicate
        /// What was decided on has changed since.
        case stale
        /// Revoked, expired, suspended or without a string: what is asked cannot be done with it.
        case state
        /// The string is not kept, or not for this kind of token.
        case unrevealable
        /// Something else still needs it.
        case used
        /// Whoever asked wanted no more of it.
        case stopped
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
