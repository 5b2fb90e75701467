/// A hash of strings with a random seed, so that nobody who chooses the strings can make them collide.
package struct TextHash: Sendable {
    private let seed: UInt64
    private let otherSeed: UInt64

    package init(seed: UInt64 = .random(in: 0 ... .max)) {
        self.seed = seed
        otherSeed = Self.folded(seed ^ Self.mixer, Self.otherMixer)
    }

    /// The hash of a string in a scope. It folds the product of two words, the last sixteen bytes, each with a seed; into the
    /// first of them go the scope and the bytes before, eight at a time.
    @inline(__always) package func callAsFunction(_ text: UnsafeRawBufferPointer, _ scope: Int) -> UInt64 {
        var start = Self.folded(seed ^ UInt64(bitPattern: Int64(scope)), Self.mixer)
        let end = otherSeed ^ UInt64(bitPattern: Int64(text.count)) &* Self.otherMixer
        guard let bytes = text.baseAddress else { return Self.folded(start, end) }
        var index = 0
        // The last sixteen bytes may overlap those before.
        while index &+ TextWords.most < text.count {
            start = unsafe Self.folded(start ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self), Self.mixer)
            index &+= 8
        }
        let words = unsafe TextWords(bytes + index, text.count &- index)
        return Self.folded(start ^ words.first, end ^ words.last)
    }

    private static var mixer: UInt64 { 0x9E37_79B9_7F4A_7C15 }
    private static var otherMixer: UInt64 { 0xBF58_476D_1CE4_E5B9 }

    @inline(__always) private static func folded(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let product = one.multipliedFullWidth(by: other)
        return product.high ^ product.low
    }
}
