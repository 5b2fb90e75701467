import Foundation
import Model
import Testing

@testable import Files

@Suite struct FolderTests {
    private let scratch = Scratch()

    @Test func `names are told apart and sorted by their bytes`() throws {
        for name in ["b", "a", "\u{E9}", "e\u{301}", ".hidden", "folder/c"] { try scratch.file(name, "") }
        let names: [ExactName] = [".hidden", "a", "b", "e\u{301}", "folder", "\u{E9}"]
        #expect(try Folder.names(in: scratch.path) == names)
        let entries = try Folder.entries(in: scratch.path)
        #expect(entries.filter(\.isFolder).map(\.name).sorted() == [".", "..", "folder"])
        let error = #expect(throws: FileError.self) { try Folder.names(in: scratch.path + "/a") }
        #expect(error?.reason == "Not a directory")
    }

    @Test func `folders are made with their parents, and only for their owner`() throws {
        try Folder.makeAll(scratch.path + "/a/b")
        #expect(try scratch.mode("a") == 0o700 && scratch.mode("a/b") == 0o700)
        try Folder.make(scratch.path + "/a", mayExist: true)
        let error = #expect(throws: FileError.self) { try Folder.make(scratch.path + "/a", mayExist: false) }
        #expect(error?.message == "cannot make the folder `\(scratch.path)/a`: File exists")
        let full = #expect(throws: FileError.self) { try Folder.remove(scratch.path + "/a") }
        #expect(full?.code == .system && full?.reason == "Directory not empty")
        try Folder.remove(scratch.path + "/a/b")
        let made = try Folder.makeTemporary(scratch.path + "/t-")
        #expect(made.hasPrefix(scratch.path + "/t-") && File.exists(made))
    }
}
