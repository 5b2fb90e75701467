import Foundation

/// The package that these tests belong to, on disk.
enum House {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    /// One file without violations for every target of the table.
    static let minimal = Architecture.house.rules.map { name, rule in
        switch rule {
        case .swift: SourceFile("\(name)/Empty.swift", "")
        case .c: SourceFile("\(name)/empty.c", "")
        }
    }

    static func manifest() throws -> String {
        try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
    }

    /// - Parameter path: from the root of the package.
    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// README, CONTRIBUTING and every page of `docs`.
    static func documents() throws -> [String] {
        let pages = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "docs").path)
        return ["CONTRIBUTING.md", "README.md"] + pages.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path(percentEncoded: false))
    }

    /// Every Swift and C file under `Sources`.
    static func sources() throws -> [SourceFile] { try readSources.get() }
    private static let readSources = Result { try files(under: "Sources") }

    /// Every Swift and C file under `Tests`.
    static func tests() throws -> [SourceFile] { try files(under: "Tests") }

    private static func files(under name: String) throws -> [SourceFile] {
        let folder = root.appending(path: name)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
        return try paths.filter { SourceFile($0, "").isSwift || SourceFile($0, "").isC }.map { path in
            SourceFile(path, try String(contentsOf: folder.appending(path: path), encoding: .utf8))
        }
    }
}
