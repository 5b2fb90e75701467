internal import Files
package import Model

/// The source of policies: a set of files, flat but for the libraries in `lib`. Today it is a folder; bundles fit behind it.
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
        let names: [ExactName]
        do throws(FileError) { names = try Folder.names(in: path) } catch {
            throw PolicyError(.unreadable, "cannot read the policies in `\(path)`: \(error.reason)")
        }
        var files: [PolicyFile] = []
        var search = FolderSearch(excluding: plugins)
        for name in names where !isPassedOver(name) {
            if name.reads(like: PolicyFile.libraryFolder), !search.isExcluded("\(path)/\(name)"),
                let inner = try? Folder.names(in: "\(path)/\(name)")
            {
                for inner in inner.map({ "\(name)/\($0)" as ExactName }) where !isLeftOut(inner) {
                    if inner.isInLibraryFolder {
                        files.append(PolicyFile(name: inner, bytes: try read("\(path)/\(inner)", most: 1 << 20)))
                    } else {
                        search.look(at: inner, in: path)
                    }
                }
            } else if name.hasSuffix(".lua") || name.hasSuffix(".json") {
                files.append(PolicyFile(name: name, bytes: try read("\(path)/\(name)", most: 1 << 20)))
            } else {
                search.look(at: name, in: path)
            }
        }
        return PolicySource(path: path, files: files, misplaced: search.found)
    }

    /// The bytes of a regular file.
    /// - Parameter most: the most bytes that it may have.
    /// - Parameter followsLinks: false to refuse a link.
    package static func read(_ path: String, most: Int, followsLinks: Bool = true) throws(PolicyError) -> [UInt8] {
        do throws(FileError) { return try File.read(path, most: most, followsLinks: followsLinks) } catch {
            throw PolicyError(.unreadable, error.message)
        }
    }
}
