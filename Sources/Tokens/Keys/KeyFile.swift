internal import CSodium
internal import Files
internal import Model

/// The key file: text, one key a line, readable by its owner only, and not in the store's folder.
///
///     demilune keys 1
///     store 4f1c…
///     log BASE64
///     key 1 old 2026-01-15T12:00:00Z BASE64
///     key 2 active 2026-11-22T12:00:00Z BASE64
enum KeyFile {
    private static let most = 1 << 16
    private static let encodedCount = 45

    static func randomize(_ buffer: UnsafeMutableRawBufferPointer) {
        unsafe randombytes_buf(buffer.baseAddress!, buffer.count)
    }

    // MARK: Reading

    static func read(_ path: String, store: String, database: String) throws(TokenStoreError) -> Keyring {
        let file = try open(path)
        let size = try check(file, path, database)
        var failure: String?
        let content = unsafe LockedBytes(count: max(size, 1)) { buffer in
            do throws(FileError) {
                let count = try unsafe file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
                if count < size { failure = "it became shorter" }
            } catch { failure = error.reason }
        }
        if let failure { throw fault(path, "cannot be read: \(failure)") }
        return try parse(content, size, path, store)
    }

    private static func open(_ path: String) throws(TokenStoreError) -> OpenFile {
        do throws(FileError) { return try OpenFile(path, for: .reading, followsLinks: false) } catch {
            switch error.code {
            case .missing:
                throw fault(
                    path,
                    "is missing, and without it no token can be checked: give its path with `--keys`, or restore it "
                        + "from a backup")
            case .link: throw fault(path, "is a symbolic link: name the file itself")
            default: throw fault(path, "cannot be read: \(error.reason)")
            }
        }
    }

    /// Checks the file's type, owner, mode, links, size and folder.
    /// - Returns: its size in bytes.
    private static func check(
        _ file: borrowing OpenFile, _ path: String, _ database: String
    ) throws(TokenStoreError) -> Int {
        let status: FileStatus
        do throws(FileError) { status = try file.status() } catch {
            throw fault(path, "cannot be read: \(error.reason)")
        }
        guard status.kind == .regular else { throw fault(path, "is not a regular file") }
        guard status.isOwn else { throw fault(path, "belongs to another user: it must be your own") }
        guard status.permissions & 0o077 == 0 else {
            let mode = String(status.permissions & 0o777, radix: 8)
            throw fault(
                path, "can be read by others (mode \(mode)): run `chmod 600` on it, and consider who may have read it")
        }
        guard status.links == 1 else {
            throw fault(path, "has \(status.links) names (hard links): it must have one")
        }
        guard status.size <= most else { throw fault(path, "is not a key file") }
        try checkPlace(path, database)
        return status.size
    }

    /// Checks that the keys are not in the store's folder, so that a copy of it does not have both, and not in a folder
    /// that everybody can write to.
    static func checkPlace(_ path: String, _ database: String) throws(TokenStoreError) {
        let own: FileStatus
        do throws(FileError) { own = try FileStatus(of: File.folder(of: path)) } catch {
            throw fault(path, "cannot be used: its folder \(error.reason)")
        }
        // In a folder with the sticky bit (0o1000) nobody replaces the files of another user.
        guard own.permissions & 0o002 == 0 || own.permissions & 0o1000 != 0 else {
            throw fault(path, "is in a folder that everybody can write to: keep it in a folder of your own")
        }
        guard let other = try? FileStatus(of: File.folder(of: database)) else { return }
        guard own.identity != other.identity else {
            throw fault(
                path, "is in the same folder as the store, so a copy of the folder has both: keep it in another folder")
        }
    }

    private static func parse(
        _ content: LockedBytes, _ size: Int, _ path: String, _ store: String
    ) throws(TokenStoreError) -> Keyring {
        var lines: [Range<Int>] = []
        unsafe content.read { bytes in
            var start = 0
            for index in 0..<size where unsafe bytes[index] == UInt8(ascii: "\n") {
                lines.append(start..<index)
                start = index + 1
            }
            // The file was cut off if its last line has no end.
            if start < size { lines = [] }
        }
        /// The words of a line before its secret.
        func words(_ line: Range<Int>, secrets: Int) -> [String]? {
            guard line.count <= 200 else { return nil }
            let text = unsafe content.read { bytes in
                unsafe String(
                    decoding: UnsafeBufferPointer(start: bytes + line.lowerBound, count: line.count - secrets),
                    as: UTF8.self)
            }
            return text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        }
        func secret(_ line: Range<Int>) -> LockedBytes? {
            let count = encodedCount - 1
            guard line.count > count else { return nil }
            var isRead = false
            let key = unsafe LockedBytes(count: 32) { buffer in
                unsafe content.read { bytes in
                    let text = unsafe UnsafeRawPointer(bytes + line.upperBound - count)
                        .assumingMemoryBound(to: CChar.self)
                    var got = 0
                    let status = unsafe sodium_base642bin(
                        buffer.baseAddress!.assumingMemoryBound(to: UInt8.self), 32, text, count, nil, &got, nil,
                        sodium_base64_VARIANT_ORIGINAL)
                    isRead = status == 0 && got == 32
                }
            }
            return isRead ? key : nil
        }
        guard lines.count >= 4, words(lines[0], secrets: 0) == ["demilune", "keys", "1"],
            let named = words(lines[1], secrets: 0), named.count == 2, named[0] == "store",
            lines[2].count == 4 + 44, words(lines[2], secrets: 44) == ["log", ""], let log = secret(lines[2])
        else { throw fault(path, "is not a key file, or is damaged: restore it from a backup") }
        guard named[1] == store else {
            throw fault(path, "is the key file of another store: give the right one with `--keys`")
        }
        var keys: [Key] = []
        for (index, line) in lines.enumerated().dropFirst(3) {
            let damaged = fault(path, "is damaged in line \(index + 1): restore it from a backup")
            let isRetired = unsafe content.read { unsafe line.isEmpty || $0[line.upperBound - 1] == UInt8(ascii: "-") }
            guard isRetired || line.count > 44, !line.isEmpty,
                let words = words(line, secrets: isRetired ? 1 : 44), words.count == 5, words[0] == "key",
                let number = Int(words[1]), number == keys.count + 1, let state = Key.State(rawValue: words[2]),
                let created = Instant(words[3]), (state == .retired) == isRetired
            else { throw damaged }
            let master = isRetired ? nil : secret(line)
            guard isRetired || master != nil else { throw damaged }
            keys.append(Key(number: number, state: state, created: created, master: master))
        }
        guard keys.filter({ $0.state == .active }).count == 1, keys.last?.state == .active else {
            throw fault(path, "has no active key at its end: restore it from a backup")
        }
        return Keyring(path: path, store: store, keys: keys, log: log)
    }

    // MARK: Writing

    /// Writes the key file atomically: a temporary file in the same folder is synced to disk, then renamed.
    static func write(_ ring: Keyring, replaces: Bool) throws(TokenStoreError) {
        var count = 0
        let content = unsafe LockedBytes(count: 256 + ring.keys.count * 128) { buffer in
            func add(_ text: String) {
                for byte in text.utf8 {
                    unsafe buffer[count] = byte
                    count += 1
                }
            }
            func add(_ key: UnsafePointer<UInt8>) {
                let place = unsafe (buffer.baseAddress! + count).assumingMemoryBound(to: CChar.self)
                unsafe sodium_bin2base64(place, encodedCount, key, 32, sodium_base64_VARIANT_ORIGINAL)
                count += encodedCount - 1
            }
            add("demilune keys 1\nstore \(ring.store)\nlog ")
            unsafe ring.readLogKey { unsafe add($0) }
            add("\n")
            for key in ring.keys {
                add("key \(key.number) \(key.state.rawValue) \(key.created) ")
                if let master = key.master { unsafe master.read { unsafe add($0) } } else { add("-") }
                add("\n")
            }
        }
        try unsafe content.read { bytes throws(TokenStoreError) in
            try unsafe write(UnsafeRawBufferPointer(start: bytes, count: count), to: ring.path, replaces: replaces)
        }
    }

    /// Writes a file of the keys, or one beside it.
    static func write(
        _ content: UnsafeRawBufferPointer, to path: String, replaces: Bool
    ) throws(TokenStoreError) {
        do throws(FileError) { try unsafe AtomicFile.writePrivate(content, to: path, replaces: replaces) } catch {
            throw error.code == .exists
                ? TokenStoreError(.exists, "`\(path)` already exists and is never overwritten")
                : TokenStoreError(.io, "cannot write `\(path)`: \(error.reason)")
        }
    }

    private static func fault(_ path: String, _ message: String) -> TokenStoreError {
        TokenStoreError(.keys, "the key file `\(path)` \(message)")
    }
}
