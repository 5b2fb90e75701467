import Testing

@testable import Model

@Suite struct TextHashTests {
    private func hash(_ bytes: [UInt8], _ scope: Int, _ hash: TextHash) -> UInt64 {
        unsafe bytes.withUnsafeBytes { unsafe hash($0, scope) }
    }

    @Test func `every byte and every length of a string is part of its hash`() {
        let hash = TextHash(seed: 7)
        var seen: [UInt64: [UInt8]] = [:]
        for length in 0..<40 {
            let bytes = [UInt8](repeating: 0x61, count: length)
            var all = [bytes]
            for place in bytes.indices {
                for bit in 0..<8 {
                    var other = bytes
                    other[place] ^= 1 << bit
                    all.append(other)
                }
            }
            for bytes in all {
                for scope in [0, 1, -1, 1 << 40] {
                    let known = seen.updateValue(
                        bytes + [UInt8(truncatingIfNeeded: scope)], forKey: self.hash(bytes, scope, hash))
                    #expect(known == nil, "\(bytes) in \(scope) and \(known ?? [])")
                }
            }
        }
    }

    /// A scope that were only mixed into the first bytes could be undone by other first bytes, whatever the seed.
    @Test func `other first bytes do not undo another scope`() {
        let difference = (1 as UInt64) &* 0x9E37_79B9_7F4A_7C15 ^ 2 &* 0x9E37_79B9_7F4A_7C15
        let bytes = Array("0123456789abcdefgh".utf8)
        for seed in 0..<50 {
            let hash = TextHash(seed: UInt64(seed) &* 0x1234_5678_9ABC_DEF1)
            var other = bytes
            for place in 0..<8 { other[place] ^= UInt8(truncatingIfNeeded: difference >> UInt64(8 * place)) }
            #expect(self.hash(bytes, 1, hash) != self.hash(other, 2, hash))
            #expect(self.hash(bytes, 1, hash) != self.hash(bytes, 2, hash))
        }
    }
}
