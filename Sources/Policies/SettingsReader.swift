internal import Lua
package import Model

/// Reads what policies declare with `settings { … }`, and what `settings.json` sets.
///
/// The file's shape: `{ "expiry_cap": { "all": { "months": 12 }, "tenants": { "acme": { "hard": true } } } }`.
/// The name `enabled` is every policy's own: it turns the policy on or off.
enum SettingsReader {
    /// A declaration: a value gives type and default, `list "department"` a list that is empty by default.
    static func declared(_ value: LuaValue) throws(TypeReader.Fault) -> [String: Setting] {
        guard case .table(let entries) = value else {
            throw TypeReader.Fault(message: "`settings` takes a table, got \(value.kindName)")
        }
        var settings: [String: Setting] = [:]
        for entry in entries {
            guard case .string(let name) = entry.key else {
                throw TypeReader.Fault(message: "a setting needs a name: `settings { months = 12 }`")
            }
            if name == "enabled" {
                throw TypeReader.Fault(
                    message: "the setting `enabled` is every policy's own; declare `enabled` on the policy")
            }
            settings[name] = try setting(entry.value, name: name)
        }
        return settings
    }

    private static func setting(_ value: LuaValue, name: String) throws(TypeReader.Fault) -> Setting {
        switch value {
        case .boolean(let value): return Setting(type: .boolean, initial: .boolean(value))
        case .integer(let value): return Setting(type: .number, initial: .integer(value))
        case .number(let value): return Setting(type: .number, initial: .number(value))
        case .string(let value): return Setting(type: .string, initial: .string(value))
        default:
            let (type, isOptional) = try TypeReader.read(value)
            if case .list = type { return Setting(type: type, initial: .list([])) }
            guard isOptional else {
                throw TypeReader.Fault(message: "setting `\(name)`: a value, or `list` of a type")
            }
            throw TypeReader.Fault(message: "setting `\(name)`: `optional` has no default to fall back on; use a list")
        }
    }

    /// Reads `settings.json` against what the policies declare.
    static func values(
        _ json: JSON, path: String, declared: [String: [String: Setting]], diagnostics: inout [Diagnostic]
    ) -> [String: SettingValues] {
        guard case .object(let policies) = json else {
            diagnostics.append(Diagnostic("must be an object whose names are policies", path: path, line: 1))
            return [:]
        }
        var result: [String: SettingValues] = [:]
        for policy in policies {
            guard let settings = declared[policy.key] else {
                let hint = Suggestion.hint(for: policy.key, among: declared.keys.sorted())
                diagnostics.append(Diagnostic("`\(policy.key)` is no policy here\(hint)", path: path, line: 1))
                continue
            }
            var values = SettingValues()
            for (scope, content) in members(policy.value, at: policy.key, path, &diagnostics) {
                switch scope {
                case "all":
                    values.all = read(content, settings, at: "\(policy.key).all", path, &diagnostics)
                case "tenants":
                    for (tenant, content) in members(content, at: "\(policy.key).tenants", path, &diagnostics) {
                        values.tenants[tenant] = read(
                            content, settings, at: "\(policy.key).tenants.\(tenant)", path, &diagnostics)
                    }
                default:
                    diagnostics.append(
                        Diagnostic("`\(policy.key).\(scope)`: expected `all` or `tenants`", path: path, line: 1))
                }
            }
            result[policy.key] = values
        }
        return result
    }

    private static func members(
        _ json: JSON, at place: String, _ path: String, _ diagnostics: inout [Diagnostic]
    ) -> [(String, JSON)] {
        guard case .object(let members) = json else {
            diagnostics.append(Diagnostic("`\(place)` must be an object", path: path, line: 1))
            return []
        }
        return members.map { ($0.key, $0.value) }
    }

    private static func read(
        _ json: JSON, _ settings: [String: Setting], at place: String, _ path: String,
        _ diagnostics: inout [Diagnostic]
    ) -> [String: Value] {
        var values: [String: Value] = [:]
        for (name, content) in members(json, at: place, path, &diagnostics) {
            let type = name == "enabled" ? .boolean : settings[name]?.type
            guard let type else {
                let hint = Suggestion.hint(for: name, among: settings.keys.sorted() + ["enabled"])
                diagnostics.append(
                    Diagnostic("`\(place).\(name)`: the policy declares no such setting\(hint)", path: path, line: 1))
                continue
            }
            guard let value = value(content, as: type) else {
                diagnostics.append(
                    Diagnostic("`\(place).\(name)` must be \(type.withArticle)", path: path, line: 1))
                continue
            }
            values[name] = value
        }
        return values
    }

    /// Departments and users stay ids until a snapshot says which they are.
    private static func value(_ json: JSON, as type: ValueType) -> Value? {
        switch (type, json) {
        case (.department, .string(let id)), (.user, .string(let id)): return .string(id)
        case (.list(let element), .array(let array)):
            let values = array.map { value($0, as: element) }
            return values.contains { $0 == nil } ? nil : .list(values.compactMap(\.self))
        default: return Value(json, as: type)
        }
    }
}

extension Value {
    /// A JSON value of a type whose values need no directory; `nil` when it is of another.
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
        default: return nil
        }
    }
}
