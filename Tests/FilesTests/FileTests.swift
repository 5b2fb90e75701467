import Foundation
import Testing

@testable import Files

@Suite struct FileTests {
    private let scratch = Scratch()

    @Test func `a file is read whole, and within a bound`() throws {
        let path = try scratch.file("a", "four")
        #expect(try File.read(path) == Array("four".utf8))
        #expect(try File.read(path, most: 4) == Array("four".utf8))
        #expect(try File.read(try scratch.file("empty", ""), most: 0) == [])
        let error = #expect(throws: FileError.self) { try File.read(path, most: 3) }
        #expect(error?.code == .tooLarge && error?.message == "cannot read `\(path)`: it is larger than 0 MiB")
    }

    @Test func `what is missing, a folder or a pipe is refused without waiting`() throws {
        let missing = scratch.path + "/a"
        let error = #expect(throws: FileError.self) { try File.read(missing) }
        #expect(error?.code == .missing && error?.message == "cannot read `\(missing)`: No such file or directory")
        #expect(unsafe mkfifo(scratch.path + "/pipe", 0o600) == 0)
        for path in [scratch.path, scratch.path + "/pipe"] {
            let error = #expect(throws: FileError.self) { try File.read(path, most: 10) }
            #expect(error?.code == .notRegular && error?.reason == "it is not a regular file")
        }
    }

    @Test func `a link is followed, or refused`() throws {
        try scratch.file("a", "text")
        let link = try scratch.link("link", to: "a")
        #expect(try File.read(link, most: 10) == Array("text".utf8))
        let error = #expect(throws: FileError.self) { try File.read(link, most: 10, followsLinks: false) }
        #expect(error?.code == .link)
        let locked = #expect(throws: FileError.self) { _ = try File.locked(link) }
        #expect(locked?.code == .link)
        #expect(File.resolved(link) == scratch.path + "/a")
    }

    @Test func `a file is made only where there is none`() throws {
        let path = scratch.path + "/a"
        try File.make(path, with: [1, 2])
        let error = #expect(throws: FileError.self) { try File.make(path, with: [3]) }
        #expect(error?.code == .exists && error?.message == "cannot make `\(path)`: File exists")
        #expect(try File.read(path) == [1, 2])
        let linked = #expect(throws: FileError.self) { try File.link(path, to: path) }
        #expect(linked?.code == .exists)
        try File.link(path, to: scratch.path + "/b")
        #expect(try FileStatus(of: path).links == 2)
    }

    @Test func `a locked file is locked for everybody else, until it is unlocked`() throws {
        let path = scratch.path + "/lock"
        let lock = try File.locked(path)
        let other = unsafe open(path, O_RDWR)
        defer { close(other) }
        #expect(flock(other, LOCK_EX | LOCK_NB) == -1)
        lock.unlock()
        #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
        #expect(try scratch.mode("lock") == 0o600)
    }

    @Test func `the folder of a path is all up to its last slash`() {
        #expect(["a/b", "/a", "a"].map(File.folder) == ["a/", "/", "."])
    }
}
