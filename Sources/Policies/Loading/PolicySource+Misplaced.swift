internal import Files
package import Model

extension PolicySource {
    private static let copies: [ExactName] = ["~", ".bak", ".orig", ".rej", ".swp", ".tmp"]

    /// True when a file is hidden, or is a copy that an editor or a merge left: it is not a policy.
    package static func isPassedOver(_ name: ExactName) -> Bool {
        if name.hasPrefix(".") || name.hasPrefix("#") && name.hasSuffix("#") { return true }
        return copies.contains { name.hasSuffix($0) }
    }

    /// True when a file, or a folder that contains it, is passed over.
    static func isLeftOut(_ name: ExactName) -> Bool {
        guard name.utf8.contains(UInt8(ascii: "/")) else { return isPassedOver(name) }
        return name.text.split(separator: "/").contains { isPassedOver(ExactName($0)) }
    }

    /// The reason why a file that looks like part of a policy set by its name is not read as one.
    /// - Parameters:
    ///   - name: its path under the set's folder.
    ///   - readsLibraries: true for a folder of policies, whose libraries are read.
    /// - Returns: `nil` for a file that is read, and for one that does not look like a policy.
    static func oddity(of name: ExactName, readsLibraries: Bool = true) -> String? {
        let isInside = name.utf8.contains(UInt8(ascii: "/"))
        if !isInside, name.hasSuffix(".lua") { return nil }
        if readsLibraries, name.isInLibraryFolder { return nil }
        guard let last = name.text.utf8.split(separator: UInt8(ascii: "/")).last.map({ String(Substring($0)) }),
            !isLeftOut(name)
        else { return nil }
        let plain = last.lowercased()
        let isSettings = [PolicyFile.settings, PolicyFile.required].contains(ExactName(plain))
        guard plain.contains(".lua") || isSettings else { return nil }
        if isInside {
            let isShared = name.hasPrefix(ExactName("\(PolicyFile.libraryFolder)/"))
            return isShared
                ? "this file is no library and not in force: libraries are files `lib/NAME.lua`; rename it, or move it out"
                : "a file in a sub-folder is not in force: move it into the folder of the policies, or out of it"
        }
        if isSettings { return last == plain ? nil : "this file is not read: its name must be `\(plain)`" }
        return "a policy's file ends in `.lua`, and this one is not in force: rename it, or move it out of the folder"
    }
}

/// Finds files that look like policies where none are read, in sub-folders too.
package struct FolderSearch {
    package private(set) var found: [PolicySource.Misplaced] = []
    /// The folder that is skipped: that of the plugins.
    private let excluded: FileStatus.Identity?
    private var steps = 0

    private static let deepest = 16
    /// The most files to look at: links may lead in circles, and no folder of policies has more.
    private static let mostSteps = 10_000
    private static let mostFound = 100

    package init(excluding path: String? = nil) {
        excluded = path.flatMap(Self.folder)
    }

    /// The identity of a folder; `nil` for anything else.
    private static func folder(_ path: String) -> FileStatus.Identity? {
        guard let status = try? FileStatus(of: path), status.kind == .folder else { return nil }
        return status.identity
    }

    /// True for the folder that is skipped.
    func isExcluded(_ path: String) -> Bool { excluded != nil && Self.folder(path) == excluded }

    package mutating func look(at name: ExactName, in path: String) { look(at: name, in: path, depth: 0) }

    private mutating func look(at name: ExactName, in path: String, depth: Int) {
        steps += 1
        guard steps <= Self.mostSteps else {
            if steps == Self.mostSteps + 1 {
                note(name, "too many files beside the policies: move them out of the folder")
            }
            return
        }
        guard let identity = Self.folder("\(path)/\(name)") else {
            if let reason = PolicySource.oddity(of: name, readsLibraries: false) { note(name, reason) }
            return
        }
        guard identity != excluded else { return }
        guard depth < Self.deepest, let names = try? Folder.names(in: "\(path)/\(name)") else {
            return note(name, "this folder cannot be searched for policies: move it out of the folder")
        }
        for inner in names where !PolicySource.isPassedOver(inner) {
            look(at: "\(name)/\(inner)", in: path, depth: depth + 1)
        }
    }

    private mutating func note(_ name: ExactName, _ reason: String) {
        if found.count < Self.mostFound { found.append(PolicySource.Misplaced(name: name, reason: reason)) }
    }
}
