package import Lua
internal import Model

/// Reads a declared type: `"user"`, `list "string"`, `optional "department"`, `map "string"`, `one_of { "dev", "prod" }`,
/// and a record, `{ image = "string", ports = list "number" }`.
package enum TypeReader {
    /// The tags of types that declarations name. `list` and `map` take a second argument: the number of elements, and the
    /// keys there may be.
    package static let tags: [HostTag] = [
        "optional", HostTag("list", most: 2), "required", HostTag("map", most: 2), "one_of",
    ]
    /// Those of policies, whose settings are neither maps nor one of some strings.
    package static let tagsOfPolicies: [HostTag] = ["optional", HostTag("list", most: 2), "required"]

    package struct Fault: Error {
        package let message: String
        /// The setting, or the property of a record, that is declared wrongly; `nil` where the place is known otherwise.
        var name: ExactName?
        /// The names of the properties inside the declared one that lead to the wrong one.
        var path: [ExactName] = []
    }

    /// The deepest types: a property of a record of the request is at level 1, what it contains at level 2.
    package static let deepest = 8
    /// The most strings that `one_of` may name, and the most elements of a list whose number is stated.
    package static let mostChoices = 256

    /// The kind of declaration that a type is for, which determines the types there are.
    package enum Use {
        case property
        /// A parameter of a policy.
        case setting
        /// An argument and the result of a plugin's function.
        case parameter, result
        /// A column of a plugin's data, which is the same for every tenant.
        case column

        var types: [ExactName: ValueType] {
            let all = ValueType.declarable
            switch self {
            case .property, .setting: return all
            case .column: return all.filter { $0.value != .department && $0.value != .user }
            case .result: return all.merging(["user_type": .userType]) { $1 }
            case .parameter:
                let parts: [ExactName: ValueType] = [
                    "user_type": .userType, "token": .token, "actor": .actor, "action": .action,
                    "resource": .resource, "context": .context,
                ]
                return all.merging(parts) { $1 }
            }
        }

        /// The words for what has types of this use.
        fileprivate var owner: String {
            switch self {
            case .property: "a property"
            case .setting: "a setting"
            case .parameter: "a parameter"
            case .result: "a result"
            case .column: "a column"
            }
        }

        /// True where values may be restricted.
        fileprivate var hasRestrictions: Bool { self == .property }
        /// True where values may be records and maps.
        fileprivate var hasParts: Bool { self == .property || self == .parameter }
    }

    package static func read(
        _ value: LuaValue, of use: Use = .property
    ) throws(Fault) -> (ValueType, isOptional: Bool) {
        try read(value, use, level: 1)
    }

    private static func read(
        _ value: LuaValue, _ use: Use, level: Int
    ) throws(Fault) -> (ValueType, isOptional: Bool) {
        guard let inner = value.tagged("optional") else { return (try type(value, use, level), false) }
        if inner.tagged("optional") != nil { throw Fault(message: "`optional` is given twice") }
        return (try type(inner, use, level), true)
    }

    private static func type(_ value: LuaValue, _ use: Use, _ level: Int) throws(Fault) -> ValueType {
        if level > deepest { throw Fault(message: "types are nested at most \(deepest) deep") }
        if let arguments = value.arguments(of: "list") { return try list(arguments, use, level) }
        if let arguments = value.arguments(of: "map") { return try map(arguments, use, level) }
        if let names = value.tagged("one_of") {
            guard use.hasRestrictions else { throw Fault(message: "\(use.owner) cannot be `one_of` some strings") }
            return .restricted(.string, .oneOf(try choices(names)))
        }
        if value.tagged("optional") != nil {
            throw Fault(message: "only a property is `optional`, not what is in a list or a map")
        }
        if value.tagged("required") != nil, use != .setting {
            throw Fault(message: "`required` is for settings; what is not `optional` is required here")
        }
        if case .table(let entries) = value, !value.isTagged { return try record(entries, use, level) }
        guard let name = value.name else {
            throw Fault(
                message: "a type must be a name such as \"string\", `list` or `map` or `optional` of one, or a record "
                    + "`{ name = \"string\" }`; got \(value.shown)")
        }
        return try named(name, use)
    }

    private static func list(_ arguments: [LuaValue], _ use: Use, _ level: Int) throws(Fault) -> ValueType {
        let inner = arguments[0]
        let write = "write `list \"string\"`"
        if case .table(let entries) = inner, !inner.isTagged {
            if entries.isEmpty { throw Fault(message: "a list needs the type of its elements: \(write)") }
            if entries.contains(where: { $0.key.name == nil }) {
                throw Fault(message: "`list { … }` is a default, which only settings have: \(write)")
            }
        }
        let element = try type(inner, use, level + 1)
        if case .list = element, !use.hasParts { throw Fault(message: "\(use.owner) cannot be a list of lists") }
        let list = ValueType.list(element)
        guard arguments.count == 2 else { return list }
        guard use.hasRestrictions else { throw Fault(message: "\(use.owner) cannot state the number of elements") }
        guard case .integer(let count) = arguments[1], (1...Int64(mostChoices)).contains(count) else {
            throw Fault(
                message:
                    "the number of a list's elements is from 1 to \(mostChoices), as in `list(\"number\", 2)`; got "
                    + arguments[1].shown)
        }
        return .restricted(list, .count(Int(count)))
    }

    private static func map(_ arguments: [LuaValue], _ use: Use, _ level: Int) throws(Fault) -> ValueType {
        guard use.hasParts else { throw Fault(message: "\(use.owner) cannot be a map") }
        let map = ValueType.map(try type(arguments[0], use, level + 1))
        guard arguments.count == 2 else { return map }
        guard use.hasRestrictions, let names = arguments[1].tagged("one_of") else {
            throw Fault(
                message:
                    "the keys of a map are strings, or some of them: `map(\"string\", one_of { \"env\", \"team\" })`")
        }
        return .restricted(map, .keys(try choices(names)))
    }

    private static func choices(_ value: LuaValue) throws(Fault) -> [ExactName] {
        let form = "`one_of` takes a list of strings: `one_of { \"dev\", \"prod\" }`"
        guard case .table(let entries) = value, !entries.isEmpty else {
            throw Fault(message: "\(form); got \(value == .table([]) ? "none" : value.shown)")
        }
        guard entries.count <= mostChoices else {
            throw Fault(message: "`one_of` takes at most \(mostChoices) strings, got \(entries.count)")
        }
        var names: [ExactName] = []
        for (index, entry) in entries.enumerated() {
            guard entry.key == .integer(Int64(index + 1)), let name = entry.value.name else {
                throw Fault(message: "\(form); got \(entry.key.name == nil ? entry.value.shown : entry.key.shown)")
            }
            if names.contains(name) { throw Fault(message: "`one_of` names `\(name)` twice") }
            names.append(name)
        }
        if let twins = TwinNames.first(in: names) { throw Fault(message: "`one_of`: \(twins.message)") }
        return names
    }

    private static func record(_ entries: [LuaValue.Entry], _ use: Use, _ level: Int) throws(Fault) -> ValueType {
        guard use.hasParts else { throw Fault(message: "\(use.owner) cannot be a record") }
        guard !entries.isEmpty else {
            throw Fault(message: "a record needs properties: `{ name = \"string\" }`")
        }
        var properties: [Schema.Property] = []
        for entry in entries {
            guard let name = entry.key.name else {
                throw Fault(
                    message: "a record's property needs a name: `{ name = \"string\" }`; got \(entry.value.shown)",
                    path: [entry.key.keyName])
            }
            if let fault = fault(ofName: name) { throw Fault(message: fault, path: [name]) }
            do throws(Fault) {
                let (type, isOptional) = try read(entry.value, use, level: level + 1)
                properties.append(Schema.Property(name: name, type: type, isOptional: isOptional))
            } catch {
                throw Fault(message: error.message, path: [name] + error.path)
            }
        }
        if let twins = TwinNames.first(in: properties.map(\.name)) {
            throw Fault(message: twins.message, path: [twins.other])
        }
        return .record(properties)
    }

    /// The reason why a record inside another cannot have a property with a name.
    private static func fault(ofName name: ExactName) -> String? {
        name == "has" ? "a record has a method `has` already; choose another name" : nil
    }

    private static func named(_ name: ExactName, _ use: Use) throws(Fault) -> ValueType {
        if let type = use.types[name] { return type }
        let known = use.types.keys.sorted()
        throw Fault(
            message: "unknown type `\(name)`" + Suggestion.hint(for: name, among: known)
                + "; one of \(known.joined(separator: ", "))")
    }
}

extension LuaValue {
    /// The value that a tag function such as `list` or `optional` has wrapped.
    package func tagged(_ tag: String) -> LuaValue? { arguments(of: tag)?.first }

    /// The one or two values that a tag function has wrapped.
    func arguments(of tag: String) -> [LuaValue]? {
        guard case .table(let entries) = self,
            let first = entries.first(where: { $0.key == .string(Self.tagMark + tag) })
        else { return nil }
        return [first.value] + entries.filter { $0.key == .string(Self.tagMark) }.map(\.value)
    }

    /// True for what a tag function has wrapped, which is no record.
    var isTagged: Bool {
        guard case .table(let entries) = self else { return false }
        return entries.contains { if case .string(let key) = $0.key { key.hasPrefix(Self.tagMark) } else { false } }
    }

    /// The beginning of the key of an argument, before the tag's name; the key of a second argument.
    private static let tagMark = "\u{1}"

    package var kindName: String {
        switch self {
        case .nil: "nothing"
        case .boolean: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .handle: "a value of the request"
        case .table: "a table"
        case .function: "a function"
        case .other: "something else"
        }
    }

    /// A table's key as a path has it; an empty string for a key that no source names.
    var keyName: ExactName {
        switch self {
        case .string(let name): ExactName(name)
        case .integer(let number): "\(number)"
        default: ""
        }
    }

    /// The value itself where it is short, else its kind.
    package var shown: String {
        switch self {
        case .boolean(let value): "`\(value)`"
        case .integer(let value): "`\(value)`"
        case .number(let value): "`\(value)`"
        case .string(let value) where value.utf8.count <= 60: "`\(value)`"
        default: kindName
        }
    }
}
