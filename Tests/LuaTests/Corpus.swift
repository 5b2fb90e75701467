internal import Glibc
internal import Testing

/// The kept inputs of the fuzzers: `Tests/Fuzz/corpus/NAME.hex`, one input a line.
enum Corpus {
    /// - Throws: when the file is missing.
    static func inputs(_ name: String) throws -> [[UInt8]] {
        let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let file = try unsafe #require(unsafe fopen("\(folder)/Fuzz/corpus/\(name).hex", "r"))
        defer { unsafe fclose(file) }
        var text = [UInt8](repeating: 0, count: 1 << 22)
        let count = unsafe fread(&text, 1, text.count, file)
        return text[..<count].split(separator: UInt8(ascii: "\n")).map { line in
            let digits = line.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
            return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        }
    }
}
