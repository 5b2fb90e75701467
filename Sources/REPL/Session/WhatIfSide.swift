internal import Analysis
internal import CommandLine
internal import Decisions
internal import Model
internal import Policies
internal import Presentation

/// The side that decides every request beside the policies in force: other policies, a scenario, or both.
struct WhatIfSide {
    let loaded: LoadedPolicies
    let directory: Directory
    /// `policies2`, `as supposed`.
    let title: String
    private let scenario: Scenario?

    init(_ loaded: LoadedPolicies, _ directory: Directory, _ scenario: Scenario?, title: String) {
        self.loaded = loaded
        self.directory = directory
        self.scenario = scenario
        self.title = title
    }

    func question(_ question: AuthorizationRequest) -> AuthorizationRequest {
        scenario?.apply(to: question) ?? question
    }
}

extension Repl {
    /// The what-if side on this directory; `nil` when nothing is tried or supposed.
    func whatIfSide(_ directory: Directory) throws(CommandError) -> WhatIfSide? {
        guard tried != nil || scenario != nil else { return nil }
        if let known = besides, known.before === directory { return known.whatIfSide }
        var loaded: LoadedPolicies
        if let tried { loaded = tried } else { loaded = try rules() }
        var after = directory
        if let scenario {
            let set: PolicySet
            do throws(ChangeError) {
                after = try scenario.apply(to: directory)
                set = try scenario.apply(to: loaded.set)
            } catch { throw CommandError("this cannot be supposed any more: \(error.message); `suppose reset`") }
            // It needs its own authorizer: one used with two directories in turn would drop its caches each time.
            loaded = try LoadedPolicies(loaded, with: set, budget: budget)
        }
        let title = [tried.map { "by \($0.path)" }, scenario.map { _ in "as supposed" }].compactMap(\.self)
        let whatIfSide = WhatIfSide(loaded, after, scenario, title: title.joined(separator: ", "))
        besides = (directory, whatIfSide)
        return whatIfSide
    }

    /// Decides on both sides, and prints the result.
    func tell(_ question: AuthorizationRequest, on directory: Directory, _ invocation: Invocation) throws(CommandError)
        -> Int32
    {
        let answer = try decide(question, on: directory)
        let terminal = invocation.terminal
        guard let whatIfSide = try whatIfSide(directory) else {
            if invocation[.json] {
                terminal.print(
                    JSON.object([.init("question", .string(answer.title)), .init("answer", answer.decision.json)])
                        .compact)
            } else {
                explain(answer, terminal)
            }
            return answer.decision.isPermitted ? ExitStatus.done : ExitStatus.deny
        }
        let other = try decide(whatIfSide.question(question), on: whatIfSide.directory, by: whatIfSide.loaded)
        if invocation[.json] {
            terminal.print(
                JSON.object([
                    .init("question", .string(answer.title)), .init("before", answer.decision.json),
                    .init("after", other.decision.json),
                ]).compact)
        } else {
            tell(answer, other, whatIfSide.title, terminal)
        }
        return other.decision.isPermitted ? ExitStatus.done : ExitStatus.deny
    }

    private func explain(_ answer: DecidedRequest, _ terminal: Terminal) {
        terminal.show(DecisionReport(answer.decision, policies: answer.loaded.set, withFacts: isTracing).lines)
    }

    private func tell(_ answer: DecidedRequest, _ other: DecidedRequest, _ title: String, _ terminal: Terminal) {
        let disagreement = DecisionComparison(before: answer.decision, after: other.decision)
        guard disagreement.isDifferent else {
            explain(answer, terminal)
            terminal.show("\("\(title): the same", .faint)")
            return
        }
        let isTurned = answer.decision.isPermitted != other.decision.isPermitted
        let note = isTurned ? "" : ", for other reasons"
        terminal.show("\(answer.decision.word) → \(other.decision.word)\(note)")
        terminal.show("\("before:", .strong)")
        explain(answer, terminal)
        terminal.show("\("\(title):", .strong)")
        explain(other, terminal)
    }
}

extension Decision {
    /// The decision as `decide --json` prints it.
    var json: JSON {
        var writer = JSONWriter()
        write(to: &writer, explain: true)
        return (try? JSONReader.parse(writer.bytes)) ?? .null
    }
}
