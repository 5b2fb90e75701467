import Foundation
import Testing

@testable import Files

@Suite struct DescriptorTests {
    private let scratch = Scratch()

    @Test func `no child process gets a descriptor`() throws {
        let path = try scratch.file("a", "")
        for use: Descriptor.Use in [.reading, .writing, .appending(mode: 0o600), .overwriting(mode: 0o600)] {
            let descriptor = try Descriptor.open(path, for: use)
            defer { close(descriptor) }
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
        let temporary = try Descriptor.temporary(scratch.path + "/t-")
        defer { close(temporary) }
        #expect(fcntl(temporary, F_GETFD) & FD_CLOEXEC != 0 && scratch.names == ["a"])
    }

    @Test func `everything is written, and read up to the end`() throws {
        let path = try scratch.file("a", "")
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
        let output = try Descriptor.open(path, for: .writing)
        defer { close(output) }
        let isWritten = Descriptor.write(bytes, to: output)
        let input = try Descriptor.open(path, for: .reading)
        defer { close(input) }
        #expect(try isWritten && Descriptor.readAll(input) == bytes)
        #expect(!Descriptor.write([1], to: input))
        let error = #expect(throws: FileError.self) { try Descriptor.readAll(output, of: "a") }
        #expect(error?.message == "cannot read `a`: Bad file descriptor")
    }
}
