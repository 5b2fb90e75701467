internal import Glibc

/// A file that is open, and is closed with this value. What is checked of it is checked of the open file, never of its
/// path.
package struct OpenFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private let action: FileError.Action

    /// - Parameters:
    ///   - followsLinks: false to refuse a path whose last part is a link.
    ///   - waits: false to open a pipe without waiting for its other end.
    package init(
        _ path: String, for use: Descriptor.Use, followsLinks: Bool = true, waits: Bool = true
    ) throws(FileError) {
        descriptor = try Descriptor.open(path, for: use, followsLinks: followsLinks, waits: waits)
        self.path = path
        action = use.action == .make ? .write : use.action
    }

    deinit { close(descriptor) }

    package func status() throws(FileError) -> FileStatus { try FileStatus(of: descriptor, action, path) }

    /// Makes the permissions of the file independent of the umask, and of what they were.
    package func setPermissions(_ mode: UInt32) throws(FileError) {
        guard fchmod(descriptor, mode) == 0 else { throw FileError(action, path) }
    }

    // MARK: Reading

    /// The bytes up to the end.
    package func readAll() throws(FileError) -> [UInt8] { try Descriptor.readAll(descriptor, of: path) }

    /// Fills a buffer, for content that must be nowhere else in memory.
    /// - Returns: the number of bytes, fewer than the buffer takes at the end of the file only.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var length = 0
        while length < buffer.count {
            let count = unsafe Glibc.read(descriptor, buffer.baseAddress! + length, buffer.count - length)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(action, path)
            }
            if count == 0 { break }
            length += count
        }
        return length
    }

    /// Fills a buffer from a place in the file, which need not be where the next read begins.
    /// - Returns: the number of bytes, fewer than the buffer takes at the end of the file only.
    package func read(into buffer: inout [UInt8], at offset: Int) throws(FileError) -> Int {
        var length = 0
        while length < buffer.count {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe pread(descriptor, bytes.baseAddress! + length, bytes.count - length, off_t(offset + length))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(action, path)
            }
            if count == 0 { break }
            length += count
        }
        return length
    }

    /// The first bytes.
    package func prefix(_ most: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(FileError) in try unsafe read(into: buffer) }
        }
        bytes.removeLast(most - (try count.get()))
        return bytes
    }

    // MARK: Writing

    package func write(_ bytes: [UInt8]) throws(FileError) {
        guard Descriptor.write(bytes, to: descriptor) else { throw FileError(action, path) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        guard unsafe Descriptor.write(bytes, to: descriptor) else { throw FileError(action, path) }
    }

    /// Cuts off what is after so many bytes.
    package func cut(to length: Int) throws(FileError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw FileError(action, path) }
    }

    /// Waits until the content is on disk.
    package func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError(action, path) }
    }

    // MARK: Locking

    /// Waits for a lock that one open file of a path can have.
    package func lock() throws(FileError) {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileError(action, path) }
        }
    }

    package func unlock() { flock(descriptor, LOCK_UN) }
}
