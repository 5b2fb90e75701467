internal import Files
internal import Model
internal import Policies

/// The path of one file of a folder of policies, cut into the folder and the file's name there.
struct PolicyFilePath {
    let folder: String
    /// `own.lua`, or `lib/orders.lua` for a library.
    let name: ExactName

    init(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
        let name = parts.last.map(String.init) ?? path
        // The folder of libraries belongs to the folder of policies around it, which has the schema.
        let around =
            folder == PolicyFile.libraryFolder ? "." : String(folder.dropLast(PolicyFile.libraryFolder.count + 1))
        let isOfLibraries = folder == PolicyFile.libraryFolder || folder.hasSuffix("/\(PolicyFile.libraryFolder)")
        if isOfLibraries, File.exists("\(around)/\(PolicyFile.schema)") {
            self.folder = around
            self.name = "\(PolicyFile.libraryFolder)/\(name)"
        } else {
            self.folder = folder
            self.name = ExactName(name)
        }
    }
}
