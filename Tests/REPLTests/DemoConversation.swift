internal import ProgramSupport

/// A suite whose tests converse about a token of a demo store.
protocol DemoConversation {
    var session: Session { get }
}

extension DemoConversation {
    /// The answers to lines, after the token `Warehouse sync` was chosen.
    func converse(_ lines: String..., options: [String] = []) -> Session.Result {
        let input = Array((["use 'Warehouse sync'"] + lines).joined(separator: "\n").utf8)
        return session.run(["repl", "--tenant", "3"] + options, input: input)
    }
}
