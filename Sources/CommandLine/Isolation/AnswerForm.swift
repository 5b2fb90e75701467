internal import Model

/// The form of an answer, the only output that a confined child may write.
enum AnswerForm {
    private static let plain = [#"{"decision":true}"#, #"{"decision":false}"#].map { Array($0.utf8) }
    private static let longest = 1 << 24

    /// The answer in a line without its newline; `nil` when the line is not an answer.
    static func answer(_ line: ArraySlice<UInt8>) -> Bool? {
        for (index, text) in plain.enumerated() where line.elementsEqual(text) { return index == 0 }
        guard line.count <= longest, let json = try? JSONReader.parse(Array(line)), case .object(let members) = json,
            let first = members.first, first.key.utf8.elementsEqual("decision".utf8),
            case .boolean(let answer) = first.value
        else { return nil }
        switch members.dropFirst().first {
        case nil: break
        case let context? where context.key.utf8.elementsEqual("context".utf8) && members.count == 2:
            guard case .object = context.value else { return nil }
        default: return nil
        }
        // Control characters are refused: the line may be shown on a terminal.
        let text = String(decoding: line, as: UTF8.self)
        return text.utf8.count == line.count && Terminal.escaped(text).utf8.count == line.count ? answer : nil
    }

    /// The decision in a report of `decide`; `nil` when the bytes are not such a report.
    static func answer(ofReport bytes: [UInt8], isJSON: Bool) -> Bool? {
        if isJSON {
            guard bytes.last == 0x0A, bytes.count(where: { $0 == 0x0A }) == 1 else { return nil }
            return answer(bytes.dropLast())
        }
        // In colour, two escape sequences surround the word.
        let start = String(decoding: bytes.prefix(64), as: UTF8.self).replacing(/\u{1B}\[[0-9]*m/, with: "")
        return start.hasPrefix("permit  (") ? true : start.hasPrefix("deny  (") ? false : nil
    }
}
