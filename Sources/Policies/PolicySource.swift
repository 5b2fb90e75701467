internal import Glibc
package import Model

/// Where policies come from: a flat set of files. A folder today; bundles fit behind it.
package struct PolicySource: Sendable {
    package struct File: Sendable {
        package let name: ExactName
        package let bytes: [UInt8]

        package init(name: ExactName, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The folder as the user named it; file names are shown under it.
    package var path: String
    /// Sorted by name.
    package var files: [File]
    /// What the policies may `use`.
    package var plugins: PluginSet

    package init(path: String, files: [File], plugins: PluginSet = .none) {
        self.path = path
        self.plugins = plugins
        self.files = files.sorted { $0.name < $1.name }
    }

    /// Every `.lua` and `.json` file of a folder. Other files are left alone, folders are not entered.
    package static func folder(_ path: String) throws(PolicyError) -> PolicySource {
        guard let folder = unsafe opendir(path) else {
            throw PolicyError(.unreadable, "cannot read the policies in `\(path)`: \(Self.reason())")
        }
        defer { unsafe closedir(folder) }
        var files: [File] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe ExactName(String(cString: $0))
                }
            }
            guard !name.hasPrefix("."), name.hasSuffix(".lua") || name.hasSuffix(".json") else { continue }
            files.append(File(name: name, bytes: try read("\(path)/\(name)", most: 1 << 20)))
        }
        return PolicySource(path: path, files: files)
    }

    /// What is in a regular file.
    /// - Parameter most: how many bytes it may have.
    /// - Parameter flags: how else it is opened.
    package static func read(_ path: String, most: Int, flags: Int32 = 0) throws(PolicyError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
        guard descriptor >= 0 else { throw PolicyError(.unreadable, "cannot read `\(path)`: \(reason())") }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw PolicyError(.unreadable, "cannot read `\(path)`: it is no ordinary file")
        }
        guard status.st_size <= most else {
            throw PolicyError(.unreadable, "cannot read `\(path)`: it is larger than \(most >> 20) MiB")
        }
        var bytes = [UInt8](repeating: 0, count: max(Int(status.st_size), 1))
        var length = 0
        while length < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress! + length, buffer.count - length)
            }
            if count < 0 { throw PolicyError(.unreadable, "cannot read `\(path)`: \(reason())") }
            if count == 0 { break }
            length += count
        }
        return Array(bytes.prefix(length))
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}

extension ExactName {
    /// A file's name without its last four bytes, `.lua`.
    package var withoutExtension: ExactName { ExactName(Substring(text.utf8.dropLast(4))) }
}
