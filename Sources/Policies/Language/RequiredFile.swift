internal import Model
internal import Syntax

/// Reads `required.json`, which lists the policies without which a folder does not load, so that a deny that somebody
/// deletes or turns off is noticed.
///
/// Its shape: `["department_gate"]`, or with the effects that the policy must still call, in code that `decide` reaches:
/// `{ "department_gate": ["deny"], "administration": [] }`.
struct RequiredFile {
    private static let effects = PolicyStatement.Effect.names.map { ExactName($0) }

    private let path: String
    private let parsed: [ExactName: ParsedPolicy]
    private let settings: [ExactName: SettingValues]
    /// The most faults that are reported, more than anybody reads: for each, all names are searched for a suggestion.
    private static let mostFaults = 200
    private var places = JSONPlaces()
    private(set) var diagnostics: [Diagnostic] = []

    init(_ bytes: [UInt8], path: String, parsed: [ParsedPolicy], settings: [ExactName: SettingValues]) {
        self.path = path
        self.parsed = Dictionary(parsed.map { ($0.file.name.withoutExtension, $0) }, uniquingKeysWith: { $1 })
        self.settings = settings
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
        let message = diagnostics.count + 1 < Self.mostFaults ? message : "too many faults: the others are not reported"
        let (line, column) = places.place(of: place)
        diagnostics.append(Diagnostic(message, path: path, line: line, column: column, rule: "required"))
    }

    private mutating func read(_ json: JSON) {
        switch json {
        case .array(let policies):
            for (index, policy) in policies.enumerated() {
                guard let id = policy.name else {
                    report("a policy's name must be a string, got \(policy.kindName)", at: ["\(index)"])
                    continue
                }
                require(id, effects: [], at: ["\(index)"])
            }
        case .object(let policies):
            for policy in policies {
                guard case .array(let effects) = policy.value else {
                    report(
                        "`\(policy.key)` needs a list of the effects that it must call, `[\"deny\"]` or `[]`; got "
                            + policy.value.kindName, at: [policy.key])
                    continue
                }
                require(policy.key, effects: effects, at: [policy.key])
            }
        default: report("must be a list of policies: `[\"department_gate\"]`, got \(json.kindName)", at: [])
        }
    }

    private mutating func require(_ id: ExactName, effects: [JSON], at place: [ExactName]) {
        guard let policy = parsed[id] else {
            let hint = hint(for: id) { parsed.keys.sorted() }
            report("the required policy `\(id)` is missing\(hint)", at: place)
            return
        }
        if policy.declaration?.isEnabled == false {
            report("the required policy `\(id)` has `enabled = false`", at: place)
        }
        if policy.declaration?.isObserving == true {
            report("the required policy `\(id)` only observes", at: place)
        }
        for tenant in settings[id]?.turnedOff ?? [] {
            let whom = tenant.map { "for the tenant `\($0)`" } ?? "for all tenants"
            report("the required policy `\(id)` is turned off \(whom) by `settings.json`", at: place)
        }
        // A source that does not parse is reported as such.
        let called = effects.isEmpty ? nil : policy.chunk?.globals(calledFrom: "decide")
        for effect in effects {
            guard let name = effect.name, Self.effects.contains(name) else {
                let got = effect.string.map { "`\($0)`" } ?? effect.kindName
                report("an effect is one of \(Self.effects.joined(separator: ", ")); got \(got)", at: place)
                continue
            }
            guard let chunk = policy.chunk, let called, called[name] == nil else { continue }
            let lost = chunk.globals.first { ExactName($0.name) == name }?.position.line
            let fault =
                lost.map { "but no path from `decide` reaches the one on line \($0) of `\(policy.file.name)`" }
                ?? "and never does"
            report("the required policy `\(id)` must call `\(name)`, \(fault)", at: place)
        }
    }
}

extension SettingValues {
    /// The tenants for which the policy is turned off; `nil` among them stands for all.
    fileprivate var turnedOff: [ExactName?] {
        func isOff(_ values: [ExactName: Value]) -> Bool {
            if case .boolean(false)? = values["enabled"] { true } else { false }
        }
        return (isOff(all) ? [nil] : []) + tenants.filter { isOff($0.value) }.keys.sorted()
    }
}
