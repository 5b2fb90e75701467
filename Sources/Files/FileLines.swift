/// The lines of an open file, one after the other, from its beginning. Each is read whole, so that memory is bounded by
/// the longest that is taken.
package enum FileLines {
    package struct Line {
        /// 1-based.
        package let number: Int
        /// Without the line end; empty for a line that is too long.
        package let bytes: ArraySlice<UInt8>
        /// False for the last line of a file that does not end with a line end.
        package let isEnded: Bool
        package let isTooLong: Bool
    }

    /// Calls a closure with each line, until it returns false.
    /// - Parameter most: the most bytes that a line may have.
    package static func forEach(
        of file: borrowing OpenFile, most: Int = .max, _ body: (Line) -> Bool
    ) throws(FileError) {
        var rest: [UInt8] = []
        var number = 0
        var isSkipping = false
        var offset = 0
        var block = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try file.read(into: &block, at: offset)
            guard count > 0 else { break }
            offset += count
            // Only the new bytes can hold a line end.
            var searched = rest.count
            rest += block[..<count]
            var start = 0
            while let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                let line = rest[start..<end]
                let isTooLong = isSkipping || line.count > most
                guard body(Line(number: number, bytes: isTooLong ? [] : line, isEnded: true, isTooLong: isTooLong))
                else { return }
                isSkipping = false
                (start, searched) = (end + 1, end + 1)
            }
            rest.removeFirst(start)
            if rest.count > most {
                isSkipping = true
                rest.removeAll(keepingCapacity: true)
            }
        }
        guard isSkipping || !rest.isEmpty else { return }
        _ = body(Line(number: number + 1, bytes: isSkipping ? [] : rest[...], isEnded: false, isTooLong: isSkipping))
    }
}
