internal import CLuaLoad

/// Stock Lua as the reference for accepted programs and their results.
enum StockLua {
    /// The reason why Lua refuses the source; `nil` when it accepts it.
    static func refusal(_ source: [UInt8]) -> String? {
        // Lua skips a leading `#` line only when it loads a file; a comment has the same effect here.
        let text = source.first == UInt8(ascii: "#") ? Array("--".utf8) + source : source
        return unsafe ask(text, cluaload_check).map(\.text)
    }

    /// The result or error of the program, as text.
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

    /// True when Lua refused because of a limit of its code generator, which a parser does not have.
    static func isGeneratorLimit(_ message: String) -> Bool {
        ["too many registers", "control structure too long", "constant table overflow", "not enough memory"]
            .contains { message.contains($0) }
    }
}
