internal import CUnistring
internal import Glibc
internal import Model
internal import Policies

extension Capabilities {
    /// Texts: patterns that take no longer than the text is long, and forms in which texts are compared.
    static let text = capability(
        "text", "Texts: patterns in linear time (RE2), case folding, normalisation.",
        [
            HostedFunction(
                name: "matches",
                about: "Whether a pattern of RE2 is found in a text; `^` and `$` hold it to all of the text.",
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
            unsafe form("fold", "A text in the form in which case and width make no difference (NFKC, case folded).") {
                unsafe cunistring_fold_compatible($0, $1, $2)
            },
            unsafe form("normalise", "A text in canonical composition (NFC).") {
                unsafe cunistring_compose($0, $1, $2)
            },
        ])

    private static func pattern(_ value: Value) throws(NativeFault) -> Pattern {
        guard case .string(let text) = value else { throw NativeFault("a pattern is a text") }
        return try Pattern(text)
    }

    /// Longer texts have no forms.
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
                        return .failure("a text of more than \(mostBytes) bytes is not brought to another form")
                    }
                    return text.withUTF8 { bytes in
                        guard let start = bytes.baseAddress, bytes.count > 0 else { return .string("") }
                        var count = 0
                        guard let result = unsafe convert(start, bytes.count, &count) else {
                            return .failure("there is no memory for this text's other form")
                        }
                        defer { unsafe free(result) }
                        return .string(
                            unsafe String(decoding: UnsafeBufferPointer(start: result, count: count), as: UTF8.self))
                    }
                }
            })
    }
}
