/// One verb of the command line: its arguments, its help, and its action.
struct Verb: Sendable {
    struct Positional: Sendable {
        let name: String
        let help: String
        var isOptional = false
        var isRepeated = false
        /// Its form in the usage line; `nil` to make it from the name.
        var usage: String?
    }

    /// One word, or two as in `token list`.
    let name: String
    let summary: String
    var positionals: [Positional] = []
    var options: [Option] = []
    /// Paragraphs after the options.
    var details: [String] = []
    /// Example command lines.
    var examples: [String] = []
    /// Names of earlier versions, which work for one more version.
    var formerNames: [String] = []
    let run: @Sendable (Invocation) throws(CommandError) -> Int32
}

/// An option such as `--seed N`, or a flag such as `--json`.
struct Option: Sendable {
    /// Without the dashes.
    let name: String
    /// The placeholder of the value in help texts; `nil` for a flag.
    var value: String?
    let help: String
    /// The permitted values; empty for any.
    var choices: [String] = []
    /// The name of earlier versions, which works for one more version.
    var formerName: String?

    var heading: String { "--\(name)" + (value.map { " \($0)" } ?? "") }
    /// The environment variable that holds its default.
    var variable: String { "DEMILUNE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined() }

    static let log = Option(name: "log", value: "FILE", help: "append decisions to a decision log")
    static let mask = Option(
        name: "mask", value: "NAME[,NAME]", help: "properties whose values the log does not show")

    /// The limits of one policy's evaluation, and the memory for decision trees.
    static let limits: [Option] = [
        Option(name: "fuel", value: "N", help: "instructions that one policy may spend on a request (1000000)"),
        Option(name: "memory", value: "MIB", help: "memory that one policy may take (8)"),
        Option(name: "deadline", value: "MS", help: "milliseconds that one policy may take (1000)"),
        Option(name: "tree-memory", value: "MIB", help: "memory for decision trees; 0 runs every policy (64)"),
        Option(
            name: "shadow", value: "N", help: "compare one request in N with an uncached evaluation (0: none)"),
    ]

    /// The options of every verb, before or after its name.
    static let global: [Option] = [
        Option(
            name: "store", value: "FILE",
            help: "the token store, or an exported organisation as FILE.json (demilune.db)"),
        Option(
            name: "keys", value: "FILE",
            help: "the store's key file (by the store's id, in ~/.local/share/demilune/keys)"),
        Option(name: "policies", value: "DIR", help: "the folder of the policies (policies)"),
        Option(name: "plugins", value: "DIR", help: "the folder of the plugins (plugins, beside the policies)"),
        Option(name: "locked", help: "load only files that match the file of `plugins lock`"),
        Option(name: "tenant", value: "ID", help: "the tenant, when no token determines it"),
        Option(name: "at", value: "TIME", help: "the current time, such as 2026-11-22T12:00:00Z (now)"),
        Option(
            name: "as", value: "USER[/ASSIGNMENT]",
            help: "the acting user; `-`: the token on standard input (the operator)"),
        Option(
            name: "on-rollback", value: "WHAT",
            help: "for a store that was rolled back: deny everything, or decide anyway (deny)",
            choices: ["deny", "decide"]),
        Option(name: "json", help: "print results as JSON"),
        Option(
            name: "color", value: "WHEN", help: "auto, always or never (auto)", choices: ["auto", "always", "never"]),
        Option(name: "version", help: "print the version, and do nothing else"),
        Option(name: "help", help: "show help, and do nothing else"),
    ]
}
