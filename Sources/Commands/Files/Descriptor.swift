internal import Glibc

/// Whole reads and writes of file descriptors.
enum Descriptor {
    /// - Throws: when reading fails, with the system's reason.
    static func readAll(_ descriptor: Int32) throws(CommandError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress!, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw CommandError(reason())
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// One line, read byte by byte so that nothing after it is taken.
    static func line(_ descriptor: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 1 << 16 {
            let count = unsafe read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The width of a terminal in columns; `nil` when this is not a terminal, or its width is unknown.
    static func columns(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard isatty(descriptor) == 1, unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// The height of a terminal in lines; `nil` when this is not a terminal, or its height is unknown.
    static func rows(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard isatty(descriptor) == 1, unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else {
            return nil
        }
        return Int(size.ws_row)
    }

    /// - Returns: `false` when the bytes could not all be written.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            offset += count
        }
        return true
    }

    /// The content of a file; `-` is not special here.
    static func contents(of path: String) throws(CommandError) -> [UInt8] {
        let descriptor = try open(path)
        defer { close(descriptor) }
        do { return try readAll(descriptor) } catch {
            throw CommandError("cannot read `\(path)`: \(error.messages[0])")
        }
    }

    /// Opens a file for reading; the caller closes it.
    static func open(_ path: String) throws(CommandError) -> Int32 {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandError("cannot read `\(path)`: \(reason())") }
        return descriptor
    }

    /// Makes a folder and its missing parents, readable only by their owner.
    static func makeFolders(_ path: String) throws(CommandError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            guard unsafe mkdir(made, 0o700) == 0 || errno == EEXIST else {
                throw CommandError("cannot make the folder `\(made)`: \(reason())")
            }
        }
    }

    /// Makes one folder, with the permissions that the umask leaves.
    static func makeFolder(_ path: String, mayExist: Bool) throws(CommandError) {
        guard unsafe mkdir(path, 0o777) == 0 || mayExist && errno == EEXIST else {
            throw CommandError("cannot make the folder `\(path)`: \(reason())")
        }
    }

    /// Makes a file, which must not exist yet.
    static func make(_ path: String, with bytes: [UInt8]) throws(CommandError) {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw CommandError("cannot make `\(path)`: \(reason())") }
        defer { close(descriptor) }
        guard write(bytes, to: descriptor), fsync(descriptor) == 0 else {
            throw CommandError("cannot write `\(path)`: \(reason())")
        }
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
