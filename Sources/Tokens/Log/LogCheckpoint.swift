internal import Glibc

/// The log checkpoint, kept beside the key file: the newest entry of the administration log, and its hash.
struct LogCheckpoint: Equatable {
    /// 0 before there is an entry.
    let number: Int64
    let hash: [UInt8]
    /// The version of the store that everything was sealed for: values of an earlier one are taken over once.
    var version: Int64 = 0

    /// - Returns: `nil` when there is none yet.
    static func read(_ path: String) throws(TokenStoreError) -> LogCheckpoint? {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw TokenStoreError(.keys, "cannot read `\(path)`: \(unsafe String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = unsafe Glibc.read(descriptor, &buffer, 128)
        let words = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2 || words.count == 3, let number = Self.number(words[0]),
            let hash = [UInt8](hexadecimal: words[1] == "-" ? "" : String(words[1])),
            let version = words.count == 3 ? Self.number(words[2]) : 0,
            case let head = LogCheckpoint(number: number, hash: hash, version: version), head.isPossible
        else {
            throw TokenStoreError(.keys, "`\(path)` is damaged; `demilune log verify` says what the log holds")
        }
        return head
    }

    /// A number as it is written here, and in no other way.
    private static func number(_ word: Substring) -> Int64? {
        guard let number = Int64(word), String(number) == word else { return nil }
        return number
    }

    /// Whether the store can have such a newest entry: a number that it gives, with the hash of an entry.
    private var isPossible: Bool {
        let isEntry = number == 0 ? hash.isEmpty : (1...StoredCount.most).contains(number) && hash.count == 32
        return isEntry && (0...Self.mostVersions).contains(version)
    }

    private static let mostVersions: Int64 = 1_000_000

    /// Moves the head forward; never back, whoever else writes it.
    /// - Parameter isAccepted: whether somebody answers for it: then it is written whatever was known.
    /// - Throws: `.tampered` for what could not be read again.
    func write(_ path: String, isAccepted: Bool = false) throws(TokenStoreError) {
        guard isPossible else {
            throw TokenStoreError(
                .tampered,
                "the newest entry of the log, \(number), is not one that the store wrote: look with `demilune log verify`"
            )
        }
        let lock = unsafe open(path + ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
            if lock >= 0 { close(lock) }
            throw TokenStoreError(.keys, "cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
        }
        defer { close(lock) }
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
            Result { () throws(TokenStoreError) in try unsafe DurableFile.write(bytes, to: path, replaces: true) }
        }
        try result.get()
    }
}

extension [UInt8] {
    /// Two digits a byte.
    package var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// - Returns: `nil` unless the text is pairs of hexadecimal digits.
    init?(hexadecimal text: String) {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
