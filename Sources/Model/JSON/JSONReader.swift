/// A strict reader of JSON (RFC 8259): one value, no comments, no duplicate names, well-formed UTF-8.
@safe package struct JSONReader {
    private static let deepest = 64
    private static let mostNames = 10_000
    /// The largest object whose names are compared one by one. Names of larger objects are hashed, so that reading
    /// takes time proportional to the text.
    private static let fewNames = 16

    private let bytes: UnsafeBufferPointer<UInt8>
    /// The number of bytes before the text: those of a byte order mark, which no column counts.
    private var start = 0
    private var position = 0
    private var depth = 0
    private var places: JSONPlaces?
    /// True when a number that no value can represent is kept as it is written instead of being an error.
    private var keepsNumbers = false

    /// - Throws: the first fault, with its place.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) -> JSON {
        var reader = unsafe JSONReader(bytes: bytes)
        return try reader.whole()
    }

    package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
        let result = unsafe bytes.withUnsafeBufferPointer { buffer -> Result<JSON, JSONError> in
            do throws(JSONError) { return .success(try unsafe parse(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    package static func parse(_ text: String) throws(JSONError) -> JSON { try parse(Array(text.utf8)) }

    /// Parses a request. Many of its members are ignored, so a number that no value can represent is an error only for
    /// the code that reads it.
    package static func parse(request bytes: [UInt8]) throws(JSONError) -> JSON {
        let result = unsafe bytes.withUnsafeBufferPointer { buffer -> Result<JSON, JSONError> in
            var reader = unsafe JSONReader(bytes: buffer)
            reader.keepsNumbers = true
            do throws(JSONError) { return .success(try reader.whole()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The number that a text consists of, written as in JSON; `nil` for everything else, and for a number that no
    /// value can represent.
    package static func number(_ text: String) -> JSON? {
        // Excludes white space around the number, which JSON allows.
        guard let first = text.utf8.first, let last = text.utf8.last, first > 0x20, last > 0x20 else { return nil }
        switch try? parse(text) {
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        default: return nil
        }
    }

    /// Parses a file that people write, with the places of its members.
    package static func located(_ bytes: [UInt8]) throws(JSONError) -> (JSON, JSONPlaces) {
        let result = unsafe bytes.withUnsafeBufferPointer { buffer -> Result<(JSON, JSONPlaces), JSONError> in
            var reader = unsafe JSONReader(bytes: buffer)
            reader.places = JSONPlaces()
            do throws(JSONError) {
                let json = try reader.whole()
                return .success((json, reader.places?.reading(bytes) ?? JSONPlaces()))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private mutating func whole() throws(JSONError) -> JSON {
        // Editors put the mark before files. A request is a line, and only its input may begin with one.
        if isAtMark, !keepsNumbers { start = Self.mark.count }
        position = start
        skipSpace()
        let value = try value()
        skipSpace()
        guard position == count else { throw fault("unexpected text after the value" + markAdvice) }
        return value
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        unsafe self.bytes = bytes
    }

    /// The byte order mark in UTF-8.
    package static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private var isAtMark: Bool {
        unsafe position + Self.mark.count <= count && bytes[position] == 0xEF && bytes[position + 1] == 0xBB
            && bytes[position + 2] == 0xBF
    }

    /// The end of the message about a byte order mark, wherever it stands.
    private var markAdvice: String { isAtMark ? ": " + UnexpectedCharacter(Self.mark[...]).message : "" }

    private var count: Int { unsafe bytes.count }
    private var next: UInt8? { position < count ? unsafe bytes[position] : nil }

    private func fault(_ message: String, at offset: Int? = nil) -> JSONError {
        let offset = min(offset ?? position, count)
        var line = 1
        var start = start
        for index in 0..<offset where unsafe bytes[index] == UInt8(ascii: "\n") {
            line += 1
            start = index + 1
        }
        return JSONError(message: message, offset: offset, line: line, column: offset - start + 1)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value() throws(JSONError) -> JSON {
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
            return try number()
        case nil: throw fault("expected a value, but the text ends")
        default: throw fault("expected a value" + advice(expecting: "a value"))
        }
    }

    /// The end of the message about a character that is not JSON, where people know it from elsewhere. Only for files
    /// that people write.
    private func advice(expecting what: String) -> String {
        guard places != nil, !isAtMark, let byte = next else { return markAdvice }
        let rest = unsafe Array(bytes[position..<min(count, position + 16)])
        let before = unsafe bytes[..<position].last { $0 > 0x20 }
        switch byte {
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            guard before == UInt8(ascii: ",") else { return "" }
            return ": remove the `,` before `\(byte == UInt8(ascii: "}") ? "}" : "]")`"
        case UInt8(ascii: "#"): return ": JSON has no comments"
        case UInt8(ascii: "/") where rest.dropFirst().first == byte || rest.dropFirst().first == UInt8(ascii: "*"):
            return ": JSON has no comments"
        case UInt8(ascii: "'"), UInt8(ascii: "`"): return ": text is written in `\"`"
        case 0x80...: return ": " + UnexpectedCharacter(rest[...]).message
        default:
            let word = String(decoding: rest.prefix { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }, as: UTF8.self)
            guard !word.isEmpty else { return "" }
            if what != "a value" { return ", got `\(word)`" }
            switch word.lowercased() {
            case "true": return ": write `true`"
            case "false": return ": write `false`"
            case "null", "none", "nil", "undefined": return ": write `null`, or leave the name out"
            default: return ", got `\(word)`: text is written in `\"`"
            }
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let length = word.utf8CodeUnitCount
        guard position + length <= count,
            (0..<length).allSatisfy({ unsafe bytes[position + $0] == word.utf8Start[$0] })
        else { throw fault("expected a value" + advice(expecting: "a value")) }
        position += length
        return value
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= Self.deepest else { throw fault("nested deeper than \(Self.deepest) levels") }
        position += 1
        skipSpace()
    }

    private mutating func object() throws(JSONError) -> JSON {
        try enter()
        var members: [JSON.Member] = []
        var index: ByteIndex?
        if next == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return .object([])
        }
        while true {
            let start = position
            guard next == UInt8(ascii: "\"") else {
                throw fault("expected a name in quotes" + advice(expecting: "a name"))
            }
            let key = ExactName(try string())
            guard isNew(key, among: members, &index) else {
                throw fault("the name `\(key.text.prefix(100))` is given twice", at: start)
            }
            skipSpace()
            guard next == UInt8(ascii: ":") else {
                throw fault("expected `:` after a name" + advice(expecting: "`:`"))
            }
            position += 1
            skipSpace()
            guard members.count < Self.mostNames else { throw fault("an object has at most \(Self.mostNames) names") }
            places?.enter(key, at: start)
            members.append(JSON.Member(key, try value()))
            places?.leave()
            skipSpace()
            switch next {
            case UInt8(ascii: ","):
                position += 1
                skipSpace()
            case UInt8(ascii: "}"):
                position += 1
                depth -= 1
                return .object(members)
            default: throw fault("expected `,` or `}`" + advice(expecting: "`,`"))
            }
        }
    }

    private func isNew(_ key: ExactName, among members: [JSON.Member], _ index: inout ByteIndex?) -> Bool {
        if members.count < Self.fewNames { return !members.contains { $0.key == key } }
        if index == nil {
            index = ByteIndex()
            for (number, member) in members.enumerated() { index?.claim(member.key, number: number) }
        }
        return index?.claim(key, number: members.count) ?? true
    }

    private mutating func array() throws(JSONError) -> JSON {
        try enter()
        var elements: [JSON] = []
        if next == UInt8(ascii: "]") {
            position += 1
            depth -= 1
            return .array([])
        }
        while true {
            places?.enter(ExactName(String(elements.count)), at: position)
            elements.append(try value())
            places?.leave()
            skipSpace()
            switch next {
            case UInt8(ascii: ","):
                position += 1
                skipSpace()
            case UInt8(ascii: "]"):
                position += 1
                depth -= 1
                return .array(elements)
            default: throw fault("expected `,` or `]`" + advice(expecting: "`,`"))
            }
        }
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw fault("expected a digit") }
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
        var isWhole = true
        if next == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let text = unsafe String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole {
            if let integer = Int64(text) { return .integer(integer) }
        } else if let number = Double(text), number.isFinite {
            return .number(number)
        }
        // INVARIANT: an integer is never rounded, because two different ones would become equal.
        guard keepsNumbers else {
            throw fault(isWhole ? "the integer does not fit 64 bits" : "the number is too large", at: start)
        }
        return .unrepresentable(text)
    }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        let opening = position
        position += 1
        let start = position
        var isASCII = true
        while let byte = next {
            if byte == UInt8(ascii: "\"") {
                let content = unsafe UnsafeBufferPointer(rebasing: bytes[start..<position])
                position += 1
                if isASCII { return unsafe String(decoding: content, as: UTF8.self) }
                guard let text = unsafe String(validating: content, as: UTF8.self) else {
                    throw fault("the text is not well-formed UTF-8", at: start)
                }
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escaped(from: start, opening) }
            guard byte >= 0x20 else { throw fault("a control character must be escaped") }
            if byte >= 0x80 { isASCII = false }
            position += 1
        }
        throw fault("the text in quotes does not end", at: opening)
    }

    private mutating func escaped(from start: Int, _ opening: Int) throws(JSONError) -> String {
        var content = unsafe Array(bytes[start..<position])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw fault("the text is not well-formed UTF-8", at: start)
                }
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &content)
            default:
                guard byte >= 0x20 else { throw fault("a control character must be escaped") }
                content.append(byte)
                position += 1
            }
        }
        throw fault("the text in quotes does not end", at: opening)
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
        let start = position - 1
        let byte = next
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte!)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800...0xDBFF).contains(code), position + 1 < count, unsafe bytes[position] == UInt8(ascii: "\\"),
                unsafe bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let low = try hexadecimal()
                guard (0xDC00...0xDFFF).contains(low) else { throw fault("half a surrogate pair", at: start) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault("half a surrogate pair", at: start) }
            content.append(contentsOf: UTF8.encode(scalar)!)
        default: throw fault("unknown escape sequence", at: start)
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        guard position + 4 <= count else { throw fault("`\\u` takes four hexadecimal digits") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(unsafe bytes[position])).hexDigitValue else {
                throw fault("`\\u` takes four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
