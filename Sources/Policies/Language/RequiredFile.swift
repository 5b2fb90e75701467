internal import Model
internal import Syntax

/// Reads `required.json`, which lists the policies without which a folder does not load: so that a deny that somebody
/// deletes, or turns off, is noticed.
///
/// Its shape: `["department_gate"]`, or with the effects that the policy's source must still call:
/// `{ "department_gate": ["deny"], "administration": [] }`.
struct RequiredFile {
    static let name: ExactName = "required.json"
    private static let effects: [ExactName] = ["permit", "deny", "advise", "oblige"]

    private let path: String
    private let readings: [ExactName: ParsedPolicy]
    private let settings: [ExactName: SettingValues]
    /// By policy, the globals that its source names; of those that are Lua.
    private let globals: [ExactName: Set<ExactName>]
    /// More than anybody reads; each looks through names for one that was meant.
    private static let mostFaults = 200
    private var places = JSONPlaces()
    private(set) var diagnostics: [Diagnostic] = []

    init(_ bytes: [UInt8], path: String, readings: [ParsedPolicy], settings: [ExactName: SettingValues]) {
        self.path = path
        self.readings = Dictionary(readings.map { ($0.file.name.withoutExtension, $0) }, uniquingKeysWith: { $1 })
        self.settings = settings
        globals = self.readings.compactMapValues { $0.chunk.map { Set($0.globals.map { ExactName($0.name) }) } }
        do throws(JSONError) {
            let json: JSON
            (json, places) = try JSONReader.located(bytes)
            read(json)
        } catch {
            diagnostics.append(
                Diagnostic(error.message, path: path, line: error.line, column: error.column, rule: "syntax"))
        }
    }

    private func hint(for name: ExactName, among known: () -> [ExactName]) -> String {
        diagnostics.count < Self.mostFaults ? Suggestion.hint(for: name, among: known()) : ""
    }

    private mutating func report(_ message: String, at place: [ExactName]) {
        guard diagnostics.count < Self.mostFaults else { return }
        let message = diagnostics.count + 1 < Self.mostFaults ? message : "there are more faults than are told"
        let (line, column) = places.place(of: place)
        diagnostics.append(Diagnostic(message, path: path, line: line, column: column, rule: "required"))
    }

    private mutating func read(_ json: JSON) {
        switch json {
        case .array(let policies):
            for (index, policy) in policies.enumerated() {
                guard let id = policy.name else {
                    report("a policy's name is a string, got \(policy.kindName)", at: ["\(index)"])
                    continue
                }
                require(id, effects: [], at: ["\(index)"])
            }
        case .object(let policies):
            for policy in policies {
                guard case .array(let effects) = policy.value else {
                    report(
                        "`\(policy.key)` has a list of the effects that it must call, `[\"deny\"]` or `[]`; got "
                            + policy.value.kindName, at: [policy.key])
                    continue
                }
                require(policy.key, effects: effects, at: [policy.key])
            }
        default: report("must be a list of policies: `[\"department_gate\"]`, got \(json.kindName)", at: [])
        }
    }

    private mutating func require(_ id: ExactName, effects: [JSON], at place: [ExactName]) {
        guard let reading = readings[id] else {
            let hint = hint(for: id) { readings.keys.sorted() }
            report("the policy `\(id)` is required, and is not there\(hint)", at: place)
            return
        }
        if reading.declaration?.isEnabled == false {
            report("the policy `\(id)` is required, and says `enabled = false`", at: place)
        }
        if reading.declaration?.isObserving == true {
            report("the policy `\(id)` is required, and only observes", at: place)
        }
        for tenant in settings[id]?.turnedOff ?? [] {
            let whom = tenant.map { "for the tenant `\($0)`" } ?? "for all tenants"
            report("the policy `\(id)` is required, and `settings.json` turns it off \(whom)", at: place)
        }
        for effect in effects {
            guard let name = effect.name, Self.effects.contains(name) else {
                let got = effect.string.map { "`\($0)`" } ?? effect.kindName
                report("an effect is one of \(Self.effects.joined(separator: ", ")); got \(got)", at: place)
                continue
            }
            guard let globals = globals[id], !globals.contains(name) else { continue }
            report("the policy `\(id)` is required to \(name), and never does", at: place)
        }
    }
}

extension SettingValues {
    /// For whom the policy is turned off; `nil` among them for all tenants.
    fileprivate var turnedOff: [ExactName?] {
        func isOff(_ values: [ExactName: Value]) -> Bool {
            if case .boolean(false)? = values["enabled"] { true } else { false }
        }
        return (isOff(all) ? [nil] : []) + tenants.filter { isOff($0.value) }.keys.sorted()
    }
}
