extension Repl {
    /// What only a conversation has, in the order of its help.
    static let commands: [Verb] = [
        .use, .acting, .at, .tenant,
        .can, .may, .cost, .trace,
        .policies, .policy, .reload, .edit, .watch, .trying,
        .plugin,
        .record, .replay,
        .help, .quit,
    ]
}
