internal import Glibc
internal import Model

/// Whole lines of an input, one after the other in one buffer.
package struct Block: Sendable {
    /// The lines, followed by `RequestLineReader.padding` bytes of no meaning.
    var bytes: [UInt8] = []
    /// The number of bytes that are lines.
    var count = 0
    /// The number of the first line in the input, 1-based.
    package var firstLine = 1
    /// The most bytes that a line may have. A longer one that is in a block is to be refused like one that is not.
    package static let longestLine = BlockReader.longestLine
    /// True when this stands for one line longer than `BlockReader.longestLine`.
    package var isTooLong = false

    /// Calls a closure with each line, without its end, and with the number of the line in the input.
    @inline(__always)
    package func forEachLine(_ body: (_ line: UnsafeRawBufferPointer, _ number: Int) -> Void) {
        unsafe bytes.withUnsafeBytes { bytes in
            var number = firstLine
            var start = 0
            while start < count {
                let first = unsafe bytes.baseAddress! + start
                let end = unsafe memchr(first, 0x0A, count - start)
                let length = unsafe end.map { unsafe UnsafeRawPointer($0) - first } ?? count - start
                unsafe body(UnsafeRawBufferPointer(start: first, count: length), number)
                number += 1
                start += length + 1
            }
        }
    }
}

/// Reads blocks of whole lines from a file descriptor, in bounded memory.
struct BlockReader {
    /// The most bytes that a line may have. A longer line is skipped and answered as an invalid request.
    static let longestLine = 1 << 20
    private static let blockSize = 1 << 18

    /// The result of reading.
    enum ReadResult {
        case block(Block)
        /// No more input is available yet.
        case pause
        case end
    }

    private let descriptor: Int32
    /// The bytes read after the last whole line.
    private var rest: [UInt8] = []
    private var line = 1
    private var isAtEnd = false
    /// True until the first bytes are known, which may be a byte order mark.
    private var isAtStart = true
    /// True while the input is inside a line that is too long.
    private var isSkipping = false
    private(set) var failed = false

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The next block.
    /// - Parameter mayWait: true to wait for an open input that has nothing more yet.
    mutating func next(mayWait: Bool) -> ReadResult {
        var bytes = rest
        rest = []
        while true {
            if isAtStart { skipMark(&bytes) }
            if isSkipping {
                if let end = bytes.firstIndex(of: 0x0A) {
                    bytes.removeFirst(end + 1)
                    isSkipping = false
                } else {
                    bytes.removeAll(keepingCapacity: true)
                }
            }
            if !isSkipping {
                if let end = bytes.lastIndex(of: 0x0A) { return .block(block(bytes, end + 1)) }
                if bytes.count > Self.longestLine {
                    isSkipping = true
                    return .block(tooLong())
                }
                if isAtEnd, !bytes.isEmpty { return .block(block(bytes, bytes.count)) }
            }
            if isAtEnd { return .end }
            guard mayWait || isReady else {
                rest = bytes
                return .pause
            }
            fill(&bytes)
        }
    }

    /// Removes a byte order mark before the first line, once enough bytes are there to tell.
    private mutating func skipMark(_ bytes: inout [UInt8]) {
        let mark = JSONReader.mark
        guard !mark.starts(with: bytes) || bytes.count == mark.count || isAtEnd else { return }
        if bytes.starts(with: mark) { bytes.removeFirst(mark.count) }
        isAtStart = false
    }

    /// True when reading will not block. Reading a file never does.
    private var isReady: Bool {
        var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&asked, 1, 0) > 0
    }

    private mutating func block(_ bytes: consuming [UInt8], _ count: Int) -> Block {
        let first = line
        line += Self.lines(bytes, count)
        rest = Array(bytes[count...])
        bytes.removeLast(bytes.count - count)
        bytes.append(contentsOf: repeatElement(0, count: RequestLineReader.padding))
        return Block(bytes: bytes, count: count, firstLine: first)
    }

    private static func lines(_ bytes: [UInt8], _ count: Int) -> Int {
        unsafe bytes.withUnsafeBytes { bytes in
            var lines = 0
            var start = 0
            while start < count, let end = unsafe memchr(bytes.baseAddress! + start, 0x0A, count - start) {
                lines += 1
                start = unsafe UnsafeRawPointer(end) - bytes.baseAddress! + 1
            }
            return lines
        }
    }

    private mutating func tooLong() -> Block {
        line += 1
        return Block(firstLine: line - 1, isTooLong: true)
    }

    /// Appends what one read gives.
    private mutating func fill(_ bytes: inout [UInt8]) {
        let (known, descriptor) = (bytes, descriptor)
        var count = -1
        // A new array, because growing one would write zeros first.
        bytes = unsafe Array(unsafeUninitializedCapacity: known.count + Self.blockSize + RequestLineReader.padding) {
            buffer, filled in
            unsafe known.withUnsafeBytes { unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            repeat {
                count = unsafe read(descriptor, buffer.baseAddress! + known.count, Self.blockSize)
            } while count < 0 && errno == EINTR
            filled = known.count + max(count, 0)
        }
        if count < 0 { failed = true }
        if count <= 0 { isAtEnd = true }
    }
}
