package import Model

/// An encoder for the input of keyed hashes: two different lists of fields never give the same bytes.
struct CanonicalEncoder {
    private(set) var bytes: [UInt8] = []

    /// - Parameter domain: the purpose of the hash, so that a hash for one purpose is never valid for another.
    init(_ domain: String) {
        bytes.reserveCapacity(512)
        add(domain)
    }

    mutating func add(_ text: String) {
        var text = text
        bytes.append(1)
        text.withUTF8 { buffer in
            add(count: buffer.count)
            unsafe bytes.append(contentsOf: buffer)
        }
    }

    mutating func add(_ blob: [UInt8]) {
        bytes.append(2)
        add(count: blob.count)
        bytes += blob
    }

    mutating func add(_ number: Int64) {
        bytes.append(3)
        add(count: Int(number))
    }

    mutating func add(_ flag: Bool) { bytes.append(flag ? 5 : 4) }
    mutating func add(_ instant: Instant) { add(instant.microseconds) }

    /// Adds the id's bytes without allocating an array: every row that is read is hashed.
    mutating func add(_ id: TokenID) {
        bytes.append(2)
        add(count: 16)
        unsafe withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func add(_ texts: [String]) {
        add(Int64(texts.count))
        for text in texts { add(text) }
    }

    mutating func add(_ name: ExactName) { add(name.text) }
    mutating func add(_ name: ExactName?) { add(name?.text) }
    mutating func add(_ names: [ExactName]) { add(names.map(\.text)) }

    /// Adds the mark of an absent field, which differs from every value.
    mutating func addNothing() { bytes.append(0) }

    mutating func add(_ instant: Instant?) {
        if let instant { add(instant) } else { addNothing() }
    }

    mutating func add(_ text: String?) {
        if let text { add(text) } else { addNothing() }
    }

    mutating func add(_ blob: [UInt8]?) {
        if let blob { add(blob) } else { addNothing() }
    }

    private mutating func add(count: Int) {
        unsafe withUnsafeBytes(of: count.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}

extension TokenID {
    /// The id's 16 bytes, the most significant first.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        unsafe withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { unsafe bytes.append(contentsOf: $0) }
        return bytes
    }
}
