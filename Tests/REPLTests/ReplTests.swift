internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine
@testable internal import REPL

/// Scripted sessions on the demo organisation.
struct ReplTests {
    private let session = Session()

    init() { #expect(session.run("init", "--demo").status == 0) }

    private func converse(_ lines: String..., options: [String] = ["--tenant", "3"]) -> Session.Result {
        session.run(["repl"] + options, input: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    @Test func `a token is selected, and its decisions are shown with reasons`() {
        let result = converse("use 'Warehouse sync'", "can orders.read on order:42 in Finance")
        #expect(result.lines.first == "deny  (denied: gate_closed)")
        #expect(result.output.contains("Finance is outside Sales"))
        #expect(result.status == ExitStatus.deny)
        #expect(converse("use 'Warehouse sync'", "can orders.read on order in Sales").status == ExitStatus.done)
    }

    @Test func `a token that is not in use is supposed to change by its name`() {
        let result = converse("suppose token 'Warehouse sync' revoked", "suppose")
        #expect(
            result.status == 0 && result.errors.contains("supposed: the token Warehouse sync is revoked"), "\(result)")
        #expect(result.output.contains("Warehouse sync"), "\(result)")
    }

    @Test func `a request gives the same decision as with the verb`() {
        let stated = ["Warehouse sync", "orders.read", "order:42", "department=Finance"]
        let verb = session.run(["decide", "--tenant", "3", "--json"] + stated)
        let asked = converse(
            "decide 'Warehouse sync' orders.read order:42 department=Finance --json", "use 'Warehouse sync'",
            "can orders.read order:42 department=Finance --json")
        #expect(asked.lines.first == verb.lines.first)
        #expect(asked.lines.last?.contains(verb.lines.first!.dropLast()) == true)
    }

    @Test(arguments: [
        ("cna orders.read", "did you mean `can`"), ("can orders.raed", "did you mean `orders.read`"),
        ("use Nobody at all", "unexpected argument `"),
        ("tenant 33", "did you mean `3`"),
        ("at tomorrow", "`at` must be a time with its zone"), ("as ana", "did you mean `anna`"),
        ("as anna", "say which"),
        ("may anna/a-anna-1 reveall", "did you mean `reveal`"), ("can orders.read on ordr", "did you mean `order`"),
        ("use 'open", "a quote is not closed"), ("token lst", "did you mean `list`"), ("token", "needs one of"),
    ])
    func `the answer to a mistake says what to type instead`(line: String, answer: String) {
        let result = converse("use 'Warehouse sync'", line)
        let told = result.errors + result.output
        #expect(told.contains(answer), "\(told)")
    }

    @Test func `an ambiguous name lists its candidates`() {
        let result = converse("use a")
        #expect(result.errors.contains("give the id of one"))
        #expect(result.errors.split(separator: "\n").count > 2)
        #expect(result.status == ExitStatus.usage)
    }

    @Test func `the session continues after a failed command, and its status is that of the first`() {
        let result = converse("use nothing-like-it", "use 'Warehouse sync'", "can orders.read on order in Sales")
        #expect(result.status == ExitStatus.failure)
        #expect(result.output.contains("permit"))
    }

    @Test func `time and administrator belong to the session, also for verbs`() {
        let result = converse(
            "use 'Warehouse sync'", "at 2030-01-01", "can orders.read on order in Sales", "as carla",
            "token list --size 2",
            "at now")
        #expect(result.output.contains("token_expired"))
        #expect(result.output.contains("TITLE"))
    }

    @Test func `a token string is refused in a command, and its line is not repeated`() {
        let made = session.run(
            "token", "create", "--tenant", "3", "--user", "carla", "--name", "fresh", "--expires", "2027-01-01")
        let string = made.output.split(separator: " ").first { $0.hasPrefix("dml_") }.map(String.init) ?? ""
        let secret = String(string.prefix { !$0.isNewline })
        let result = converse("use \(secret)", "tenant")
        #expect(result.status == ExitStatus.usage)
        #expect(result.errors.contains("never type a token string into a command"))
        #expect(!(result.errors + result.output).contains(secret))
    }

    @Test func `policies that do not load are reported, also when a request is made`() throws {
        let folder = try session.policies(["broken": "return {"])
        let result = converse(
            "use 'Warehouse sync'", "can orders.read", options: ["--tenant", "3", "--policies", folder])
        #expect(result.status == ExitStatus.policies)
        #expect(result.errors.contains("broken.lua:1"))
        #expect(result.errors.contains("no policies are in force"))
    }

    @Test func `every command has help, and its examples are commands`() {
        for verb in Repl.commands.map(\.verb) {
            #expect(!verb.summary.isEmpty)
            for example in verb.examples {
                let words = CommandTokenizer(example).texts.joined(separator: " ")
                #expect(example.hasPrefix("=") || words.hasPrefix(verb.name), "\(verb.name): \(example)")
            }
        }
        let result = converse("help", "help can", "can --help", "help token")
        #expect(result.status == ExitStatus.done)
        #expect(result.output.contains("examples:"))
    }
}
