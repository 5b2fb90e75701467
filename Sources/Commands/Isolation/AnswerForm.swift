internal import Model

/// What an answer looks like: all that a confined child may say.
enum AnswerForm {
    private static let plain = [#"{"decision":true}"#, #"{"decision":false}"#].map { Array($0.utf8) }
    private static let longest = 1 << 24

    /// The answer in a line, without its end; `nil` for what is none.
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
        // A reader at a terminal is shown nothing but text.
        let text = String(decoding: line, as: UTF8.self)
        return text.utf8.count == line.count && Terminal.escaped(text).utf8.count == line.count ? answer : nil
    }

    /// What `decide` reports that it came to; `nil` for what is no such report.
    static func answer(ofReport bytes: [UInt8], isJSON: Bool) -> Bool? {
        if isJSON {
            guard bytes.last == 0x0A, bytes.count(where: { $0 == 0x0A }) == 1 else { return nil }
            return answer(bytes.dropLast())
        }
        // In colour the word stands between two styles.
        let start = String(decoding: bytes.prefix(64), as: UTF8.self).replacing(/\u{1B}\[[0-9]*m/, with: "")
        return start.hasPrefix("permit  (") ? true : start.hasPrefix("deny  (") ? false : nil
    }
}
