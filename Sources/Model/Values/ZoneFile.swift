internal import Glibc

/// The contents of a TZif file (RFC 9636): the changes of the offset from UTC, and the rule for the time after them.
final class ZoneFile: Sendable {
    private let transitions: [Int64]
    /// Seconds east of UTC: the first for the time before all transitions, then one for each.
    private let offsets: [Int32]
    private let rule: ZoneRule?

    init(transitions: [Int64], offsets: [Int32], rule: ZoneRule?) {
        self.transitions = transitions
        self.offsets = offsets
        self.rule = rule
    }

    convenience init(named name: String) throws(ZoneError) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".."
                && part.utf8.allSatisfy {
                    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0 & 0xDF)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
                        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+")
                }
        }
        guard isName, name.utf8.count <= 100 else { throw ZoneError("`\(name)` is not the name of a time zone") }
        guard let bytes = Self.read("\(Zones.folder)/\(name)") else {
            throw ZoneError("the time zone `\(name)` is not installed (see the package `tzdata`)")
        }
        var reader = ZoneFileReader(bytes: bytes)
        guard let content = reader.content() else { throw ZoneError("the file of the time zone `\(name)` is damaged") }
        self.init(transitions: content.transitions, offsets: content.offsets, rule: content.rule)
    }

    /// The offset at an instant, in seconds east of UTC.
    func offset(at seconds: Int64) -> Int32 {
        if let last = transitions.last, seconds >= last, let rule { return rule.offset(at: seconds) }
        if transitions.isEmpty, let rule { return rule.offset(at: seconds) }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return offsets[low]
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var length = 0
        while length < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress! + length, buffer.count - length)
            }
            if count < 0 { return nil }
            if count == 0 { return Array(bytes.prefix(length)) }
            length += count
        }
        return nil
    }
}

/// A reader of the 64-bit part of a TZif file.
private struct ZoneFileReader {
    let bytes: [UInt8]
    var position = 0

    mutating func content() -> (transitions: [Int64], offsets: [Int32], rule: ZoneRule?)? {
        guard let first = header(), first.version >= UInt8(ascii: "2") else { return nil }
        position += first.size(ofTime: 4)
        guard let header = header() else { return nil }
        let start = position
        position += header.size(ofTime: 8)
        guard position <= bytes.count, header.types > 0 else { return nil }
        let transitions = (0..<header.times).map { signed(at: start + $0 * 8, 8) }
        let typesAt = start + header.times * 8
        let recordsAt = typesAt + header.times
        let types = (0..<header.times).map { Int(bytes[typesAt + $0]) }
        guard types.allSatisfy({ $0 < header.types }) else { return nil }
        func offset(_ type: Int) -> Int32 { Int32(truncatingIfNeeded: signed(at: recordsAt + type * 6, 4)) }
        let footer = bytes[position...].dropFirst().prefix { $0 != UInt8(ascii: "\n") }
        let text = String(decoding: footer, as: UTF8.self)
        let rule = ZoneRule(text)
        guard text.isEmpty || rule != nil else { return nil }
        return (transitions, [offset(0)] + types.map(offset), rule)
    }

    private struct Header {
        let version: UInt8
        let flags: (ut: Int, standard: Int)
        let leaps: Int
        let times: Int
        let types: Int
        let characters: Int

        func size(ofTime size: Int) -> Int {
            times * size + times + types * 6 + characters + leaps * (size + 4) + flags.standard + flags.ut
        }
    }

    private mutating func header() -> Header? {
        guard position + 44 <= bytes.count, bytes[position..<(position + 4)].elementsEqual("TZif".utf8) else {
            return nil
        }
        let counts = (0..<6).map { Int(signed(at: position + 20 + $0 * 4, 4)) }
        guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
        let version = bytes[position + 4]
        position += 44
        return Header(
            version: version, flags: (counts[0], counts[1]), leaps: counts[2], times: counts[3], types: counts[4],
            characters: counts[5])
    }

    /// A big-endian two's complement number.
    private func signed(at index: Int, _ size: Int) -> Int64 {
        let value = bytes[index..<(index + size)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let shift = UInt64(64 - size * 8)
        return Int64(bitPattern: value << shift) >> Int64(shift)
    }
}
