internal import Files
internal import Model
internal import Policies

/// Makes a folder of new files, all of them or none.
enum NewFolder {
    /// - Parameters:
    ///   - path: a folder that does not exist, or that holds nothing but hidden files.
    ///   - files: named by their names in the folder.
    static func make(_ path: String, _ files: [PolicyFile]) throws(CommandError) {
        let isNew = !File.exists(path)
        if isNew {
            try Folder.new(path, mayExist: false)
        } else {
            guard let names = try? Folder.names(in: path), names.allSatisfy({ $0.hasPrefix(".") }) else {
                throw CommandError("`\(path)` exists; nothing was changed")
            }
        }
        var made: [String] = []
        do throws(CommandError) {
            for file in files {
                let name = "\(path)/\(file.name)"
                try File.new(name, with: file.bytes)
                made.append(name)
            }
        } catch {
            for name in made { try? File.remove(name) }
            if isNew { try? Folder.remove(path) }
            throw error
        }
    }
}
