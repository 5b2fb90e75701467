package import Model

/// A JSON Schema, of the keywords that the schemas of this project use; any other is a fault of the schema.
package struct JSONSchema {
    private let root: JSON

    package init(_ root: JSON) { self.root = root }

    /// The faults of a value, each with its JSON path.
    package func faults(of value: JSON) throws -> [String] { try faults(value, root, "$") }

    package struct UnknownKeyword: Error { let keyword: String }

    private func faults(_ value: JSON, _ schema: JSON, _ path: String) throws -> [String] {
        guard case .object(let keywords) = schema else { throw UnknownKeyword(keyword: "\(path): no object") }
        var faults: [String] = []
        for keyword in keywords { faults += try self.faults(value, keyword, schema, path) }
        return faults
    }

    private func faults(_ value: JSON, _ keyword: JSON.Member, _ schema: JSON, _ path: String) throws -> [String] {
        let argument = keyword.value
        func fault(_ isFault: Bool) -> [String] { isFault ? ["\(path): \(keyword.key)"] : [] }
        switch keyword.key.text {
        case "$schema", "$defs", "title", "description": return []
        case "$ref": return try faults(value, definition(argument), path)
        case "type": return fault(argument.string != Self.type(of: value))
        case "const": return fault(value != argument)
        case "enum": return fault(!Self.elements(argument).contains(value))
        case "minLength":
            return fault(try value.string.map { try $0.unicodeScalars.count < Self.number(argument) } ?? false)
        case "maxLength":
            return fault(try value.string.map { try $0.unicodeScalars.count > Self.number(argument) } ?? false)
        case "minItems": return fault(try Self.isList(value) && Self.elements(value).count < Self.number(argument))
        case "maxItems": return fault(try Self.isList(value) && Self.elements(value).count > Self.number(argument))
        case "minimum": return fault(try Self.integer(value).map { try $0 < Self.number(argument) } ?? false)
        case "maximum": return fault(try Self.integer(value).map { try $0 > Self.number(argument) } ?? false)
        case "pattern":
            let pattern = try Regex(argument.string ?? "").matchingSemantics(.unicodeScalar)
            return fault(value.string.map { $0.firstMatch(of: pattern) == nil } ?? false)
        case "required":
            return fault(
                Self.isObject(value) && Self.elements(argument).contains { value[ExactName($0.string ?? "")] == nil })
        case "properties": return try faults(value, properties: argument, path)
        case "additionalProperties":
            guard argument == .boolean(false), case .object(let members) = value else { return [] }
            return fault(members.contains { schema["properties"]?[$0.key] == nil })
        case "items":
            return try Self.elements(value).enumerated().flatMap { try faults($1, argument, "\(path)[\($0)]") }
        case "allOf": return try Self.elements(argument).flatMap { try faults(value, $0, path) }
        case "anyOf": return fault(try Self.elements(argument).allSatisfy { try !faults(value, $0, path).isEmpty })
        case "not": return fault(try faults(value, argument, path).isEmpty)
        case "if":
            guard try faults(value, argument, path).isEmpty, let then = schema["then"] else { return [] }
            return try faults(value, then, path)
        case "then": return []
        default: throw UnknownKeyword(keyword: keyword.key.text)
        }
    }

    private func faults(_ value: JSON, properties: JSON, _ path: String) throws -> [String] {
        guard case .object(let members) = properties else { throw UnknownKeyword(keyword: "properties") }
        return try members.flatMap { member in
            try value[member.key].map { try faults($0, member.value, "\(path).\(member.key)") } ?? []
        }
    }

    private func definition(_ reference: JSON) throws -> JSON {
        let name = reference.string.map { String($0.dropFirst("#/$defs/".count)) } ?? ""
        guard let found = root["$defs"]?[ExactName(name)] else { throw UnknownKeyword(keyword: "$ref \(name)") }
        return found
    }

    private static func isObject(_ value: JSON) -> Bool { if case .object = value { true } else { false } }

    private static func isList(_ value: JSON) -> Bool { if case .array = value { true } else { false } }
    private static func integer(_ value: JSON) -> Int? {
        if case .integer(let number) = value { Int(number) } else { nil }
    }

    private static func elements(_ value: JSON) -> [JSON] {
        if case .array(let elements) = value { elements } else { [] }
    }

    private static func number(_ value: JSON) throws -> Int {
        guard case .integer(let number) = value else { throw UnknownKeyword(keyword: "a bound that is no number") }
        return Int(number)
    }

    private static func type(of value: JSON) -> String {
        switch value {
        case .object: "object"
        case .array: "array"
        case .string: "string"
        case .boolean: "boolean"
        case .null: "null"
        case .integer: "integer"
        default: "number"
        }
    }
}
