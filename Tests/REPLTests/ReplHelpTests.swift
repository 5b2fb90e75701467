internal import ProgramSupport
internal import Testing

@testable internal import CommandLine
@testable internal import REPL

/// The help and the names of the commands that only a session has, and the verbs that it takes from the command line.
struct ReplHelpTests {
    @Test(arguments: [40, 60, 80, 100])
    func `help fits the terminal, and no word is broken or lost`(columns: Int) {
        var texts = Repl.commands.map { WrappedText(Help.text(of: $0.verb, columns), of: Help.text(of: $0.verb, nil)) }
        texts.append(WrappedText(Repl.overview(columns), of: Repl.overview(nil)))
        for text in texts { #expect(text.faults(columns: columns) == []) }
    }

    @Test func `a session has every verb of the program but those that begin one`() {
        let own = Set(Repl.commands.map(\.verb.name))
        let taken = Repl.verbs.map(\.name).filter { !own.contains($0) }
        let left: Set<String> = ["init", "repl", "replay"]
        #expect(taken == Program.verbs.map(\.name).filter { !left.contains($0) })
        // A session replays a recording of itself.
        #expect(own.contains("replay"))
        #expect(Set(Repl.verbs.map(\.name)).count == Repl.verbs.count)
    }

    @Test func `the names of a command's options differ, also from the global ones`() {
        for verb in Repl.commands.map(\.verb) {
            let names = (verb.options + GlobalOptions.all).flatMap { [$0.name, $0.formerName].compactMap(\.self) }
            #expect(Set(names).count == names.count, "\(verb.name): \(names)")
        }
    }

    @Test func `a former name of a verb works for one more version`() throws {
        let line = try ParsedLine(["token", "sweep", "--help"], verbs: Repl.verbs)
        #expect(line.verb?.name == "token mark-dormant")
        #expect(
            line.notes == ["`token sweep` is now called `token mark-dormant`; the old name works for one more version"])
    }
}
