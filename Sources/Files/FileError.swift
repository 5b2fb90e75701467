internal import Glibc

/// The failure of one operation on one file.
///
/// `message` is what a user reads; a caller that says it in other words uses `reason`.
package struct FileError: Error, Equatable, Sendable {
    package enum Code: Sendable {
        /// There is no such file.
        case missing
        /// There is a file of that name already.
        case exists
        /// The path is a link, and links are not followed here.
        case link
        /// The file is a folder, a device or a pipe.
        case notRegular
        /// The file has more bytes than the caller takes.
        case tooLarge
        /// Any other refusal of the system.
        case system
    }

    package enum Action: String, Sendable {
        case read
        case write
        case make
        case makeFolder = "make the folder"
    }

    package let code: Code
    package let action: Action
    package let path: String
    /// The reason without the path: `No such file or directory`.
    package let reason: String

    package var message: String { "cannot \(action.rawValue) `\(path)`: \(reason)" }

    init(_ code: Code, _ action: Action, _ path: String, _ reason: String) {
        self.code = code
        self.action = action
        self.path = path
        self.reason = reason
    }

    /// The failure of the system call that was just made. Nothing may come between the two.
    init(_ action: Action, _ path: String) {
        let number = errno
        self.code =
            switch number {
            case ENOENT: .missing
            case EEXIST: .exists
            case ELOOP: .link
            default: .system
            }
        self.action = action
        self.path = path
        reason = unsafe String(cString: strerror(number))
    }

    /// The system's words for the number of an error; `nil` for 0, which is none.
    package static func words(for number: Int32) -> String? {
        number == 0 ? nil : unsafe String(cString: strerror(number))
    }
}
