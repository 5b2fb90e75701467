import Foundation
import Testing

@testable import Files

@Suite struct OpenFileTests {
    private let scratch = Scratch()

    @Test func `a file is appended to, and overwritten`() throws {
        let path = try scratch.file("a", "one")
        do {
            let file = try OpenFile(path, for: .appending(mode: 0o600))
            try file.write(Array("two".utf8))
            #expect(try file.status().size == 6)
        }
        #expect(try scratch.text("a") == "onetwo")
        do { _ = try OpenFile(path, for: .overwriting(mode: 0o600)) }
        #expect(try scratch.text("a") == "")
    }

    @Test func `what is checked of an open file is checked of that file, whatever has its name now`() throws {
        let path = try scratch.file("a", "text")
        let file = try OpenFile(path, for: .reading)
        let identity = try file.status().identity
        try AtomicFile.replace(path, with: [])
        #expect(try file.status().identity == identity && file.prefix(10) == Array("text".utf8))
        #expect(try FileStatus(of: path).identity != identity)
    }

    @Test func `a failure to write is an error with the path`() throws {
        let error = #expect(throws: FileError.self) { try OpenFile("/dev/full", for: .writing).write([1]) }
        #expect(error?.message == "cannot write `/dev/full`: No space left on device")
        let isWritten = try Descriptor.write([1], to: Descriptor.open("/dev/full", for: .writing))
        #expect(!isWritten)
    }
}
