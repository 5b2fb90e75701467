extension Repl {
    /// The commands that exist only in the REPL, in the order of its help.
    static let commands: [Verb] = [
        .use, .acting, .at, .tenant,
        .can, .why, .whyNot, .counterfactual, .inquiry, .may, .whoCan, .whoMay, .whatCan, .compare,
        .timeline, .suppose, .denied, .cost, .trace,
        .policies, .policy, .reload, .edit, .watch, .trying,
        .plugin,
        .record, .replay, .save,
        .help, .quit,
    ]
}
