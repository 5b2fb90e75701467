internal import Glibc

/// The state of a file, known without reading it.
package struct FileStatus: Equatable, Sendable {
    package enum Kind: Sendable {
        case regular
        case folder
        /// A link, where links are not followed; a device or a pipe.
        case other
    }

    /// Two paths with one identity are the same file.
    package struct Identity: Equatable, Sendable {
        package let device: UInt
        package let number: UInt
    }

    /// The time of the last change of the content.
    package struct Time: Equatable, Sendable {
        package let seconds: Int
        package let nanoseconds: Int
    }

    package let kind: Kind
    package let identity: Identity
    /// In bytes.
    package let size: Int
    package let modified: Time
    /// The number of names (hard links).
    package let links: UInt
    /// The permission bits, with those for set-id and sticky: `0o1777`.
    package let permissions: UInt32
    private let owner: UInt32

    /// True when the file belongs to the user of this process.
    package var isOwn: Bool { owner == geteuid() }

    /// - Parameter followsLinks: false to look at a link itself.
    package init(of path: String, followsLinks: Bool = true) throws(FileError) {
        var status = stat()
        guard unsafe followsLinks ? stat(path, &status) == 0 : lstat(path, &status) == 0 else {
            throw FileError(.read, path)
        }
        self.init(status)
    }

    /// The status of an open file, which no rename changes.
    init(of descriptor: Int32, _ action: FileError.Action, _ path: String) throws(FileError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(action, path) }
        self.init(status)
    }

    private init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            default: .other
            }
        identity = Identity(device: UInt(status.st_dev), number: UInt(status.st_ino))
        size = Int(status.st_size)
        modified = Time(seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
        links = UInt(status.st_nlink)
        permissions = status.st_mode & 0o7777
        owner = status.st_uid
    }
}
