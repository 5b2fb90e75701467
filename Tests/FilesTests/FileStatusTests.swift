import Foundation
import Testing

@testable import Files

@Suite struct FileStatusTests {
    private let scratch = Scratch()

    @Test func `a link to a folder is one only where links are followed`() throws {
        try scratch.file("folder/a", "")
        let link = try scratch.link("link", to: "folder")
        #expect(try FileStatus(of: link).kind == .folder)
        #expect(try FileStatus(of: link, followsLinks: false).kind == .other)
        #expect(try FileStatus(of: link).identity == FileStatus(of: scratch.path + "/folder").identity)
        #expect(try FileStatus(of: link).isOwn)
    }
}
