internal import CRE2
internal import Policies

/// A compiled RE2 pattern.
///
/// `@unchecked Sendable`: it does not change, and RE2 allows any number of threads to match with it at once.
@safe final class Pattern: @unchecked Sendable {
    private static let mostBytes = 1_000
    private static let memory: Int64 = 1 << 20

    private let pattern: OpaquePointer

    /// - Throws: RE2's description of the error.
    init(_ text: String) throws(NativeFault) {
        guard text.utf8.count <= Self.mostBytes else {
            throw NativeFault("a pattern has at most \(Self.mostBytes) bytes")
        }
        var text = text
        var message = [CChar](repeating: 0, count: 200)
        let compiled = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe cre2_compile(characters.baseAddress, characters.count, Self.memory, &message, message.count)
            }
        }
        guard let compiled = unsafe compiled else {
            let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw NativeFault("`\(text)` is not a pattern: \(reason)")
        }
        unsafe pattern = compiled
    }

    deinit { unsafe cre2_free(pattern) }

    func isFound(in text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe cre2_is_found(pattern, characters.baseAddress, characters.count)
            }
        }
    }
}
