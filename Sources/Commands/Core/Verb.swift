/// One verb of the command line: what it takes, what its help says, and what it does.
struct Verb: Sendable {
    struct Positional: Sendable {
        let name: String
        let help: String
        var isOptional = false
        var isRepeated = false
        /// How the usage line shows it, where that is not made from the name.
        var usage: String?
    }

    /// One word, or two as in `token list`.
    let name: String
    let summary: String
    var positionals: [Positional] = []
    var options: [Option] = []
    /// Paragraphs after the options.
    var details: [String] = []
    /// Lines to try.
    var examples: [String] = []
    /// What may come next, after the words there are; where it is missing, the names of the arguments say.
    var suggest: (@Sendable (Completion, [String]) -> [Candidate])?
    let run: @Sendable (Invocation) throws(CommandError) -> Int32
}

/// An option such as `--seed N`, or a flag such as `--json`.
struct Option: Sendable {
    /// Without the dashes.
    let name: String
    /// What stands for the value in help texts; `nil` for a flag.
    var value: String?
    let help: String
    /// What the value may be; empty for anything.
    var choices: [String] = []

    var heading: String { "--\(name)" + (value.map { " \($0)" } ?? "") }
    /// The variable of the environment that gives its default.
    var variable: String { "DEMILUNE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined() }

    static let log = Option(name: "log", value: "FILE", help: "append what is decided to a decision log")
    static let mask = Option(
        name: "mask", value: "NAME[,NAME]", help: "properties whose content the log does not show")

    /// How far one policy's evaluation may go, and how much is remembered of what policies say.
    static let limits: [Option] = [
        Option(name: "fuel", value: "N", help: "instructions that one policy may spend on a request (1000000)"),
        Option(name: "memory", value: "MIB", help: "memory that one policy may take (8)"),
        Option(name: "deadline", value: "MS", help: "milliseconds that one policy may take (1000)"),
        Option(name: "tree-memory", value: "MIB", help: "memory for decision trees; 0 runs every policy (64)"),
        Option(
            name: "shadow", value: "N", help: "hold one request in N to an evaluation that remembers nothing (0: none)"),
    ]

    /// What every verb takes, before or after its name.
    static let global: [Option] = [
        Option(
            name: "store", value: "FILE", help: "the token store, or what `export` printed, as FILE.json (demilune.db)"),
        Option(
            name: "keys", value: "FILE",
            help: "the store's key file (by the store's id, in ~/.local/share/demilune/keys)"),
        Option(name: "policies", value: "DIR", help: "the folder of the policies (policies)"),
        Option(name: "plugins", value: "DIR", help: "the folder of the plugins (plugins, beside the policies)"),
        Option(name: "locked", help: "load only what `plugins lock` has noted"),
        Option(name: "tenant", value: "ID", help: "the tenant meant, where no token says which"),
        Option(name: "at", value: "TIME", help: "the time it is, such as 2026-11-22T12:00:00Z (now)"),
        Option(
            name: "as", value: "USER[/ASSIGNMENT]",
            help: "who administers; `-`: through the token on standard input (the operator)"),
        Option(
            name: "on-rollback", value: "WHAT",
            help: "on a store that was rolled back: deny, or decide all the same (deny)", choices: ["deny", "decide"]),
        Option(name: "json", help: "results for machines"),
        Option(
            name: "color", value: "WHEN", help: "auto, always or never (auto)", choices: ["auto", "always", "never"]),
        Option(name: "help", help: "say what there is to know, and do nothing else"),
    ]
}
