internal import Engine
internal import Model
internal import Plugins
internal import Policies
internal import Tokens

/// One run of a verb: its arguments, the defaults of the environment, and the files that verbs commonly open.
struct Invocation {
    let terminal: Terminal
    let positionals: [String]
    /// The verb's name.
    let verb: String
    /// The whole command line, as given.
    let arguments: [String]
    /// The time of the whole run.
    let now: Instant
    /// True when `--at`, or its variable, gives the time.
    let isTimeStated: Bool
    private let options: [String: String]
    let environment: [String: String]

    init(_ line: ParsedLine, environment: [String: String], terminal: Terminal) throws(CommandError) {
        self.terminal = terminal
        positionals = line.positionals
        verb = line.verb?.name ?? ""
        arguments = line.arguments
        options = line.options
        self.environment = environment
        for option in Option.global {
            guard options[option.name] == nil, let value = environment[option.variable] else { continue }
            try ParsedLine.check(value, option)
        }
        if let text = options["at"] ?? environment["DEMILUNE_AT"].flatMap({ $0.isEmpty ? nil : $0 }) {
            guard let instant = Instant(text) else {
                throw .usage("`--at` must be a time such as 2026-11-22T12:00:00Z, got `\(text)`")
            }
            now = instant
            isTimeStated = true
        } else {
            now = .now()
            isTimeStated = false
        }
    }

    func has(_ flag: String) -> Bool { options[flag] != nil }

    /// The value of an option, or its default from the environment.
    func value(_ name: String) -> String? {
        if let value = options[name] { return value }
        guard let option = Option.global.first(where: { $0.name == name }), option.value != nil else { return nil }
        return environment[option.variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The value of an option that is a whole number from `least` to `most`.
    func number(
        _ name: String, default standard: Int, least: Int = 1, most: Int = .max
    ) throws(CommandError) -> Int {
        guard let text = value(name) else { return standard }
        guard let number = Int(text), least <= number, number <= most else {
            let range = most == .max ? "of at least \(least)" : "from \(least) to \(most)"
            throw .usage("`--\(name)` must be a whole number \(range), got `\(text)`")
        }
        return number
    }

    /// The budget of `--fuel`, `--memory` and `--deadline`.
    func budget() throws(CommandError) -> Budget {
        let memory = try number("memory", default: 8, most: 1 << 20)
        let deadline = try number("deadline", default: 1_000, most: 3_600_000)
        return Budget(
            fuel: try number("fuel", default: 1_000_000, most: 1 << 40), memory: memory << 20,
            deadline: .milliseconds(deadline))
    }

    /// The options of decision trees: `--tree-memory`.
    func treeOptions() throws(CommandError) -> TreeOptions {
        TreeOptions(bytes: try number("tree-memory", default: 64, least: 0, most: 1 << 20) << 20)
    }

    /// The value of an option, as a name.
    func name(_ option: String) -> ExactName? { value(option).map { ExactName($0) } }

    /// The properties of `--mask`.
    var masked: Set<ExactName> {
        Set((value("mask") ?? "").unicodeScalars.split(separator: ",").map { ExactName(Substring($0)) })
    }

    /// The tenant of `--tenant`, as its index.
    func tenant(in directory: Directory) throws(CommandError) -> Int? {
        try tenant(among: directory.tenants.map(\.id)).flatMap(directory.tenant)
    }

    /// The tenant of `--tenant`, which must be one of these.
    func tenant(among ids: [ExactName]) throws(CommandError) -> ExactName? {
        guard let id = name("tenant") else { return nil }
        guard ids.contains(id) else {
            throw CommandError("there is no tenant `\(id)`\(Suggestion.hint(for: id, among: ids))")
        }
        return id
    }
}
