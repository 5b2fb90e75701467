internal import Files

/// The checkpoint of the administration log, kept beside the key file: the number and the hash of the newest entry.
struct LogCheckpoint: Equatable {
    /// The entry's number; 0 before there is an entry.
    let number: Int64
    let hash: [UInt8]
    /// The store version for which everything was sealed: values of an earlier version are migrated once.
    var version: Int64 = 0

    /// - Returns: `nil` when there is none yet.
    static func read(_ path: String) throws(TokenStoreError) -> LogCheckpoint? {
        let file: OpenFile
        do throws(FileError) { file = try OpenFile(path, for: .reading, followsLinks: false) } catch {
            if error.code == .missing { return nil }
            throw TokenStoreError(.keys, error.message)
        }
        // What cannot be read is no checkpoint.
        let bytes = (try? file.prefix(128)) ?? []
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2 || words.count == 3, let number = Self.number(words[0]),
            let hash = [UInt8](hexadecimal: words[1] == "-" ? "" : String(words[1])),
            let version = words.count == 3 ? Self.number(words[2]) : 0,
            case let head = LogCheckpoint(number: number, hash: hash, version: version), head.isPossible
        else {
            throw TokenStoreError(.keys, "`\(path)` is damaged: `demilune log verify` checks the log")
        }
        return head
    }

    /// A number in the form in which `write` writes it; `nil` for any other form.
    private static func number(_ word: Substring) -> Int64? {
        guard let number = Int64(word), String(number) == word else { return nil }
        return number
    }

    /// True when a store can have this newest entry: a valid number, with a hash of the right length.
    private var isPossible: Bool {
        let isEntry = number == 0 ? hash.isEmpty : (1...StoredCount.most).contains(number) && hash.count == 32
        return isEntry && (0...Self.mostVersions).contains(version)
    }

    private static let mostVersions: Int64 = 1_000_000

    private static func lock(_ path: String) throws(TokenStoreError) -> OpenFile {
        do throws(FileError) { return try File.locked(path + ".lock") } catch {
            throw TokenStoreError(.keys, "cannot write `\(path)`: \(error.reason)")
        }
    }

    /// Moves the checkpoint forward, never back, also when several processes write it.
    /// - Parameter isAccepted: true when an operator accepts this state: then it replaces any checkpoint.
    /// - Throws: `.tampered` for a checkpoint that could not be read again.
    func write(_ path: String, isAccepted: Bool = false) throws(TokenStoreError) {
        guard isPossible else {
            throw TokenStoreError(
                .tampered,
                "the newest entry of the log, \(number), was not written by the store: run `demilune log verify`"
            )
        }
        let lock = try Self.lock(path)
        defer { lock.unlock() }
        var head = self
        if !isAccepted, let known = try? Self.read(path) {
            if known.number >= number {
                guard known.version < version else { return }
                head = LogCheckpoint(number: known.number, hash: known.hash, version: version)
            } else {
                head.version = max(version, known.version)
            }
        }
        let text = Array("\(head.number) \(head.hash.isEmpty ? "-" : head.hash.hexadecimal) \(head.version)\n".utf8)
        let result = unsafe text.withUnsafeBytes { bytes in
            Result { () throws(TokenStoreError) in try unsafe KeyFile.write(bytes, to: path, replaces: true) }
        }
        try result.get()
    }
}

extension [UInt8] {
    /// The bytes as hexadecimal text, two digits a byte.
    package var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// - Returns: `nil` unless the text is pairs of hexadecimal digits.
    package init?(hexadecimal text: String) {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
