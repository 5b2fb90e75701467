internal import Model

/// A contradiction between the store and the log checkpoint beside its key file: an older copy of the store was put in
/// place.
package struct Rollback: Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// The log ends before the entry in the checkpoint.
        case shorter(noted: Int64)
        /// The store's entry of that number differs from the one in the checkpoint.
        case other(noted: Int64)
        /// The checkpoint cannot be read.
        case unreadable(String)
    }

    package let reason: Reason
    /// The newest entry of the log that the store has; 0 when it has none.
    package let newest: Int64
    private let path: String

    init(_ reason: Reason, newest: Int64, path: String) {
        self.reason = reason
        self.newest = newest
        self.path = path
    }

    /// The fault, and the command that accepts a backup restored on purpose.
    package var message: String {
        let fault =
            switch reason {
            case .shorter(let noted):
                "the store `\(path)` was rolled back: its log ends with entry \(newest), but the checkpoint beside the "
                    + "key file has entry \(noted)"
            case .other(let noted):
                "the store `\(path)` was rolled back: entry \(noted) of its log differs from the checkpoint beside the "
                    + "key file"
            case .unreadable(let message):
                "cannot tell whether the store `\(path)` was rolled back: \(message)"
            }
        return "\(fault); if you restored a backup, accept it with "
            + "`demilune store reseal --accept-rollback \(newest) --reason TEXT`"
    }
}
