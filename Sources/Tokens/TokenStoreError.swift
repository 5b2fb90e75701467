/// Why the token store refused or failed. The message names the file and what to do.
package struct TokenStoreError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        /// Another process writes; given up after 250 ms.
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
    }

    package let code: Code
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
