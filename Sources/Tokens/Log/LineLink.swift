internal import Model

/// The end of a line of a chained log: the line's number, the hash of the line before, a seal where a key file was at
/// hand, and the line's own hash, which covers all of it.
///
///     …,"number":7,"previous":"4f1c…","seal":"9a02…","hash":"c35e…"}
///
/// Only these bytes are a link. A line with any others, down to a space, has none.
package struct LineLink: Equatable, Sendable {
    package let number: Int64
    /// Empty in the first line of a file.
    package let previous: [UInt8]
    package let seal: [UInt8]?
    package let hash: [UInt8]

    /// The link of the line after a position.
    /// - Parameters:
    ///   - digest: of the line without its link: see `digest(of:)`.
    ///   - sealer: `nil` for a line without a seal.
    package init(after position: LogPosition, digest: ArraySlice<UInt8>, sealer: LineSealer? = nil) {
        number = position.number + 1
        previous = position.hash
        seal = sealer?.seal(number, previous, digest)
        hash = Self.hash(number, previous, digest, seal)
    }

    /// The place in the log that this line is.
    package var position: LogPosition { LogPosition(number: number, hash: hash) }

    /// True when the hash is that of the line.
    /// - Parameter digest: of the line without its link.
    package func isHash(ofLine digest: [UInt8]) -> Bool { hash == Self.hash(number, previous, digest[...], seal) }

    /// The place after a line without a link: the line after it covers it.
    package static func position(after position: LogPosition, unlinked line: ArraySlice<UInt8>) -> LogPosition {
        var message = CanonicalEncoder("decision-line-unlinked-v1")
        message.add(position.number)
        message.add(position.hash)
        message.add(digest(of: line))
        return LogPosition(number: position.number + 1, hash: KeyedHash.plain(message.bytes))
    }

    /// The digest of a line without its link. Digests of several lines can be made side by side.
    /// - Parameter line: without its line end, and without the brace that closes its object.
    package static func digest(of line: ArraySlice<UInt8>) -> [UInt8] { KeyedHash.plain(line) }

    fileprivate static func message(
        _ domain: String, _ number: Int64, _ previous: [UInt8], _ digest: ArraySlice<UInt8>
    ) -> CanonicalEncoder {
        var message = CanonicalEncoder(domain)
        message.add(number)
        message.add(previous)
        message.add(Array(digest))
        return message
    }

    private static func hash(
        _ number: Int64, _ previous: [UInt8], _ digest: ArraySlice<UInt8>, _ seal: [UInt8]?
    ) -> [UInt8] {
        var message = message("decision-line-v1", number, previous, digest)
        message.add(seal)
        return KeyedHash.plain(message.bytes)
    }
}

/// A sealer of lines, with the key of a store's administration log. It is never replaced, so that a seal stays valid.
package struct LineSealer {
    private let keys: Keyring

    fileprivate init(_ keys: Keyring) { self.keys = keys }

    fileprivate func seal(_ number: Int64, _ previous: [UInt8], _ digest: ArraySlice<UInt8>) -> [UInt8] {
        keys.chain(LineLink.message("decision-line-seal-v1", number, previous, digest).bytes)
    }

    /// True for a seal that was made with these keys.
    /// - Parameter digest: of the line without its link.
    package func isSeal(of link: LineLink, digest: [UInt8]) -> Bool {
        guard let seal = link.seal else { return false }
        return KeyedHash.isSame(seal, self.seal(link.number, link.previous, digest[...]))
    }
}

extension TokenService {
    /// The sealer of lines; `nil` for a store without keys.
    package var lineSealer: LineSealer? {
        guard let keys = try? keys else { return nil }
        return LineSealer(keys)
    }
}

// MARK: Text

extension LineLink {
    private static let names = (
        number: Array(",\"number\":".utf8), previous: Array(",\"previous\":\"".utf8), seal: Array(",\"seal\":\"".utf8),
        hash: Array(",\"hash\":\"".utf8), end: Array("\"}".utf8)
    )
    private static let digits = Array("0123456789abcdef".utf8)

    /// Appends the link to a line that lacks the brace which closes its object.
    package func write(to bytes: inout [UInt8]) {
        func add(_ name: [UInt8], _ hash: [UInt8]) {
            bytes += name
            for byte in hash {
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 15)])
            }
        }
        bytes += Self.names.number
        bytes += String(number).utf8
        add(Self.names.previous, previous)
        bytes.append(UInt8(ascii: "\""))
        if let seal {
            add(Self.names.seal, seal)
            bytes.append(UInt8(ascii: "\""))
        }
        add(Self.names.hash, hash)
        bytes += Self.names.end
    }

    /// The link at the end of a line, and what comes before it.
    /// - Parameter line: without its line end.
    /// - Returns: `nil` for a line without a link.
    package static func read(_ line: ArraySlice<UInt8>) -> (link: LineLink, body: ArraySlice<UInt8>)? {
        var rest = line
        guard take(names.end, &rest), let hash = takeHash(&rest), take(names.hash, &rest),
            take([UInt8(ascii: "\"")], &rest)
        else { return nil }
        // The line before the first one has no hash.
        var value = takeHash(&rest) ?? []
        var seal: [UInt8]?
        if !value.isEmpty, take(names.seal, &rest) {
            seal = value
            guard take([UInt8(ascii: "\"")], &rest) else { return nil }
            value = takeHash(&rest) ?? []
        }
        guard take(names.previous, &rest) else { return nil }
        let word = rest.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let number = Int64(String(decoding: word.reversed(), as: UTF8.self)), number > 0,
            word.last != UInt8(ascii: "0")
        else { return nil }
        rest.removeLast(word.count)
        guard take(names.number, &rest) else { return nil }
        return (LineLink(number: number, previous: value, seal: seal, hash: hash), rest)
    }

    private init(number: Int64, previous: [UInt8], seal: [UInt8]?, hash: [UInt8]) {
        self.number = number
        self.previous = previous
        self.seal = seal
        self.hash = hash
    }

    /// Takes a text off the end.
    private static func take(_ text: [UInt8], _ line: inout ArraySlice<UInt8>) -> Bool {
        guard line.suffix(text.count).elementsEqual(text) else { return false }
        line.removeLast(text.count)
        return true
    }

    /// Takes 64 digits off the end.
    private static func takeHash(_ line: inout ArraySlice<UInt8>) -> [UInt8]? {
        let text = line.suffix(64)
        guard text.count == 64 else { return nil }
        var hash: [UInt8] = []
        hash.reserveCapacity(32)
        var high: UInt8?
        for byte in text {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                hash.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        line.removeLast(64)
        return hash
    }
}
