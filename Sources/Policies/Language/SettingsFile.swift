internal import Model

/// Reads `settings.json`, which sets the values of settings that policies declare with `settings { … }`.
///
/// Its shape: `{ "expiry_cap": { "all": { "months": 12 }, "tenants": { "acme": { "hard": true } } } }`.
/// Every policy also has the name `enabled`, which turns the policy on or off.
struct SettingsFile {

    let path: String
    /// By policy; `nil` for one that does not load, whose settings are not known.
    let declared: [ExactName: [ExactName: Setting]?]
    private var places = JSONPlaces()
    private(set) var values: [ExactName: SettingValues] = [:]
    private(set) var diagnostics: [Diagnostic] = []

    init(_ bytes: [UInt8], path: String, declared: [ExactName: [ExactName: Setting]?]) {
        self.path = path
        self.declared = declared
        do throws(JSONError) {
            let json: JSON
            (json, places) = try JSONReader.located(bytes)
            read(json)
        } catch {
            diagnostics.append(
                Diagnostic(error.message, path: path, line: error.line, column: error.column, rule: "settings"))
        }
    }

    /// The most faults that are reported, more than anybody reads: for each, all names are searched for a suggestion.
    private static let mostFaults = 200

    private func hint(for name: ExactName, among known: () -> [ExactName]) -> String {
        diagnostics.count < Self.mostFaults ? Suggestion.hint(for: name, among: known()) : ""
    }

    private mutating func report(_ message: String, at place: [ExactName]) {
        guard diagnostics.count < Self.mostFaults else { return }
        let message = diagnostics.count + 1 < Self.mostFaults ? message : "too many faults: the others are not reported"
        let (line, column) = places.place(of: place)
        diagnostics.append(Diagnostic(message, path: path, line: line, column: column, rule: "settings"))
    }

    private mutating func read(_ json: JSON) {
        guard case .object(let policies) = json else {
            report("must be an object whose names are policies", at: [])
            return
        }
        report(twinsIn: policies, at: [])
        for policy in policies {
            guard let settings = declared[policy.key] else {
                let hint = hint(for: policy.key) { declared.keys.sorted() }
                report("`\(policy.key)` is not a policy of this folder\(hint)", at: [policy.key])
                continue
            }
            guard let settings else { continue }
            var values = SettingValues()
            for (scope, content) in members(policy.value, at: [policy.key]) {
                switch scope {
                case "all": values.all = read(content, settings, at: [policy.key, scope])
                case "tenants":
                    for (tenant, content) in members(content, at: [policy.key, scope]) {
                        values.tenants[tenant] = read(content, settings, at: [policy.key, scope, tenant])
                    }
                default: report("`\(policy.key).\(scope)`: expected `all` or `tenants`", at: [policy.key, scope])
                }
            }
            self.values[policy.key] = values
        }
    }

    /// Reports two names that nobody can tell apart, of policies, tenants or settings.
    private mutating func report(twinsIn members: [JSON.Member], at place: [ExactName]) {
        guard let twins = TwinNames.first(in: members.map(\.key)) else { return }
        report(twins.message, at: place + [twins.other])
    }

    private mutating func members(_ json: JSON, at place: [ExactName]) -> [(ExactName, JSON)] {
        guard case .object(let members) = json else {
            report("`\(place.joined(separator: "."))` must be an object", at: place)
            return []
        }
        report(twinsIn: members, at: place)
        return members.map { ($0.key, $0.value) }
    }

    private mutating func read(_ json: JSON, _ settings: [ExactName: Setting], at place: [ExactName]) -> [ExactName:
        Value]
    {
        var values: [ExactName: Value] = [:]
        for (name, content) in members(json, at: place) {
            let place = place + [name]
            let shown = place.joined(separator: ".")
            guard let type = name == "enabled" ? .boolean : settings[name]?.type else {
                let hint = hint(for: name) { settings.keys.sorted() + ["enabled"] }
                report("`\(shown)`: the policy declares no such setting\(hint)", at: place)
                continue
            }
            do throws(ValueFault) { values[name] = try Value(content, in: type) } catch {
                let colon = error.message.hasPrefix("must be") ? "" : ":"
                report("`\(shown)`\(colon) \(error.message)", at: place)
            }
        }
        return values
    }
}
