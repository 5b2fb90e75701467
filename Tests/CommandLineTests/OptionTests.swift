internal import Model
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine

/// The declarations of options, and the values that verbs read by them.
struct OptionTests {
    private static let verb = Verb(
        name: "sample", summary: "shows values", options: [Option.count, Option.limit, Option.answer, Option.loud],
        run: { _ throws(CommandError) in ExitStatus.done })

    private static func values(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws(CommandError) -> OptionValues {
        let line = try ParsedLine(["sample"] + arguments, verbs: [verb])
        return try OptionValues(line, of: line.verb, environment: environment)
    }

    @Test func `an option that is not given has its default`() throws {
        let values = try Self.values([])
        #expect(values[.count] == 3 && values[.limit] == nil && values[.answer] == .yes && !values[.loud])
        #expect(values[.store] == nil && values[.color] == .auto && values[.at] == nil)
        #expect(!values.isGiven(Option.count) && values.text(of: Option.count) == nil)
    }

    @Test func `a given option has the value of its text`() throws {
        let values = try Self.values(["--count=9", "--limit", "0", "--answer", "no", "--loud", "--tenant", "3"])
        #expect(values[.count] == 9 && values[.limit] == 0 && values[.answer] == .no && values[.loud])
        #expect(values[.tenant] == "3")
        #expect(values.isGiven(Option.count) && values.text(of: Option.count) == "9")
    }

    @Test(arguments: [
        (["--count", "0"], "`--count` must be a whole number from 1 to 10, got `0`"),
        (["--count", "11"], "`--count` must be a whole number from 1 to 10, got `11`"),
        (["--limit", "-1"], "`--limit` must be a whole number of at least 0, got `-1`"),
        (["--answer", "nope"], "`--answer` must be one of yes, no, got `nope`"),
    ])
    func `a text that is not permitted is refused before the verb runs`(arguments: [String], message: String) {
        let error = #expect(throws: CommandError.self) { try Self.values(arguments) }
        #expect(error?.status == ExitStatus.usage && error?.messages.first?.hasPrefix(message) == true)
    }

    @Test func `the environment sets the default of a global option with a value, and of no other`() throws {
        let environment = [
            "DEMILUNE_TENANT": "7", "DEMILUNE_STORE": "", "DEMILUNE_JSON": "yes", "DEMILUNE_COUNT": "9",
        ]
        let values = try Self.values([], environment: environment)
        #expect(values[.tenant] == "7" && values.text(of: Option.tenant) == "7" && !values.isGiven(Option.tenant))
        #expect(values[.store] == nil && !values[.json] && values[.count] == 3)
        #expect(try Self.values(["--tenant", "3"], environment: environment)[.tenant] == "3")
        #expect(throws: CommandError.self) { try Self.values([], environment: ["DEMILUNE_COLOR": "alway"]) }
    }

    @Test func `an option that only some verbs declare has its default in the others`() throws {
        let values = try Self.values([])
        #expect(!values[ifDeclared: .csv] && values[ifDeclared: .count] == 3)
    }

    @Test func `an option that the verb does not declare cannot be read`() async {
        await #expect(processExitsWith: .failure) { _ = try Self.values([])[.csv] }
        await #expect(processExitsWith: .failure) { _ = try Self.values([]).isGiven(Option.csv) }
        await #expect(processExitsWith: .failure) { _ = try Self.values([]).text(of: Option.reason) }
        // The same name with another type is another option.
        await #expect(processExitsWith: .failure) { _ = try Self.values([])[.textCount] }
    }

    @Test func `the names of a verb's options differ, also from the global ones`() throws {
        for verb in Program.verbs {
            // A verb may describe a global option in its own words.
            let described = GlobalOptions.all.filter { global in
                verb.options.contains { $0.name == global.name && type(of: $0) == type(of: global) }
            }
            let options = verb.options + GlobalOptions.all.filter { !described.map(\.name).contains($0.name) }
            let names = options.flatMap { [$0.name, $0.formerName].compactMap(\.self) }.sorted()
            #expect(zip(names, names.dropFirst()).allSatisfy { $0 != $1 }, "\(verb.name): \(names)")
            for option in options {
                #expect(throws: Never.self) { try option.value(of: nil) }
                for choice in option.choices { #expect(throws: Never.self) { try option.value(of: choice) } }
            }
        }
    }
}

private enum Reply: String, CaseIterable {
    case yes
    case no
}

extension Option<Int> {
    fileprivate static var count: Self { Self("count", "N", "how many", most: 10, default: 3) }
}

extension Option<Int?> {
    fileprivate static var limit: Self { Self("limit", "N", "the most", least: 0) }
}

extension Option<String?> {
    fileprivate static var textCount: Self { Self("count", "N", "how many") }
}

extension Option<Reply> {
    fileprivate static var answer: Self { Self("answer", "WORD", "yes or no", default: .yes) }
}

extension Option<Bool> {
    fileprivate static var loud: Self { Self(flag: "loud", "speaks up") }
}
