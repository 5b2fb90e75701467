import Model
import TestSupport

@testable import Policies

/// Makes up schemas with records, maps and lists inside each other, and requests for them: most lines are as a client
/// sends them, others are wrong in one place.
struct SchemaGenerator {
    private var random: Numbers
    /// The percentage of values that are replaced by something else.
    private var wrong = 0

    init(seed: UInt64) { random = Numbers(seed: seed) }

    private static let names: [ExactName] = [
        "a", "b", "client", "list", "optional", "type", "id", "image name", "caf\u{E9}", "q\"uote", "back\\slash",
        "nul\u{0}",
        "tab\t", "\u{1F600}", "", "dots.in.it", "supported_obligations",
    ]
    private static let choices: [[ExactName]] = [["dev", "prod"], ["\u{E9}", "e\u{301}x", ""], ["north"]]
    /// Values at the borders, in JSON.
    private static let borders = [
        "0", "-0", "-0.0", "1.0", "1e400", "1e-400", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "01", "null", "true", "[]", "{}",
        "[null]",
        #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"[{"b":{"c":1,"c":1}}]"#, #""""#, #""\u0000""#, #""\ud800""#,
        #""dev\u0000""#, #""\u0064ev""#, "[[[[[[[[[[[[1]]]]]]]]]]]]", #"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}"#,
        #""2026-02-29""#, #""P1M""#, #""10.0.0.1/8""#, "\"\u{1}\"", "[1,]", "{\"a\"}",
    ]

    // MARK: Schemas

    mutating func schema() -> Schema {
        var schema = Schema()
        schema.actions = [
            "read": .init(kind: .read), "act": .init(kind: .write, properties: properties(level: 1, most: 3)),
        ]
        schema.resources = [
            .init(name: "one", properties: properties(level: 1, most: 5)),
            .init(name: "two", properties: []),
        ]
        schema.context = .init(name: "context", properties: properties(level: 1, most: 3))
        return schema
    }

    private mutating func properties(level: Int, most: Int) -> [Schema.Property] {
        var names: [ExactName] = []
        for _ in 0..<random.below(most + 1) {
            let name = random.pick(Self.names)
            if !names.contains(name) { names.append(name) }
        }
        return names.map { name in
            let type = name == "supported_obligations" && level == 1 ? .list(.string) : self.type(level: level)
            return Schema.Property(name: name, type: type, isOptional: random.chance(50))
        }
    }

    private mutating func type(level: Int) -> ValueType {
        let plain: [ValueType] = [
            .boolean, .number, .string, .instant, .date, .time, .duration, .department, .user, .ip, .network,
        ]
        guard level < TypeReader.deepest, random.chance(55) else {
            return random.chance(15) ? .restricted(.string, .oneOf(random.pick(Self.choices))) : random.pick(plain)
        }
        switch random.below(6) {
        case 0: return .list(type(level: level + 1))
        case 1: return .restricted(.list(type(level: level + 1)), .count(1 + random.below(3)))
        case 2: return .map(type(level: level + 1))
        case 3: return .restricted(.map(type(level: level + 1)), .keys(random.pick(Self.choices)))
        default:
            let parts = properties(level: level + 1, most: 4)
            return parts.isEmpty ? .boolean : .record(parts)
        }
    }

    // MARK: Requests

    /// A request by a token, in JSON.
    mutating func line(_ schema: Schema, token: String) -> [UInt8] {
        wrong = random.chance(70) ? 0 : random.pick([2, 10, 40])
        let action: ExactName = random.chance(50) ? "act" : "read"
        let resource = random.chance(80) ? schema.resources[0] : schema.resources[1]
        var line = #"{"subject":{"type":"token","id":"\#(token)"},"action":{"name":"\#(action)""#
        if action == "act" || random.chance(10) {
            line += #","properties":"# + record(schema.action(action)?.properties ?? [])
        }
        line += #"},"resource":{"type":"\#(resource.name)","id":"1","properties":"#
        line += record(resource.properties) + #"},"context":"# + record(schema.context.properties) + "}"
        return Array(line.utf8)
    }

    private mutating func record(_ properties: [Schema.Property]) -> String {
        var members: [String] = []
        for property in properties {
            if property.isOptional ? random.chance(40) : random.chance(wrong / 2) { continue }
            let member = name(property.name) + ":" + value(property.type)
            members.append(member)
            if random.chance(wrong / 4) { members.append(random.chance(50) ? member : name(property.name) + ":null") }
        }
        if random.chance(8) { members.append(#""unknown":"# + random.pick(Self.borders.filter { $0.first != "0" })) }
        if random.chance(20) { members.shuffle(using: &random) }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// A name in JSON, at times with its characters as escapes.
    private mutating func name(_ name: ExactName) -> String {
        guard random.chance(10) else { return JSON.string(name).compact }
        return "\""
            + name.text.utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined() + "\""
    }

    private mutating func value(_ type: ValueType) -> String {
        if random.chance(wrong) { return random.pick(Self.borders) }
        switch type {
        case .boolean: return random.pick(["true", "false"])
        case .number: return random.pick(["0", "-0", "1.5", "-7", "1e5", "9007199254740993", "9223372036854775807"])
        case .string: return random.pick([#""""#, #""x""#, #""\u00e9\u0000""#, #""\ud83d\ude00""#, #""dev""#])
        case .instant: return random.pick([#""2026-01-31T10:00:00Z""#, #""2026-01-31T10:00:00.1234567+05:30""#])
        case .date: return #""2024-02-29""#
        case .time: return #""06:00:30""#
        case .duration: return random.pick([#""PT90M""#, #""-P1D""#])
        case .department: return random.pick([#""north""#, #""north""#, #""nowhere""#])
        case .user: return random.pick([#""anna""#, #""\u0061nna""#, #""anna""#, #""nobody""#])
        case .ip: return random.pick([#""10.0.0.1""#, #""2001:db8::1""#])
        case .network: return #""10.0.0.0/8""#
        case .list(let element): return list(element, random.below(3))
        case .restricted(.list(let element), .count(let count)):
            return list(element, random.chance(wrong) ? count + 1 : count)
        case .map(let type): return map(type, Self.names)
        case .restricted(.map(let type), .keys(let keys)): return map(type, random.chance(wrong) ? Self.names : keys)
        case .restricted(_, .oneOf(let names)): return name(random.pick(names))
        case .record(let properties): return record(properties)
        default: return "null"
        }
    }

    private mutating func list(_ element: ValueType, _ count: Int) -> String {
        var items: [String] = []
        for _ in 0..<count { items.append(value(element)) }
        return "[" + items.joined(separator: ",") + "]"
    }

    private mutating func map(_ type: ValueType, _ keys: [ExactName]) -> String {
        var members: [String] = []
        for key in keys where random.chance(200 / (keys.count + 1)) { members.append(name(key) + ":" + value(type)) }
        return "{" + members.joined(separator: ",") + "}"
    }
}
