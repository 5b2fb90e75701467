internal import Glibc

/// Opening, and whole reads and writes, of file descriptors. `OpenFile` closes what it opens; here the caller does.
package enum Descriptor {
    /// The use that a file is opened for. A mode is what the umask is taken from, for a file that is made.
    package enum Use: Sendable {
        case reading
        /// Of a file that exists: a device.
        case writing
        case appending(mode: UInt32)
        /// At its end; what it has can be read.
        case extending(mode: UInt32)
        /// From its beginning; the old content goes.
        case overwriting(mode: UInt32)
        /// The file must not exist yet.
        case making(mode: UInt32)

        var action: FileError.Action {
            switch self {
            case .reading: .read
            case .making: .make
            case .writing, .appending, .extending, .overwriting: .write
            }
        }

        fileprivate var flags: (Int32, mode: UInt32) {
            switch self {
            case .reading: (O_RDONLY, 0)
            case .writing: (O_WRONLY, 0)
            case .appending(let mode): (O_WRONLY | O_CREAT | O_APPEND, mode)
            case .extending(let mode): (O_RDWR | O_CREAT | O_APPEND, mode)
            case .overwriting(let mode): (O_WRONLY | O_CREAT | O_TRUNC, mode)
            case .making(let mode): (O_WRONLY | O_CREAT | O_EXCL, mode)
            }
        }
    }

    /// Opens a file; no child process gets its descriptor.
    /// - Parameters:
    ///   - followsLinks: false to refuse a path whose last part is a link.
    ///   - waits: false to open a pipe without waiting for its other end.
    package static func open(
        _ path: String, for use: Use, followsLinks: Bool = true, waits: Bool = true
    ) throws(FileError) -> Int32 {
        let (flags, mode) = use.flags
        let more = (followsLinks ? 0 : O_NOFOLLOW) | (waits ? 0 : O_NONBLOCK)
        let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC | more, mode)
        guard descriptor >= 0 else { throw FileError(use.action, path) }
        return descriptor
    }

    /// Opens an empty file without a name, to write and to read: it is gone once it is closed.
    /// - Parameter prefix: the beginning of the path that it has for a moment.
    package static func temporary(_ prefix: String) throws(FileError) -> Int32 {
        var template = Array("\(prefix)XXXXXX".utf8CString)
        let descriptor = unsafe template.withUnsafeMutableBufferPointer { unsafe mkstemp($0.baseAddress!) }
        guard descriptor >= 0 else { throw FileError(.make, prefix) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unsafe unlink(template)
        return descriptor
    }

    /// The bytes up to the end.
    /// - Parameter path: the name of the file for the error.
    package static func readAll(_ descriptor: Int32, of path: String = "") throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress!, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(.read, path)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// - Returns: true when everything was written; false for a broken pipe and a full disk alike, see `errno`.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe write($0, to: descriptor) }
    }

    /// - Returns: true when everything was written; else see `errno`.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = unsafe Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
