package import Model

/// The result of an evaluation: its termination, the resources it used and the value it returned.
package struct CallResult {
    package enum Termination: Equatable, Sendable {
        case finished
        case failed(message: String, line: Int?)
        case exceeded(EvaluationLimit)
    }

    package let termination: Termination
    package let fuel: Int
    /// All bytes that were allocated, including those that were freed.
    package let bytes: Int
    /// The first result; `.nil` unless finished.
    package let value: LuaValue
    /// The number of values that a run chunk returned, up to the last that is not nil.
    package let results: Int

    package init(termination: Termination, fuel: Int, bytes: Int = 0, value: LuaValue, results: Int = 1) {
        self.termination = termination
        self.fuel = fuel
        self.bytes = bytes
        self.value = value
        self.results = results
    }
}

extension CallResult.Termination {
    /// A failure, with the `name:line: ` prefix of its message turned into its line.
    static func failure(_ text: String, in chunk: String) -> Self {
        let bytes = Array(text.utf8)
        let prefix = Array(chunk.utf8.prefix(58)) + [UInt8(ascii: ":")]
        guard bytes.starts(with: prefix) else { return .failed(message: text, line: nil) }
        let rest = bytes[prefix.count...]
        let digits = rest.prefix { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
        let message = rest.dropFirst(digits.count)
        guard message.starts(with: [UInt8(ascii: ":"), UInt8(ascii: " ")]),
            let line = Int(String(decoding: digits, as: UTF8.self))
        else { return .failed(message: text, line: nil) }
        return .failed(message: String(decoding: message.dropFirst(2), as: UTF8.self), line: line)
    }
}
