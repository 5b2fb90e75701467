package import Model

/// The columns of a table. Every table of the program is one of these.
package struct TableLayout: Sendable {
    package let columns: [Column]

    private init(_ columns: Column...) { self.columns = columns }
    private init(_ first: [Column], _ rest: [Column]) { columns = first + rest }

    // MARK: Tokens

    /// Tokens with chosen columns.
    /// - Parameter kind: the kind of all of them; `nil` for both.
    package static func tokens(_ columns: [TokenColumn], _ kind: TokenKind?) -> TableLayout {
        TableLayout(columns.map { $0.column(kind) }, [])
    }
    /// The token strings that `token find` found.
    package static let foundStrings = TableLayout(
        .fixed("ID"), .name("TENANT", least: 6), .fixed("KIND"), .name("NAME"), .name("USER", least: 6),
        .fixed("LAST 4"), .fixed("STATE"), .prose("STRING"))
    /// The rights that tokens lose and gain by a change of the directory.
    package static let impacts = TableLayout(
        .fixed("ID"), .fixed("KIND"), .name("NAME"), .name("USER", least: 6), .prose("LOSES", least: 12),
        .prose("GAINS", least: 12))
    /// The fields of records that an import changes.
    package static let recordChanges = TableLayout(
        .name("RECORD", least: 12), .name("NAME", least: 8), .fixed("FIELD"), .prose("BEFORE", least: 12),
        .prose("AFTER", least: 12))

    /// The tokens that a change of the directory ends.
    package static let endedTokens = TableLayout(
        .fixed("ID"), .fixed("KIND"), .name("NAME"), .name("USER", least: 6), .fixed("EFFECT"))

    // MARK: Reviews

    package static let reviews = TableLayout(
        .name("REVIEW"), .fixed("STATE"), .fixed("STARTED"), .fixed("DUE"), .fixed("TOKENS"), .fixed("LEFT"),
        .fixed("AT CLOSE"))
    /// The tokens of a review, and what became of them.
    package static let reviewedTokens = TableLayout(
        .fixed("ID"), .name("NAME"), .name("USER", least: 6), .name("DEPARTMENT", least: 6),
        .name("USER TYPE", least: 6), .fixed("LAST ACTIVE"), .fixed("VERDICT"), .prose("BY", least: 14))
    /// The same as evidence.
    package static let reviewEvidence = TableLayout(
        .name("REVIEW"), .fixed("DIGEST"), .fixed("ID"), .fixed("KIND"), .name("NAME"), .name("USER"),
        .name("USER NAME"), .name("DEPARTMENT"), .name("USER TYPE"), .text("PERMISSIONS"), .text("DEPARTMENTS"),
        .text("CEILING"), .fixed("EXPIRES"), .fixed("VERDICT"), .name("BY"), .fixed("TIME"), .prose("REASON"),
        .fixed("ENTRY"), .prose("GAINED SINCE"))

    package static let accessRequests = TableLayout(
        .fixed("REQUEST"), .fixed("STATUS"), .fixed("FILED"), .name("BY", least: 6), .prose("ASKS FOR"),
        .prose("REASON"))

    // MARK: Directory, log and keys

    package static let tenants = TableLayout(
        .fixed("ID"), .name("NAME"), .fixed("ZONE"), .fixed("USERS"), .fixed("DEPARTMENTS"))
    package static let users = TableLayout(
        .fixed("ID"), .name("USER NAME", least: 8), .name("NAME", least: 8), .text("EMAIL", least: 8), .fixed("ACTIVE"),
        .text("ASSIGNMENTS", least: 8))
    package static let departments = TableLayout(.fixed("ID"), .name("NAME"), .fixed("ACTIVE"), .text("REQUIRES"))
    package static let userTypes = TableLayout(.fixed("ID"), .name("NAME"), .fixed("ACTIVE"), .text("PERMISSIONS"))
    package static let log = TableLayout(
        .fixed("NUMBER"), .fixed("TIME"), .fixed("WHO"), .fixed("ACT"), .fixed("TENANT"), .fixed("TOKEN"),
        .name("ABOUT"), .prose("REASON", least: 12))
    package static let keys = TableLayout(.fixed("KEY"), .fixed("STATE"), .fixed("CREATED"), .fixed("ROWS"))

    // MARK: Policies and plugins

    package static let policies = TableLayout(
        .name("POLICY", least: 16), .text("ON"), .text("GRANTS"), .fixed("MODE"), .fixed("EFFECTS"), .prose("PURPOSE"))
    package static let decisionTable = TableLayout(
        .name("POLICY", least: 16), .fixed("ON"), .prose("WHEN"), .prose("THEN"), .fixed("LINE"))
    package static let plugins = TableLayout(
        .name("NAME"), .fixed("VERSION"), .prose("PROVIDES", least: 14), .text("NEEDS"), .text("REQUIRES"))
    package static let pluginCommands = TableLayout(.name("COMMAND", least: 16), .name("PLUGIN"), .prose("DOES"))
    package static let vocabulary = TableLayout(
        .name("OF"), .name("NAME", least: 14), .text("IS"), .prose("MEANING"))
    package static let rules = TableLayout(.name("RULE", least: 16), .fixed("SEVERITY"), .prose("PURPOSE"))
    /// The costs of policies in their tests.
    package static let testCosts = TableLayout(
        .name("POLICY", least: 16), .fixed("INSTRUCTIONS"), .fixed("BYTES"), .fixed("FACTS"))
    /// The mutants of policies and libraries.
    package static let mutants = TableLayout(
        .name("POLICY", least: 16), .fixed("KILLED"), .fixed("SURVIVED"), .fixed("INVALID"), .fixed("SCORE"))

    // MARK: Analyses

    /// Tokens that end soon, of one recipient.
    package static let expiring = TableLayout(
        .fixed("END"), .fixed("LEFT"), .name("TOKEN"), .name("OWNER", least: 6), .prose("WHAT WILL STOP"))
    /// The same for a spreadsheet.
    package static let expiringValues = TableLayout(
        .fixed("ID"), .name("TENANT"), .name("NAME"), .name("CONTACT"), .name("USER"), .name("USER NAME"),
        .text("EMAIL"),
        .name("COMBINATION"), .fixed("EXPIRES"), .fixed("DAYS LEFT"), .fixed("LAST ACTIVE"), .prose("ACTIVITY"))
    /// The advice for tokens, by their uses.
    package static func advice(spansTenants: Bool) -> TableLayout {
        TableLayout(
            [.fixed("ID")] + (spansTenants ? [.name("TENANT", least: 6)] : []),
            [
                .name("NAME"), .name("USER", least: 6), .fixed("LAST USE"), .fixed("USES"), .fixed("HOLDS"),
                .fixed("NEEDS"), .prose("NOTICED"),
            ])
    }
    /// The same for a spreadsheet.
    package static let adviceValues = TableLayout(
        .fixed("ID"), .name("TENANT"), .fixed("KIND"), .name("NAME"), .name("USER"), .name("DEPARTMENT"),
        .name("USER TYPE"), .fixed("LAST USE"), .fixed("PERMITTED"), .fixed("DENIED"), .fixed("HOLDS"), .text("NEEDS"),
        .text("DOES NOT NEED"), .name("OWN COMBINATION"), .name("NEW DEPARTMENT"), .text("NEW PERMISSIONS"),
        .prose("NOTICED"))
    /// The ceilings that are proposed for tokens.
    package static func narrowing(spansTenants: Bool) -> TableLayout {
        TableLayout(
            [.fixed("ID")] + (spansTenants ? [.name("TENANT", least: 6)] : []),
            [
                .name("NAME"), .name("USER", least: 6), .fixed("USES"), .prose("CEILING"), .prose("TAKES AWAY"),
            ])
    }
    package static let decisionCost = TableLayout(.name("POLICY", least: 16), .fixed("INSTRUCTIONS"), .fixed("FACTS"))
    package static let denials = TableLayout(
        .fixed("#"), .fixed("TIME"), .name("TOKEN"), .name("ACTION"), .name("RESOURCE"), .fixed("CODE"), .text("BY"))
    package static let timeline = TableLayout(
        .fixed("FROM"), .fixed("TO"), .fixed("ANSWER"), .prose("WHY"), .prose("BECAUSE"))
    package static let whoMay = TableLayout(.name("USER"), .name("AS"), .fixed("ANSWER"))
    package static let whoCan = TableLayout(
        .name("TOKEN"), .name("USER", least: 6), .name("DEPARTMENT", least: 6), .name("USER TYPE", least: 6),
        .prose("ANSWER"))
    package static let subjectsWhoCan = TableLayout(.name("SUBJECT"), .prose("ANSWER"))
    /// `whoCan` with the answers of two sides.
    package static let whoCanOfTwo = TableLayout(
        .name("TOKEN"), .name("USER", least: 6), .name("DEPARTMENT", least: 6), .name("USER TYPE", least: 6),
        .prose("BEFORE", least: 14), .prose("AFTER", least: 14))
    /// The tokens whose decisions a scenario changes.
    package static let changedTokens = TableLayout(
        .name("TOKEN"), .name("USER", least: 6), .prose("LOSES", least: 14), .prose("GAINS", least: 14))

    package static func whatCan(_ departments: [String]) -> TableLayout {
        TableLayout([.name("ACTION", least: 14), .fixed("ANYWHERE")], departments.map { .answer($0) })
    }
    package static func comparedFacts(_ first: String, _ second: String) -> TableLayout {
        TableLayout(.prose("FACT"), .prose(first), .prose(second))
    }
    package static func comparedAttributes(_ first: String, _ second: String) -> TableLayout {
        TableLayout(.name(""), .prose(first, least: 12), .prose(second, least: 12), .fixed("MAKES THE DIFFERENCE"))
    }

    // MARK: Measurements

    package static let benchTimes = TableLayout(
        .name("policies"), .fixed("by trees"), .fixed("99 %"), .fixed("run"), .fixed("99 %"), .fixed("runs left"),
        .fixed("remembered"), .fixed("bytes"))
    package static let benchScenario = TableLayout(
        .name("policies"), .fixed("by trees"), .fixed("99 %"), .fixed("run"), .fixed("99 %"), .fixed("first µs"),
        .fixed("bytes"))
    package static let benchBatches = TableLayout(
        .name("requests", least: 10), .fixed("bytes"), .fixed("batch"), .fixed("simdjson"), .fixed("share"))
    package static let benchCosts = TableLayout(
        .name("policy", least: 16), .fixed("fuel"), .fixed("bytes"), .fixed("facts"))
    package static let benchStore = TableLayout(
        .name("what", least: 16), .fixed("median µs"), .fixed("longest µs"), .fixed("runs"))
    package static let benchComparison = TableLayout(
        .name("what", least: 16), .fixed("this"), .fixed("other"), .fixed("ratio"), .fixed("other twice"), .fixed(""))

    /// Every layout, with its name; those that depend on data have examples of it.
    package static let all: [(name: String, layout: TableLayout)] = [
        ("API tokens", tokens(TokenColumn.view(.api, spansTenants: false), .api)),
        ("mobile tokens", tokens(TokenColumn.view(.mobile, spansTenants: true), .mobile)),
        ("tokens", tokens(TokenColumn.view(nil, spansTenants: true), nil)),
        ("all columns", tokens(TokenColumn.allCases, nil)), ("foundStrings", foundStrings), ("impacts", impacts),
        ("recordChanges", recordChanges),
        ("endedTokens", endedTokens), ("reviews", reviews), ("reviewedTokens", reviewedTokens),
        ("reviewEvidence", reviewEvidence), ("accessRequests", accessRequests),
        ("tenants", tenants), ("users", users),
        ("departments", departments), ("userTypes", userTypes), ("log", log), ("keys", keys), ("policies", policies),
        ("plugins", plugins), ("pluginCommands", pluginCommands), ("vocabulary", vocabulary), ("rules", rules),
        ("testCosts", testCosts), ("mutants", mutants), ("advice", advice(spansTenants: true)),
        ("adviceValues", adviceValues), ("narrowing", narrowing(spansTenants: true)), ("expiring", expiring),
        ("expiringValues", expiringValues),
        ("decisionCost", decisionCost), ("denials", denials),
        ("timeline", timeline),
        ("whoMay", whoMay), ("whoCan", whoCan), ("subjectsWhoCan", subjectsWhoCan), ("whoCanOfTwo", whoCanOfTwo),
        ("changedTokens", changedTokens),
        ("whatCan", whatCan(["Sales", "Nordlys Warehouse and Transport", "東京支社"])),
        ("comparedFacts", comparedFacts("Warehouse sync", "Price feed")),
        ("comparedAttributes", comparedAttributes("Warehouse sync", "Price feed")), ("benchTimes", benchTimes),
        ("benchScenario", benchScenario), ("benchBatches", benchBatches),
        ("benchCosts", benchCosts), ("benchStore", benchStore), ("benchComparison", benchComparison),
    ]
}
