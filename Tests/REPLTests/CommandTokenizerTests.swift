internal import Testing

@testable internal import CommandLine
@testable internal import REPL

struct CommandTokenizerTests {
    @Test(arguments: [
        ("can orders.read  on order:42", ["can", "orders.read", "on", "order:42"], false),
        ("use 'Warehouse sync'", ["use", "Warehouse sync"], false),
        ("with name=\"a b\" mfa=true", ["with", "name=a b", "mfa=true"], false),
        ("who is Bjorn's", ["who", "is", "Bjorn's"], false),
        ("use ''", ["use", ""], false),
        ("use 'Warehouse", ["use", "Warehouse"], true),
        ("can orders.read \\\non order", ["can", "orders.read", "on", "order"], false),
        ("can orders.read \\", ["can", "orders.read"], true),
        ("", [], false),
    ])
    func `a line is split into words`(line: String, words: [String], isOpen: Bool) {
        let split = CommandTokenizer(line)
        #expect(split.texts == words)
        #expect(split.isOpen == isOpen)
    }

    @Test(arguments: ["a", "a b", "it's", "", "x=1", "owner=Bjørn Haugen", "#1", "=x", "back\\slash", "\"", "x='y'"])
    func `a quoted word is read back unchanged`(word: String) {
        #expect(CommandTokenizer("use " + CommandTokenizer.quoted(word)).texts == ["use", word])
    }

    @Test(arguments: [
        ("= request.token", true), ("= (1 +", false), ("= {\n1,\n2\n}", true), ("= 1 +", false), ("= request.", false),
        ("= )", true), ("= [[long", false), ("can orders.read", true), ("use 'a", false), ("# it's a comment", true),
    ])
    func `incomplete input is recognised`(text: String, isWhole: Bool) {
        #expect(CommandTokenizer.isWhole(text) == isWhole)
    }

    @Test func `a piece is split into its commands`() {
        let piece = "use a\n\n# a comment\n= {\n  1,\n}\ncan orders.read \\\n  on order\nuse 'open"
        #expect(
            CommandTokenizer.commands(piece) == [
                "use a", "= {\n  1,\n}", "can orders.read \\\n  on order", "use 'open",
            ])
    }
}
