internal import Glibc

/// A socket in the file system.
package enum LocalSocket {
    /// Sends one datagram.
    /// - Throws: where nothing listens at the path, or it does not take the datagram.
    package static func send(_ bytes: [UInt8], to path: String) throws(FileError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else {
            throw FileError(.notRegular, .write, path, "the path is too long for a socket")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in
            unsafe place.copyBytes(from: path.utf8)
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw FileError(.write, path) }
        defer { close(descriptor) }
        let count = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe sendto(descriptor, bytes, bytes.count, 0, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard count == bytes.count else { throw FileError(.write, path) }
    }
}
