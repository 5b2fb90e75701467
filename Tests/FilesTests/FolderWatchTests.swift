import Foundation
import Testing

@testable import Files

@Suite struct FolderWatchTests {
    private let scratch = Scratch()

    @Test func `a change of a file is reported once, whatever the change is`() throws {
        try scratch.file("own/a.lua", "one")
        var watch = FolderWatch([scratch.path + "/own"])
        let isToldOfNothing = watch.hasChanged()
        #expect(!isToldOfNothing)
        let changes: [() throws -> Void] = [
            { try scratch.file("own/a.lua", "longer") }, { try scratch.file("own/b.lua", "new") },
            { try FileManager.default.removeItem(atPath: scratch.path + "/own/a.lua") },
            { try scratch.file("own/deep/c.json", "{}") },
            { try FileManager.default.removeItem(atPath: scratch.path + "/own") },
            { try scratch.file("own/a.lua", "there again") },
        ]
        for change in changes {
            try change()
            let isTold = watch.hasChanged()
            let isToldAgain = watch.hasChanged()
            #expect(isTold && !isToldAgain)
        }
    }

    @Test func `temporary files of editors are ignored`() throws {
        try scratch.file("own/a.lua", "one")
        var watch = FolderWatch([scratch.path + "/own", scratch.path + "/nowhere"])
        for name in [".a.lua.swp", "a.lua~", "#a.lua#"] { try scratch.file("own/\(name)", "x") }
        let isTold = watch.hasChanged()
        #expect(!isTold)
    }

    @Test func `waiting ends with a change, or with the interruption`() throws {
        try scratch.file("own/a.lua", "one")
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        var watch = FolderWatch([scratch.path + "/own"])
        try scratch.file("own/a.lua", "another")
        let isChanged = watch.wait(interruption: ends[0])
        #expect(isChanged)
        #expect(unsafe write(ends[1], "x", 1) == 1)
        let isChangedAgain = watch.wait(interruption: ends[0])
        #expect(!isChangedAgain)
    }
}
