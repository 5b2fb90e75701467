extension Repl {
    /// What only a conversation has, in the order of its help.
    static let commands: [Verb] = [
        .use, .acting, .at, .tenant,
        .can, .may,
        .help, .quit,
    ]
}
