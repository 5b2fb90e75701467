internal import CLuaLoad
internal import Glibc

/// Stock Lua, asked what it accepts and what a program yields.
enum Judge {
    /// `nil` when Lua accepts the source, else why not.
    static func refusal(_ source: [UInt8]) -> String? {
        // A leading `#` line is skipped when a file is loaded, which a comment stands for.
        let text = source.first == UInt8(ascii: "#") ? Array("--".utf8) + source : source
        return unsafe ask(text, cluaload_check).map(\.text)
    }

    /// What the program returns or raises, as text.
    static func run(_ source: [UInt8]) -> (failed: Bool, text: String) {
        var text = ""
        let failure = unsafe ask(source, cluaload_run) { text = $0 }
        return (failure != nil, text)
    }

    private static func ask(
        _ source: [UInt8],
        _ function: (UnsafePointer<CChar>?, Int, UnsafeMutablePointer<CChar>?, Int) -> Int32,
        _ reading: (String) -> Void = { _ in }
    ) -> (status: Int32, text: String)? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let status = unsafe source.withUnsafeBytes { bytes in
            unsafe buffer.withUnsafeMutableBufferPointer { target in
                unsafe function(
                    bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count, target.baseAddress, 4096)
            }
        }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        reading(text)
        return status == 0 ? nil : (status, text)
    }

    /// Whether Lua refused for a limit of its code generator, which a parser does not have.
    static func isGeneratorLimit(_ message: String) -> Bool {
        ["too many registers", "control structure too long", "constant table overflow", "not enough memory"]
            .contains { message.contains($0) }
    }

    /// The Lua files of the shared attack collection, when it is there.
    static func hostileFiles() -> [(name: String, source: [UInt8])] {
        let folder = unsafe getenv("DEMILUNE_HOSTILE").map { unsafe String(cString: $0) } ?? "../shared/hostile"
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var files: [(name: String, source: [UInt8])] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".lua") { files.append((name, read(folder + "/" + name))) }
        }
        return files.sorted { $0.name < $1.name }
    }

    private static func read(_ path: String) -> [UInt8] {
        guard let file = unsafe fopen(path, "r") else { return [] }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk.prefix(count))
        }
    }
}
