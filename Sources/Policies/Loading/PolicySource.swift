internal import Glibc
package import Model

/// The source of policies: a flat set of files. Today it is a folder; bundles fit behind it.
///
/// INVARIANT: a file that looks like part of a policy set and is not read is in `misplaced`: no policy is left out
/// silently.
package struct PolicySource: Sendable {
    /// A file that looks like part of the set, and is not.
    package struct Misplaced: Sendable, Equatable {
        /// Its path under the folder: `old/deny.lua`.
        package let name: ExactName
        package let reason: String
    }

    /// The folder as the user named it; file names are shown under it.
    package var path: String
    /// Sorted by name.
    package var files: [PolicyFile]
    /// The plugins that the policies may `use`.
    package var plugins: PluginSet
    /// Sorted by name. A set with one does not load.
    package let misplaced: [Misplaced]

    package init(path: String, files: [PolicyFile], plugins: PluginSet = .none, misplaced: [Misplaced] = []) {
        self.path = path
        self.plugins = plugins
        let odd = files.compactMap { file in Self.oddity(of: file.name).map { Misplaced(name: file.name, reason: $0) } }
        self.files = files.filter { Self.oddity(of: $0.name) == nil && !Self.isLeftOut($0.name) }.sorted {
            $0.name < $1.name
        }
        self.misplaced = (odd + misplaced).sorted { $0.name < $1.name }
    }

    /// Every `.lua` and `.json` file of a folder; a file that looks like one and is not read is in `misplaced`. Hidden
    /// files and the copies that editors make are passed over.
    /// - Parameter plugins: the folder of the plugins, wherever it is.
    package static func folder(_ path: String, plugins: String? = nil) throws(PolicyError) -> PolicySource {
        guard let names = names(in: path) else {
            throw PolicyError(.unreadable, "cannot read the policies in `\(path)`: \(Self.reason())")
        }
        var files: [PolicyFile] = []
        var search = FolderSearch(excluding: plugins)
        for name in names where !isPassedOver(name) {
            if name.hasSuffix(".lua") || name.hasSuffix(".json") {
                files.append(PolicyFile(name: name, bytes: try read("\(path)/\(name)", most: 1 << 20)))
            } else {
                search.look(at: name, in: path)
            }
        }
        return PolicySource(path: path, files: files, misplaced: search.found)
    }

    /// The names in a folder, sorted; `nil` when it cannot be read.
    static func names(in path: String) -> [ExactName]? {
        guard let folder = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(folder) }
        var names: [ExactName] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe ExactName(String(cString: $0))
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The bytes of a regular file.
    /// - Parameter most: the most bytes that it may have.
    /// - Parameter flags: further flags for opening it.
    package static func read(_ path: String, most: Int, flags: Int32 = 0) throws(PolicyError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
        guard descriptor >= 0 else { throw PolicyError(.unreadable, "cannot read `\(path)`: \(reason())") }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw PolicyError(.unreadable, "cannot read `\(path)`: it is not a regular file")
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
