internal import Decisions
internal import Model
internal import Policies
internal import Workbench

/// What every question is asked of beside what is in force: other policies, a supposition, or both.
struct Beside {
    let rulebook: Rulebook
    let directory: Directory
    /// `policies2`, `as supposed`.
    let title: String
    private let supposition: Supposition?

    init(_ rulebook: Rulebook, _ directory: Directory, _ supposition: Supposition?, title: String) {
        self.rulebook = rulebook
        self.directory = directory
        self.supposition = supposition
        self.title = title
    }

    func question(_ question: AuthorizationRequest) -> AuthorizationRequest {
        supposition?.apply(to: question) ?? question
    }
}

extension Repl {
    /// The other side, on this snapshot; `nil` where nothing is tried or supposed.
    func beside(_ directory: Directory) throws(CommandError) -> Beside? {
        guard tried != nil || supposition != nil else { return nil }
        if let known = besides, known.before === directory { return known.beside }
        var rulebook: Rulebook
        if let tried { rulebook = tried } else { rulebook = try rules() }
        var after = directory
        if let supposition {
            let set: PolicySet
            do throws(ChangeError) {
                after = try supposition.apply(to: directory)
                set = try supposition.apply(to: rulebook.set)
            } catch { throw CommandError("this cannot be supposed any more: \(error.message); `suppose reset`") }
            // Its own decision point: one that is asked on two snapshots in turn begins anew each time.
            rulebook = try Rulebook(rulebook, with: set, budget: try budget())
        }
        let title = [tried.map { "by \($0.path)" }, supposition.map { _ in "as supposed" }].compactMap(\.self)
        let beside = Beside(rulebook, after, supposition, title: title.joined(separator: ", "))
        besides = (directory, beside)
        return beside
    }

    /// Decides on both sides, and tells.
    func tell(_ question: AuthorizationRequest, on directory: Directory, _ invocation: Invocation) throws(CommandError)
        -> Int32
    {
        let answer = try decide(question, on: directory)
        let terminal = invocation.terminal
        guard let beside = try beside(directory) else {
            if invocation.has("json") {
                terminal.print(
                    JSON.object([.init("question", .string(answer.title)), .init("answer", answer.decision.json)])
                        .compact)
            } else {
                explain(answer, terminal)
            }
            return answer.decision.isPermitted ? ExitStatus.done : ExitStatus.deny
        }
        let other = try decide(beside.question(question), on: beside.directory, by: beside.rulebook)
        if invocation.has("json") {
            terminal.print(
                JSON.object([
                    .init("question", .string(answer.title)), .init("before", answer.decision.json),
                    .init("after", other.decision.json),
                ]).compact)
        } else {
            tell(answer, other, beside.title, terminal)
        }
        return other.decision.isPermitted ? ExitStatus.done : ExitStatus.deny
    }

    private func explain(_ answer: Answer, _ terminal: Terminal) {
        Explanation(answer.decision, policies: answer.rulebook.set).print(to: terminal, withFacts: isTracing)
    }

    private func tell(_ answer: Answer, _ other: Answer, _ title: String, _ terminal: Terminal) {
        let disagreement = Disagreement(before: answer.decision, after: other.decision)
        guard disagreement.isDifferent else {
            explain(answer, terminal)
            terminal.print(terminal.styled("\(Terminal.escaped(title)): the same", .dim))
            return
        }
        let isTurned = answer.decision.isPermitted != other.decision.isPermitted
        let note = isTurned ? "" : ", for other reasons"
        terminal.print("\(verdict(answer, terminal)) → \(verdict(other, terminal))\(note)")
        terminal.print(terminal.styled("before:", .bold))
        explain(answer, terminal)
        terminal.print(terminal.styled("\(Terminal.escaped(title)):", .bold))
        explain(other, terminal)
    }

    private func verdict(_ answer: Answer, _ terminal: Terminal) -> String {
        answer.decision.isPermitted ? terminal.styled("permit", .green) : terminal.styled("deny", .red)
    }
}

extension Decision {
    /// As `decide --json` tells it.
    var json: JSON {
        var writer = JSONWriter()
        write(to: &writer, explain: true)
        return (try? JSONReader.parse(writer.bytes)) ?? .null
    }
}
