import Foundation
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

/// Stores in whose folder nothing can be written: read-only, or on a full disk.
///
/// Permissions do not stop root. A link that leads nowhere stands for them: SQLite cannot make its file of that name.
@Suite struct ReadOnlyStoreTests {
    private let folder: Folder
    private let token: TokenID
    private let string: TokenString

    init() throws {
        var fixture: StoreFixture? = try StoreFixture()
        let made = try fixture!.token("Feed")
        (token, string) = (made.0.token.id, made.1)
        folder = fixture!.folder
        // The last connection moves every change into the file.
        fixture = nil
        try Self.obstruct(folder)
    }

    private static func obstruct(_ folder: Folder) throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("a.db-shm"), withDestinationPath: folder.file("missing/a.db-shm"))
    }

    @Test func `a store without write access is read, and every write is refused with the cause`() throws {
        let store = try folder.open("a")
        #expect(try store.organisation(.all).tenants.first { $0.id == "3" }?.tokens.contains { $0.id == token } == true)
        #expect(try store.authenticate(string, now: .test)?.token.id == token)
        #expect(try store.verify().isEmpty && store.verifyLog().faults.isEmpty)
        #expect(try !store.log(LogQuery()).isEmpty)
        for body in [
            { _ = try store.revoke([token], .test) }, { try store.recordUse([token: .test]) },
            { _ = try store.reveal(token, .test) }, { _ = try store.merge(Organisation.demo(), .test) },
            { try store.refused("token.reveal", [], tenant: "3", code: "denied", .test) },
        ] as [() throws -> Void] {
            let error = #expect(throws: TokenStoreError.self, performing: body)
            #expect(error?.code == .readOnly && error?.message.contains("cannot write the store") == true)
        }
        #expect(store.refusalToWrite?.code == .readOnly)
    }

    @Test func `changes outside the file are never overlooked`() throws {
        try FileManager.default.removeItem(atPath: folder.file("a.db-shm"))
        let writer = try folder.open("a")
        _ = try writer.revoke([token], .test)
        let copy = try Folder()
        for name in ["a.db", "a.db-wal"] {
            try FileManager.default.copyItem(atPath: folder.file(name), toPath: copy.file(name))
        }
        try Self.obstruct(copy)
        let error = #expect(throws: TokenStoreError.self) {
            _ = try SQLiteStore.open(copy.file("a.db"), keys: folder.keyFile, clock: { .test })
        }
        #expect(error?.message.contains("a.db-wal`, and cannot be read") == true, "\(error?.message ?? "")")
        _ = consume writer
    }

    @Test func `a file that changes while it is read without locks is not believed`() throws {
        let store = try folder.open("a")
        _ = try store.organisation(.none)
        let before = try store.directoryVersion
        #expect(try store.directoryVersion == before)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: folder.file("a.db"))
        for body in [
            { _ = try store.organisation(.all) }, { _ = try store.directoryVersion }, { _ = try store.details(token) },
        ] as [() throws -> Void] {
            let error = #expect(throws: TokenStoreError.self, performing: body)
            #expect(error?.code == .busy && error?.message.contains("was changed while it was read") == true)
        }
    }

    @Test func `an older copy is detected without write access, too`() throws {
        let old = try Data(contentsOf: URL(filePath: folder.file("a.db")))
        try FileManager.default.removeItem(atPath: folder.file("a.db-shm"))
        do {
            let writer = try folder.open("a")
            _ = try writer.revoke([token], .test)
        }
        try old.write(to: URL(filePath: folder.file("a.db")))
        try Self.obstruct(folder)
        let store = try folder.open("a")
        #expect(store.rollback != nil)
        #expect(try store.organisation(.all).isRolledBack)
    }
}
