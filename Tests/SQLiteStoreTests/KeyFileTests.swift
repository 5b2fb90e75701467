import Foundation
import Glibc
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

@Suite struct KeyFileTests {
    private let folder: Folder
    private let path: String

    init() throws {
        folder = try Folder()
        path = folder.keyFile(try folder.create("a").id)
    }

    private func refusal() -> String {
        let error = #expect(throws: TokenStoreError.self) { try folder.open("a") }
        #expect(error?.code == .keys)
        return error?.message ?? ""
    }

    @Test func `only its owner can access a new key file`() throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        _ = try folder.open("a")
    }

    @Test func `a key file that others may read is refused`() throws {
        for mode in [0o640, 0o604, 0o660, 0o620, 0o610] as [mode_t] {
            #expect(unsafe chmod(path, mode) == 0)
            #expect(refusal().contains("can be read by others (mode \(String(mode, radix: 8)))"))
        }
    }

    @Test func `a key file with two names, or a link, is refused`() throws {
        #expect(unsafe link(path, path + ".copy") == 0)
        #expect(refusal().contains("has 2 names"))
        #expect(unsafe rename(path, path + ".moved") == 0 && unlink(path + ".copy") == 0)
        #expect(unsafe symlink(path + ".moved", path) == 0)
        #expect(refusal().contains("is a symbolic link"))
    }

    @Test func `a missing key file, or something else, is refused`() throws {
        #expect(unsafe unlink(path) == 0)
        #expect(refusal().contains("is missing"))
        #expect(unsafe mkdir(path, 0o700) == 0)
        #expect(refusal().contains("is not a regular file"))
        #expect(unsafe rmdir(path) == 0)
        #expect(unsafe mkfifo(path, 0o600) == 0)
    }

    @Test func `a key file beside the store, or where everybody may write, is refused`() throws {
        let beside = folder.file("keys")
        let error = #expect(throws: TokenStoreError.self) {
            try SQLiteStore.create(folder.file("b.db"), keys: { _ in beside })
        }
        #expect(error?.code == .keys && error?.message.contains("is in the same folder as the store") == true)
        #expect(!FileManager.default.fileExists(atPath: beside))
        #expect(unsafe chmod(folder.keys, 0o777) == 0)
        #expect(refusal().contains("everybody can write"))
    }

    @Test func `a damaged file, or another store's, is refused with a reason`() throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var damages: [String] = [
            "", "demilune keys 1\n", text.replacing("demilune", with: "demilun"), text.replacing("active", with: "old"),
            text.replacing("key 1", with: "key 2"), String(text.dropLast(3)), text + "x\n",
            text.replacing("key 1 ", with: ""),
            lines.dropLast(2).joined(separator: "\n"), text + lines[3] + "\n",
        ]
        damages += (0..<text.count).filter { $0 % 7 == 0 }.map { String(text.prefix($0)) }
        for damage in damages {
            try Data(damage.utf8).write(to: URL(filePath: path))
            #expect(unsafe chmod(path, 0o600) == 0)
            let message = refusal()
            #expect(message.contains("key file"), "\(damage)")
        }
        let other = try folder.create("b")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: folder.keyFile(other.id), toPath: path)
        #expect(refusal().contains("is the key file of another store"))
    }

    @Test func `keys that are not the store's own are refused, also under its id`() throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let other = folder.keyFile(try folder.create("b").id)
        let lines = try String(contentsOfFile: other, encoding: .utf8).split(separator: "\n")
        let forged = (text.split(separator: "\n").prefix(3) + lines[3...]).joined(separator: "\n") + "\n"
        try Data(forged.utf8).write(to: URL(filePath: path))
        #expect(unsafe chmod(path, 0o600) == 0)
        #expect(refusal().contains("key 1 of"))
    }
}
