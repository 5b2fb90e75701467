internal import CommandLine
internal import Files
internal import Model
internal import Policies
internal import PolicyTesting

extension ReplCommand {
    /// `save last as TEST`: the last decision as a test of a policy.
    static let save = ReplCommand(
        name: "save", summary: "appends the last decision to the tests of the policy that decided it",
        positionals: [
            .init(name: "last", help: "the last decision"), .init(name: "as", help: "the word `as`"),
            .init(name: "TEST", help: "the name of the test, a sentence"),
            .init(
                name: "[for POLICY]", help: "the policy whose tests to extend, if another", isOptional: true,
                isRepeated: true,
                usage: "[for POLICY]"),
        ],
        details: [
            "The test brings its own directory, made from the request, so it passes wherever the policies are."
        ],
        examples: ["save last as 'a sync for Sales cannot read what lies in Finance'"],
        suggest: { completion, words in
            switch words.count {
            case 0: [Candidate(text: "last", help: "the last decision")]
            case 1: [Candidate(text: "as", help: "then the name of the test")]
            case 3: [Candidate(text: "for", help: "another policy's tests")]
            case 4: completion.policies
            default: []
            }
        },
        inside: { repl, invocation throws(CommandError) in
            let words = invocation.positionals
            guard words[0] == "last", words[1] == "as", words.count == 3 || words.count == 5 && words[3] == "for" else {
                throw .usage("expected `save last as 'TEST NAME'`, then `for POLICY` for the tests of another policy")
            }
            let answer = try repl.lastAnswer()
            let policy = words.count == 5 ? try repl.policyName(words[4]) : try answer.decisivePolicy()
            let path = "\(answer.loaded.path)/\(PolicyFile.tests(of: policy))"
            let recorded = RecordedTest(
                answer.question, answer.decision, policies: answer.loaded.set, directory: answer.directory)
            let text = recorded.text(named: words[2])
            let before = (try? File.contents(of: path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let head = text.prefix { $0 != "\n" }
            guard !before.contains(head) else {
                throw CommandError("`\(path)` already has a test of that name; choose another name")
            }
            let gap = before.isEmpty ? "" : before.hasSuffix("\n") ? "\n" : "\n\n"
            try Self.hold(before + gap + text, named: words[2], policy, answer.loaded)
            try Self.append(gap + text, to: path)
            if invocation[.json] {
                let members: [JSON.Member] = [.init("file", .string(path)), .init("test", .string(text))]
                invocation.terminal.print(JSON.object(members).compact)
            } else {
                invocation.terminal.write(Array(text.utf8))
            }
            invocation.terminal.note("appended to \(Terminal.escaped(path)); `test \(Terminal.escaped(path))` runs it")
            return ExitStatus.done
        })

    /// Runs the test where it is going to be. It fails there when the decision depended on more than the folder: on
    /// limits of this session, or on a scenario.
    /// - Parameter text: the file of tests with the new one.
    private static func hold(
        _ text: String, named name: String, _ policy: ExactName, _ loaded: LoadedPolicies
    ) throws(CommandError) {
        let file = PolicyFile.tests(of: policy)
        let others = loaded.source.files.filter { $0.name != file }
        let source = PolicySource(
            path: loaded.source.path, files: others + [PolicyFile(name: file, bytes: Array(text.utf8))],
            plugins: loaded.source.plugins)
        var selection = PolicyTests.Selection()
        selection.files = [file]
        selection.filter = name
        let results: [TestResult]
        do throws(PolicyError) { results = try PolicyTests(source, organisations: [:]).run(selection) } catch {
            throw CommandError(error.message)
        }
        guard let result = results.first(where: { $0.name == name }) else {
            throw CommandError(
                "`\(source.path)/\(file)` cannot be read as tests: `test` tells why; nothing was written")
        }
        if let failure = result.failure {
            throw CommandError("the test would not pass, so nothing was written: \(failure.message)")
        }
    }

    private static func append(_ text: String, to path: String) throws(CommandError) {
        let file: OpenFile
        do throws(FileError) { file = try OpenFile(path, for: .appending(mode: 0o644)) } catch {
            throw CommandError(error)
        }
        do throws(FileError) { try file.write(Array(text.utf8)) } catch { throw CommandError("cannot write `\(path)`") }
    }
}

extension DecidedRequest {
    /// The policy to whose tests this decision belongs: the first that decided.
    fileprivate func decisivePolicy() throws(CommandError) -> ExactName {
        let deciding =
            decision.reasons.first?.policy ?? decision.failures.first?.policy ?? decision.refused.first?.policy
        if let deciding { return deciding }
        throw .usage("no policy decided this (\(decision.code)): name the policy with `for POLICY`")
    }
}
