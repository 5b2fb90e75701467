internal import CSystem
internal import Glibc

/// A small file that is written atomically and durably: it is on the disk whole, or not at all.
enum DurableFile {
    /// Writes a file that only its owner can read.
    /// - Parameter replaces: true to replace a file of that name; otherwise such a file is an error.
    static func write(
        _ content: UnsafeRawBufferPointer, to path: String, replaces: Bool
    ) throws(TokenStoreError) {
        var template = Array((path + ".XXXXXX").utf8CString)
        let descriptor = unsafe mkstemp(&template)
        guard descriptor >= 0 else { throw fault(path) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let draft = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var isNamed = false
        defer {
            close(descriptor)
            if !isNamed { unsafe unlink(draft) }
        }
        guard fchmod(descriptor, 0o600) == 0 else { throw fault(path) }
        var offset = 0
        while offset < content.count {
            let count = unsafe Glibc.write(descriptor, content.baseAddress! + offset, content.count - offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw fault(path) }
            offset += count
        }
        guard fsync(descriptor) == 0 else { throw fault(path) }
        guard unsafe (replaces ? rename(draft, path) : csystem_rename_to_new(draft, path)) == 0 else {
            throw errno == EEXIST
                ? TokenStoreError(.exists, "`\(path)` already exists and is never overwritten") : fault(path)
        }
        isNamed = true
        let folder = unsafe Glibc.open(KeyFile.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    private static func fault(_ path: String) -> TokenStoreError {
        TokenStoreError(.io, "cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
    }
}
