internal import Glibc
package import Model

extension PolicySource {
    private static let copies: [ExactName] = ["~", ".bak", ".orig", ".rej", ".swp", ".tmp"]

    /// Whether a file is hidden, or a copy that an editor or a merge left: it is nobody's policy.
    package static func isPassedOver(_ name: ExactName) -> Bool {
        if name.hasPrefix(".") || name.hasPrefix("#") && name.hasSuffix("#") { return true }
        return copies.contains { name.hasSuffix($0) }
    }

    /// Whether a file, or a folder that it is in, is passed over.
    static func isLeftOut(_ name: ExactName) -> Bool {
        guard name.utf8.contains(UInt8(ascii: "/")) else { return isPassedOver(name) }
        return name.text.split(separator: "/").contains { isPassedOver(ExactName($0)) }
    }

    /// Why a file, which by its name looks like part of a policy set, is not read as one.
    /// - Parameter name: under the set's folder.
    /// - Returns: `nil` for what is read, and for what is nothing of the kind.
    static func oddity(of name: ExactName) -> String? {
        let isInside = name.utf8.contains(UInt8(ascii: "/"))
        if !isInside, name.hasSuffix(".lua") { return nil }
        guard let last = name.text.utf8.split(separator: UInt8(ascii: "/")).last.map({ String(Substring($0)) }),
            !isLeftOut(name)
        else { return nil }
        let plain = last.lowercased()
        let isSettings = plain == "settings.json" || plain == "required.json"
        guard plain.contains(".lua") || isSettings else { return nil }
        if isInside {
            return "a file in a sub-folder is not in force: move it into the folder of the policies, or out of it"
        }
        if isSettings { return last == plain ? nil : "nobody reads this file: its name is `\(plain)`" }
        return "a policy's file ends in `.lua`, and this one is not in force: rename it, or move it out of the folder"
    }
}

/// Looks for files that seem to be policies where none are read, in sub-folders too.
package struct FolderSearch {
    package private(set) var found: [PolicySource.Misplaced] = []
    /// The folder that is not looked into: that of the plugins.
    private let excluded: Identity?
    private var steps = 0

    private struct Identity: Equatable {
        let device: UInt
        let number: UInt
    }

    private static let deepest = 16
    /// Links may lead in circles; more than this nobody has in a folder of policies.
    private static let mostSteps = 10_000
    private static let mostFound = 100

    package init(excluding path: String? = nil) {
        excluded = path.flatMap(Self.folder)
    }

    /// The identity of a folder; `nil` for what is none.
    private static func folder(_ path: String) -> Identity? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
        return Identity(device: UInt(status.st_dev), number: UInt(status.st_ino))
    }

    package mutating func look(at name: ExactName, in path: String) { look(at: name, in: path, depth: 0) }

    private mutating func look(at name: ExactName, in path: String, depth: Int) {
        steps += 1
        guard steps <= Self.mostSteps else {
            if steps == Self.mostSteps + 1 {
                note(name, "there is more beside the policies than is looked through: move it out of the folder")
            }
            return
        }
        guard let identity = Self.folder("\(path)/\(name)") else {
            if let reason = PolicySource.oddity(of: name) { note(name, reason) }
            return
        }
        guard identity != excluded else { return }
        guard depth < Self.deepest, let names = PolicySource.names(in: "\(path)/\(name)") else {
            return note(name, "this folder cannot be looked through for policies: move it out of the folder")
        }
        for inner in names where !PolicySource.isPassedOver(inner) {
            look(at: "\(name)/\(inner)", in: path, depth: depth + 1)
        }
    }

    private mutating func note(_ name: ExactName, _ reason: String) {
        if found.count < Self.mostFound { found.append(PolicySource.Misplaced(name: name, reason: reason)) }
    }
}
