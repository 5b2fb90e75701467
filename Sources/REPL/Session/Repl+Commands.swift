internal import CommandLine

extension Repl {
    /// The commands that exist only in the REPL, in the order of its help.
    static let commands: [ReplCommand] = [
        .use, .subject, .acting, .at, .tenant,
        .can, .why, .whyNot, .counterfactual, .inquiry, .may, .whoCan, .whoMay, .whatCan, .compare,
        .timeline, .suppose, .denied, .cost, .trace,
        .policies, .policy, .reload, .edit, .watch, .trying,
        .plugin,
        .record, .replay, .save,
        .help, .quit,
    ]

    /// The command of this name; `nil` for a verb that works outside of a session too.
    static func command(_ verb: Verb) -> ReplCommand? { commands.first { $0.verb.name == verb.name } }
}
