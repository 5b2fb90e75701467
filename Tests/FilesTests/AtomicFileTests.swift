import Foundation
import Testing

@testable import Files

@Suite struct AtomicFileTests {
    private let scratch = Scratch()

    private func writePrivate(_ text: String, _ path: String, replaces: Bool) throws(FileError) {
        let result = unsafe Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(FileError) in try unsafe AtomicFile.writePrivate(bytes, to: path, replaces: replaces) }
        }
        try result.get()
    }

    @Test func `a file is replaced whole, and nothing else is left`() throws {
        let path = try scratch.file("a", "old")
        try AtomicFile.replace(path, with: Array("new".utf8))
        #expect(try scratch.text("a") == "new" && scratch.names == ["a"])
        try AtomicFile.replace(scratch.path + "/b", with: [])
        #expect(scratch.names == ["a", "b"])
    }

    @Test func `a private file is its owner's only, whatever it was before`() throws {
        let path = try scratch.file("a", "old")
        try writePrivate("new", path, replaces: true)
        #expect(try scratch.text("a") == "new" && scratch.mode("a") == 0o600)
    }

    @Test func `a file that is not to be replaced is left as it is`() throws {
        let path = try scratch.file("a", "old")
        let error = #expect(throws: FileError.self) { try writePrivate("new", path, replaces: false) }
        #expect(error?.code == .exists)
        #expect(try scratch.text("a") == "old" && scratch.names == ["a"])
        try writePrivate("new", scratch.path + "/b", replaces: false)
        #expect(scratch.names == ["a", "b"])
    }

    @Test func `a failure leaves nothing behind`() throws {
        try scratch.file("folder/a", "")
        let path = scratch.path + "/folder"
        let refused = #expect(throws: FileError.self) { try AtomicFile.replace(path, with: [1]) }
        #expect(refused?.code == .system && refused?.reason == "Is a directory")
        #expect(scratch.names == ["folder"])
        let error = #expect(throws: FileError.self) { try AtomicFile.replace(scratch.path + "/none/a", with: []) }
        #expect(error?.code == .missing && error?.action == .make)
    }

    @Test func `a link is replaced, not the file that it leads to`() throws {
        try scratch.file("a", "old")
        try AtomicFile.replace(scratch.link("link", to: "a"), with: Array("new".utf8))
        #expect(try scratch.text("a") == "old" && scratch.text("link") == "new")
    }
}
