internal import CUnistring
internal import Glibc
internal import Model
internal import Policies

extension Capabilities {
    /// Strings: patterns matched in linear time, and normal forms for comparing strings.
    static let text = capability(
        "text", "Strings: patterns in linear time (RE2), case folding, normalisation.",
        [
            HostedFunction(
                name: "matches",
                about:
                    "True when an RE2 pattern matches somewhere in a string; `^` and `$` anchor it to the whole string.",
                parameters: [.init("pattern", .string), .init("text", .string)], result: .init(.boolean),
                body: { fixed, _, _ throws(NativeFault) in
                    let ready = try fixed[0].map { value throws(NativeFault) in try pattern(value) }
                    return { arguments, _ in
                        guard case .string(let text) = arguments[1] else { return .absent }
                        if let ready { return .boolean(ready.isFound(in: text)) }
                        do throws(NativeFault) { return .boolean(try pattern(arguments[0]).isFound(in: text)) } catch {
                            return .failure(error.message)
                        }
                    }
                }),
            unsafe form("fold", "A string in a form without differences of case and width (NFKC, case folded).") {
                unsafe cunistring_fold_compatible($0, $1, $2)
            },
            unsafe form("normalise", "A string in canonical composition (NFC).") {
                unsafe cunistring_compose($0, $1, $2)
            },
        ])

    private static func pattern(_ value: Value) throws(NativeFault) -> Pattern {
        guard case .string(let text) = value else { throw NativeFault("a pattern must be a string") }
        return try Pattern(text)
    }

    /// The longest string that is brought to a normal form.
    private static let mostBytes = 65_536

    private static func form(
        _ name: ExactName, _ about: String,
        _ convert:
            @escaping @Sendable (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Int>) -> UnsafeMutablePointer<UInt8>?
    ) -> HostedFunction {
        HostedFunction(
            name: name, about: about, parameters: [.init("text", .string)], result: .init(.string),
            body: { _, _, _ throws(NativeFault) in
                { arguments, _ in
                    guard case .string(var text) = arguments[0] else { return .absent }
                    guard text.utf8.count <= mostBytes else {
                        return .failure("a string of more than \(mostBytes) bytes cannot be normalised")
                    }
                    return text.withUTF8 { bytes in
                        guard let start = bytes.baseAddress, bytes.count > 0 else { return .string("") }
                        var count = 0
                        guard let result = unsafe convert(start, bytes.count, &count) else {
                            return .failure("no memory for the normal form of this string")
                        }
                        defer { unsafe free(result) }
                        return .string(
                            unsafe String(decoding: UnsafeBufferPointer(start: result, count: count), as: UTF8.self))
                    }
                }
            })
    }
}
