internal import Lua
package import Model

/// Reads the settings that policies declare with `settings { … }`.
///
/// A value gives type and default, and so does `list { "a", "b" }`; `list "department"` is a list that is empty by
/// default, and `required "date"` has no default.
struct SettingsReader {
    /// The type and the value of a constant that the policy has written, by its handle.
    let constant: (UInt32) -> (ValueType, Value)?

    func declared(_ value: LuaValue) throws(TypeReader.Fault) -> [ExactName: Setting] {
        guard case .table(let entries) = value else {
            throw TypeReader.Fault(message: "`settings` takes a table, got \(value.kindName)")
        }
        var settings: [ExactName: Setting] = [:]
        for entry in entries {
            guard let name = entry.key.name else {
                throw TypeReader.Fault(message: "a setting needs a name: `settings { months = 12 }`")
            }
            if name == "enabled" {
                throw TypeReader.Fault(
                    message:
                        "`enabled` cannot be declared as a setting: it is a field of the policy, which `settings.json` can change",
                    name: name)
            }
            do throws(TypeReader.Fault) { settings[name] = try setting(entry.value, name: name) } catch {
                throw TypeReader.Fault(message: error.message, name: name)
            }
        }
        if let twins = TwinNames.first(in: settings.keys.sorted()) {
            throw TypeReader.Fault(message: "`settings`: \(twins.message)", name: twins.other)
        }
        return settings
    }

    private func setting(_ value: LuaValue, name: ExactName) throws(TypeReader.Fault) -> Setting {
        if let (type, value) = plain(value) { return Setting(type: type, initial: value) }
        if case .handle = value {
            throw TypeReader.Fault(message: "setting `\(name)` must be a value that is written here")
        }
        if let inner = value.tagged("required") {
            let (type, isOptional) = try TypeReader.read(inner, of: .setting)
            guard !isOptional else {
                throw TypeReader.Fault(message: "setting `\(name)`: what is `required` is not `optional`")
            }
            return Setting(type: type, initial: .absent)
        }
        if let inner = value.arguments(of: "list"), inner.count == 1, case .table(let entries) = inner[0],
            !inner[0].isTagged
        {
            return try list(of: entries, name: name)
        }
        let (type, isOptional) = try TypeReader.read(value, of: .setting)
        if case .list = type { return Setting(type: type, initial: .list([])) }
        guard isOptional else {
            throw TypeReader.Fault(message: "setting `\(name)` must be a value, or `list` or `required` of a type")
        }
        throw TypeReader.Fault(
            message: "setting `\(name)`: `optional` has no default to fall back on; use a list, or `required`")
    }

    /// A plain value with its type; `nil` for anything else.
    private func plain(_ value: LuaValue) -> (ValueType, Value)? {
        switch value {
        case .boolean(let value): (.boolean, .boolean(value))
        case .integer(let value): (.number, .integer(value))
        case .number(let value): (.number, .number(value))
        case .string(let value): (.string, .string(value))
        case .handle(let id): constant(id)
        default: nil
        }
    }

    /// The setting with a list as its default, whose type is that of its values.
    private func list(of entries: [LuaValue.Entry], name: ExactName) throws(TypeReader.Fault) -> Setting {
        guard let first = entries.first else {
            throw TypeReader.Fault(
                message: "setting `\(name)`: `list {}` has no type; write `list \"string\"`, which is empty by default")
        }
        if first.key.name != nil {
            throw TypeReader.Fault(
                message:
                    "setting `\(name)`: `list { name = … }` would be a list of records, which settings do not have; "
                    + "write a list of values, `list { \"a\", \"b\" }`")
        }
        var values: [Value] = []
        var type: ValueType?
        for (index, entry) in entries.enumerated() {
            guard entry.key == .integer(Int64(index + 1)), let (own, value) = plain(entry.value) else {
                throw TypeReader.Fault(
                    message: "setting `\(name)`: a list holds strings, numbers, booleans or constants such as "
                        + "`date \"2026-12-31\"`; got \(entry.value.shown) as value \(index + 1)")
            }
            if let type, type != own {
                throw TypeReader.Fault(
                    message: "setting `\(name)`: a list holds values of one type; value \(index + 1) is "
                        + "\(own.withArticle), the first is \(type.withArticle)")
            }
            type = own
            values.append(value)
        }
        return Setting(type: .list(type!), initial: .list(values))
    }
}

extension Value {
    /// A JSON value of a type whose values need no directory; `nil` for a value of another type.
    package init?(_ json: JSON, as type: ValueType) {
        switch (type, json) {
        case (.boolean, .boolean(let value)): self = .boolean(value)
        case (.number, .integer(let value)): self = .integer(value)
        case (.number, .number(let value)): self = .number(value)
        case (.string, .string(let value)): self = .string(value)
        case (.list(let element), .array(let values)):
            var list: [Value] = []
            for value in values {
                guard let value = Value(value, as: element) else { return nil }
                list.append(value)
            }
            self = .list(list)
        default:
            guard case .string(let text) = json, type.example != nil, let value = try? Value(text, in: type) else {
                return nil
            }
            self = value
        }
    }
}
