internal import Foundation
internal import Glibc
internal import ProgramSupport
internal import Testing

@Suite struct InitTests {
    private let session = Session()

    @Test(arguments: [["init"], ["init", "--demo"]])
    func `a new store is one complete file`(line: [String]) {
        let result = session.run(line)
        #expect(result.status == 0, "\(result.errors)")
        #expect(session.names == ["demilune.db"])
        #expect(session.run("export").status == 0)
    }

    @Test func `a failure on the way leaves nothing`() async {
        await #expect(processExitsWith: .success) {
            let session = Session()
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 64 << 10, rlim_max: 64 << 10)
            #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let result = session.run("init", "--demo")
            #expect(result.status == 1 && result.output.isEmpty)
            #expect(result.errors.contains("the store `\(session.store)` failed: "), "\(result.errors)")
            #expect(session.names == [])
        }
    }

    @Test func `an existing file stays as it is`() throws {
        let path = try session.file("demilune.db", "mine")
        let result = session.run("init", "--demo")
        #expect(result.status == 1 && result.errors == "error: `\(path)` exists; a store is never overwritten\n")
        #expect(try session.text(of: "demilune.db") == "mine")
        #expect(session.names == ["demilune.db"])
    }

    @Test func `a link without a target is not followed`() throws {
        let target = session.folder + "/elsewhere.db"
        try FileManager.default.createSymbolicLink(atPath: session.store, withDestinationPath: target)
        let result = session.run("init")
        #expect(result.status == 1 && result.errors.contains("exists; a store is never overwritten"))
        #expect(session.names == ["demilune.db"])
    }

    @Test func `a write-ahead log of another store is not taken for its own`() throws {
        let path = try session.file("demilune.db-wal", "old")
        let result = session.run("init")
        #expect(result.status == 1 && result.errors.contains("`\(path)` is left over from another store"))
        #expect(session.names == ["demilune.db-wal"])
    }

    @Test func `a missing folder is reported`() {
        let path = session.folder + "/nowhere/demilune.db"
        let result = session.run("init", "--store", path)
        #expect(result.status == 1 && result.errors == "error: cannot make `\(path)`: No such file or directory\n")
    }

    @Test(arguments: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
    func `a demo outside of the calendar is refused, not adjusted`(time: String) {
        let result = session.run("init", "--demo", "--at", time)
        #expect(
            result.status == 64 && result.errors.contains("too close to the limits of the calendar"), "\(result.errors)"
        )
        #expect(session.names == [])
        #expect(session.run("init", "--at", time).status == 0)
    }
}
