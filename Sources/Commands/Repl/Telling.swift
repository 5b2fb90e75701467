internal import Model
internal import Policies
internal import Workbench

/// Puts a story on the terminal: each policy with its line of source, and what it read.
struct Telling {
    private let story: Story
    /// Where the sources are; a story of another version is told without them.
    private let rulebook: Rulebook?

    init(_ story: Story, _ rulebook: Rulebook?) {
        self.story = story
        self.rulebook = rulebook.flatMap { $0.set.version == story.version ? $0 : nil }
    }

    func print(to terminal: Terminal) {
        terminal.tell(Terminal.escaped(story.opening))
        for sentence in story.liveness { terminal.tell(Terminal.escaped(sentence)) }
        let silent = story.chapters.filter { $0.statements.isEmpty && $0.failures.isEmpty && $0.policy != nil }
        for chapter in story.chapters
        where !silent.contains(where: { $0.policy == chapter.policy }) || chapter.policy == nil {
            terminal.print()
            tell(chapter, terminal)
        }
        if !silent.isEmpty {
            terminal.print()
            terminal.tell("These had nothing to say:")
            for chapter in silent {
                let facts = chapter.facts.map(Self.words).joined(separator: "; ")
                terminal.tell(
                    "  \(Terminal.escaped(chapter.policy!))\(facts.isEmpty ? "" : ": \(Terminal.escaped(facts))")")
            }
        }
        terminal.print()
        terminal.tell(terminal.styled(Terminal.escaped(story.closing), story.isPermitted ? .green : .red))
    }

    private func tell(_ chapter: Story.Chapter, _ terminal: Terminal) {
        let name = chapter.policy ?? "What was read"
        let note = chapter.isObserving ? " (only observed)" : chapter.isDecisive ? "" : " (does not count)"
        terminal.tell(terminal.styled(Terminal.escaped(name), .bold) + note)
        let source = chapter.policy.flatMap { name in
            rulebook?.lines(of: "\(name).lua").map { PolicyText($0.joined(separator: "\n"), terminal) }
        }
        for statement in chapter.statements {
            let text = statement.text.isEmpty ? "gives no reason" : statement.text
            let style: Terminal.Style =
                statement.effect == .deny ? .red : statement.effect == .permit ? .green : .yellow
            terminal.tell(
                "  \(terminal.styled(statement.effect.word, style)) at line \(statement.line): \(Terminal.escaped(text))"
            )
            if let source { terminal.print("    \(statement.line) | \(source[statement.line].trimmed)") }
        }
        for failure in chapter.failures {
            let line = failure.line.map { " at line \($0)" } ?? ""
            terminal.tell("  \(terminal.styled("fails", .red))\(line): \(Terminal.escaped(failure.message))")
            if let source, let line = failure.line { terminal.print("    \(line) | \(source[line].trimmed)") }
        }
        guard !chapter.facts.isEmpty else { return }
        terminal.tell("  because it read")
        for fact in chapter.facts { terminal.tell("    \(Terminal.escaped(Self.words(fact)))") }
    }

    private static func words(_ fact: PolicyTrace.Fact) -> String { "\(fact.text) = \(fact.value)" }

    var json: JSON {
        .object([
            .init("decision", .boolean(story.isPermitted)), .init("code", .string(story.code)),
            .init("policy_code", .optional(story.policyCode)), .init("opening", .string(story.opening)),
            .init("liveness", .strings(story.liveness)),
            .init("policies", .array(story.chapters.map(Self.json))), .init("ending", .string(story.closing)),
            .init("version", .string(story.version)),
        ])
    }

    private static func json(_ chapter: Story.Chapter) -> JSON {
        .object([
            .init("policy", .optional(chapter.policy)), .init("decides", .boolean(chapter.isDecisive)),
            .init(
                "said",
                .array(
                    chapter.statements.map { statement in
                        .object([
                            .init("effect", .string(statement.effect.rawValue)),
                            .init("line", .integer(Int64(statement.line))), .init("text", .string(statement.text)),
                        ])
                    })),
            .init("failures", .strings(chapter.failures.map(\.message))),
            .init(
                "read",
                .array(
                    chapter.facts.map {
                        .object([.init("fact", .string($0.text)), .init("value", .string($0.value))])
                    })),
        ])
    }
}

extension PolicyStatement.Effect {
    /// What a policy does with it.
    fileprivate var word: String {
        switch self {
        case .permit: "permits"
        case .deny: "denies"
        case .advise: "advises"
        case .oblige: "obliges"
        }
    }
}

extension String {
    /// Without blanks at its beginning; styles before them stay.
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
