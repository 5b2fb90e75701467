/// The lines of answers to a block. Most are one of two, which are written as they are.
@safe final class AnswerLines {
    /// Room behind the last line, so that a ready line is written without looking at its length.
    private static let room = MemoryLayout<SIMD32<UInt8>>.size

    private var bytes: UnsafeMutablePointer<UInt8>
    private var capacity = 1 << 16
    private var count = 0

    /// A line that is known beforehand.
    struct Ready {
        fileprivate let bytes: SIMD32<UInt8>
        fileprivate let count: Int

        /// - Precondition: it has at most 31 bytes.
        init(_ text: StaticString) {
            precondition(text.utf8CodeUnitCount < room, "too long")
            var bytes = SIMD32<UInt8>(repeating: UInt8(ascii: "\n"))
            for place in 0..<text.utf8CodeUnitCount { bytes[place] = unsafe text.utf8Start[place] }
            (self.bytes, count) = (bytes, text.utf8CodeUnitCount + 1)
        }
    }

    init() { unsafe bytes = .allocate(capacity: capacity + Self.room) }

    deinit { unsafe bytes.deallocate() }

    @inline(__always) func append(_ line: Ready) {
        if count &+ line.count > capacity { reserve(line.count) }
        unsafe UnsafeMutableRawPointer(bytes + count).storeBytes(of: line.bytes, as: SIMD32<UInt8>.self)
        count &+= line.count
    }

    /// Appends a line with its end.
    func append(_ line: [UInt8]) {
        if count + line.count > capacity { reserve(line.count) }
        unsafe (bytes + count).update(from: line, count: line.count)
        count += line.count
    }

    private func reserve(_ more: Int) {
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.room)
        unsafe larger.update(from: bytes, count: count)
        unsafe bytes.deallocate()
        unsafe bytes = larger
    }

    /// All lines so far, which are then no longer here.
    func take() -> [UInt8] {
        defer { count = 0 }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
