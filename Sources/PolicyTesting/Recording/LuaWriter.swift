internal import Lua
internal import Model

/// Writes values as Lua source that reads back as the same values.
struct LuaWriter {
    /// The width of a line, beyond which a table is broken into several.
    private static let width = 100
    /// Words that cannot be names.
    private static let reserved: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
        "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]

    /// - Parameters:
    ///   - indent: the depth of the line on which the value begins.
    ///   - column: the place on that line where it begins.
    static func text(_ value: LuaValue, indent: Int = 0, column: Int = 0) -> String {
        switch value {
        case .boolean(let value): return "\(value)"
        case .integer(let value): return value == .min ? "math.mininteger" : "\(value)"
        case .number(let value): return number(value)
        case .string(let value): return quoted(value)
        case .table(let entries): return table(entries, indent, column)
        default: return "nil"
        }
    }

    private static func table(_ entries: [LuaValue.Entry], _ indent: Int, _ column: Int) -> String {
        if entries.isEmpty { return "{}" }
        let flat = "{ \(entries.map { field($0, indent, 0) }.joined(separator: ", ")) }"
        if !flat.contains("\n"), column + flat.utf8.count <= width { return flat }
        let inner = String(repeating: "  ", count: indent + 1)
        let lines = entries.map { inner + field($0, indent + 1, inner.utf8.count) + ",\n" }
        return "{\n\(lines.joined())\(String(repeating: "  ", count: indent))}"
    }

    private static func field(_ entry: LuaValue.Entry, _ indent: Int, _ column: Int) -> String {
        let head =
            switch entry.key {
            case .string(let name): isName(name) ? "\(name) = " : "[\(quoted(name))] = "
            case .integer: ""
            default: "[\(text(entry.key))] = "
            }
        return head + text(entry.value, indent: indent, column: column + head.utf8.count)
    }

    private static func isName(_ text: String) -> Bool {
        let letters = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard letters, let first = text.utf8.first else { return false }
        return !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) && !reserved.contains(text)
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "0/0" }
        if value.isInfinite { return value < 0 ? "-math.huge" : "math.huge" }
        return "\(value)"
    }

    /// A string in quotes, with characters escaped that could mislead a reader.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                switch scalar.value {
                case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF:
                    result += "\\u{\(String(scalar.value, radix: 16))}"
                default: result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
