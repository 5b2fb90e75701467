internal import Glibc

/// Reads lines from a file descriptor in blocks, in bounded memory.
struct LineReader {
    /// A longer line is no request; it is skipped and answered as such.
    static let longest = 1 << 20

    struct Line {
        enum Content {
            case bytes([UInt8])
            case tooLong
        }

        /// Its place in the input, 1-based, blank lines counted.
        let number: Int
        let content: Content
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    /// How many lines were read, blank ones too.
    private var number = 0
    private(set) var failed = false

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Up to so many lines, without their line ends; empty at the end of the input. Blank lines are left out.
    mutating func next(_ most: Int) -> [Line] {
        var lines: [Line] = []
        while lines.count < most {
            guard let content = line() else { break }
            number += 1
            if case .bytes(let bytes) = content, bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
                continue
            }
            lines.append(Line(number: number, content: content))
        }
        return lines
    }

    private mutating func line() -> Line.Content? {
        var scanned = position
        var skipped = false
        while true {
            if let end = buffer[scanned...].firstIndex(of: 0x0A) {
                let line = buffer[position..<end]
                position = end + 1
                return skipped || line.count > Self.longest ? .tooLong : .bytes(Array(line))
            }
            if buffer.count - position > Self.longest {
                skipped = true
                position = buffer.count
            }
            scanned = buffer.count
            if isAtEnd {
                guard position < buffer.count || skipped else { return nil }
                let line = Array(buffer[position...])
                position = buffer.count
                return skipped ? .tooLong : .bytes(line)
            }
            buffer.removeSubrange(..<position)
            scanned -= position
            position = 0
            fill()
        }
    }

    private mutating func fill() {
        let size = 1 << 18
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: size))
        var count = -1
        repeat {
            count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe read(descriptor, bytes.baseAddress! + start, size)
            }
        } while count < 0 && errno == EINTR
        if count < 0 { failed = true }
        if count <= 0 { isAtEnd = true }
        buffer.removeLast(size - max(count, 0))
    }
}
