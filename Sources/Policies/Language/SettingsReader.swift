internal import Lua
package import Model

/// Reads the settings that policies declare with `settings { … }`.
enum SettingsReader {
    /// The declared settings: a value gives type and default, `list "department"` a list that is empty by default.
    static func declared(_ value: LuaValue) throws(TypeReader.Fault) -> [ExactName: Setting] {
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

    private static func setting(_ value: LuaValue, name: ExactName) throws(TypeReader.Fault) -> Setting {
        switch value {
        case .boolean(let value): return Setting(type: .boolean, initial: .boolean(value))
        case .integer(let value): return Setting(type: .number, initial: .integer(value))
        case .number(let value): return Setting(type: .number, initial: .number(value))
        case .string(let value): return Setting(type: .string, initial: .string(value))
        default:
            let (type, isOptional) = try TypeReader.read(value)
            if case .list = type { return Setting(type: type, initial: .list([])) }
            guard isOptional else {
                throw TypeReader.Fault(message: "setting `\(name)` must be a value, or `list` of a type")
            }
            throw TypeReader.Fault(message: "setting `\(name)`: `optional` has no default to fall back on; use a list")
        }
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
        case (.instant, .string(let text)):
            guard let instant = Instant(text) else { return nil }
            self = .instant(instant)
        case (.date, .string(let text)):
            guard let date = Date(text) else { return nil }
            self = .date(date)
        case (.ip, .string(let text)):
            guard let address = IPAddress(text) else { return nil }
            self = .ip(address)
        case (.list(let element), .array(let values)):
            var list: [Value] = []
            for value in values {
                guard let value = Value(value, as: element) else { return nil }
                list.append(value)
            }
            self = .list(list)
        default: return nil
        }
    }
}
