/// A writer of JSON into bytes, which adds commas and indentation itself.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var depth = 0
    private var needsComma = false
    private var followsKey = false

    package init(isPretty: Bool = false) {
        self.isPretty = isPretty
    }

    /// Empties the buffer and keeps its capacity.
    package mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        depth = 0
        needsComma = false
        followsKey = false
    }

    package mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    package mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        if isPretty { bytes.append(UInt8(ascii: " ")) }
        followsKey = true
    }

    package mutating func key(_ name: ExactName) { key(name.text) }

    package mutating func null() { raw("null") }
    package mutating func boolean(_ value: Bool) { raw(value ? "true" : "false") }
    package mutating func integer(_ value: Int64) { raw(String(value)) }

    /// Writes a finite number with the fewest digits that read back as the same number, and `null` for any other.
    package mutating func number(_ value: Double) { raw(value.isFinite ? value.description : "null") }

    package mutating func string(_ value: String) {
        separate()
        quote(value)
        needsComma = true
    }

    package mutating func string(_ name: ExactName) { string(name.text) }

    package mutating func value(_ json: JSON) {
        switch json {
        case .null: null()
        case .boolean(let value): boolean(value)
        case .integer(let value): integer(value)
        case .number(let value): number(value)
        case .unrepresentable(let text): raw(text)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(member.key)
                value(member.value)
            }
            endObject()
        }
    }

    // MARK: Whole objects and their members

    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        beginObject()
        members(&self)
        endObject()
    }

    package mutating func array(_ elements: (inout JSONWriter) -> Void) {
        beginArray()
        elements(&self)
        endArray()
    }

    package mutating func member(_ name: String, boolean: Bool) {
        key(name)
        self.boolean(boolean)
    }

    /// Nothing at all for `nil`.
    package mutating func member(_ name: String, integer: Int?) {
        guard let integer else { return }
        key(name)
        self.integer(Int64(integer))
    }

    /// Nothing at all for `nil`.
    package mutating func member(_ name: String, string: String?) {
        guard let string else { return }
        key(name)
        self.string(string)
    }

    /// Nothing at all for `nil`.
    package mutating func member(_ name: String, string: ExactName?) { member(name, string: string?.text) }

    package mutating func member(_ name: String, strings: [ExactName]) { member(name, strings: strings.map(\.text)) }

    package mutating func member(_ name: String, strings: [String]) {
        key(name)
        array { writer in for string in strings { writer.string(string) } }
    }

    package mutating func member(_ name: String, value: JSON) {
        key(name)
        self.value(value)
    }

    package mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
        key(name)
        object(members)
    }

    package mutating func array(_ name: String, _ elements: (inout JSONWriter) -> Void) {
        key(name)
        array(elements)
    }

    private mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        if isPretty, needsComma { indent() }
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if followsKey {
            followsKey = false
            return
        }
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        if isPretty, depth > 0 { indent() }
        needsComma = true
    }

    private mutating func indent() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    private mutating func quote(_ text: String) {
        let start = bytes.count
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case 0..<0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "\\"): escape(UInt32(byte))
            case 0xC2, 0xE2:
                // This byte may begin a control character of several bytes.
                bytes.removeSubrange(start...)
                quoteScalars(of: text)
                return
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// As `quote`, but escapes characters that move the cursor, break lines or change the direction of text.
    private mutating func quoteScalars(of text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x22, 0x5C, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
                escape(scalar.value)
            default: bytes.append(contentsOf: String(scalar).utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ scalar: UInt32) {
        bytes.append(UInt8(ascii: "\\"))
        switch scalar {
        case 0x22, 0x5C: bytes.append(UInt8(scalar))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(UInt8(ascii: "u"))
            for shift: UInt32 in [12, 8, 4, 0] { bytes.append(digits[Int(scalar >> shift & 15)]) }
        }
    }
}
