internal import Model

extension TokenString {
    /// The shortest random text that is taken for a part of a token string. What is shorter leaves more than 100 of its
    /// 178 bits unknown.
    private static let shortestPart = 12

    /// The texts that look like a token string or a part of one, as written: cut at either end, in quotes, or broken by
    /// quotes, backslashes and line ends. Where it doubts, it takes a text for a secret.
    ///
    /// Ids are hexadecimal and names are words: in random letters and digits, three of five characters are of
    /// another class (small, capital, digit) than the one before.
    package static func parts(in text: [UInt8]) -> [String] {
        var parts: [String] = []
        var start = 0
        while start < text.count {
            guard isOwn(text[start]) else {
                start += 1
                continue
            }
            var (end, run) = (start, [UInt8]())
            for index in start..<text.count {
                if isOwn(text[index]) {
                    run.append(text[index])
                    end = index + 1
                } else if !isJoint(text[index]) {
                    break
                }
            }
            if looksSecret(run), !isCursor(run, after: text[..<start]) {
                parts.append(String(decoding: text[start..<end], as: UTF8.self))
            }
            start = end
        }
        return parts
    }

    /// True for a character of token strings.
    private static func isOwn(_ byte: UInt8) -> Bool { letterClass(byte) != nil || byte == UInt8(ascii: "_") }

    /// True for a character that a shell, a language or a terminal puts between two halves of one text.
    private static func isJoint(_ byte: UInt8) -> Bool { "'\"`\\\n\r".utf8.contains(byte) }

    private static func looksSecret(_ run: [UInt8]) -> Bool {
        for kind in [TokenKind.api, .mobile] {
            let prefix = prefix(of: kind)
            let places = run.indices.filter { run[$0...].starts(with: prefix) }
            if places.contains(where: { run.count - $0 >= prefix.count + 4 }) { return true }
        }
        return run.split(separator: UInt8(ascii: "_")).contains { isRandom(Array($0)) }
    }

    private static func isRandom(_ run: [UInt8]) -> Bool {
        guard run.count >= shortestPart else { return false }
        let classes = run.map(letterClass)
        let changes = zip(classes, classes.dropFirst()).count { $0 != $1 }
        // Short texts are doubted less: more of them are names.
        let least = run.count < 20 ? 42 : 30
        return classes.contains(0) && classes.contains(1) && changes * 100 >= least * (run.count - 1)
    }

    /// 0 for a small letter, 1 for a capital one, 2 for a digit.
    private static func letterClass(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): 0
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): 1
        case UInt8(ascii: "0")...UInt8(ascii: "9"): 2
        default: nil
        }
    }

    /// True for the place in a list that `--after` takes: random too, and longer than any token string.
    private static func isCursor(_ run: [UInt8], after text: ArraySlice<UInt8>) -> Bool {
        run.count > count + 4
            && ["--after ", "--after="].contains { text.suffix($0.utf8.count).elementsEqual($0.utf8) }
    }
}
