import Model
import Policies
import Testing

/// The notation of settings: values, constants, lists with and without defaults, and what is required.
@Suite struct SettingsNotationTests {
    private func load(_ settings: String, file: String? = nil, head: String = "on = \"access\"") -> LoadResult {
        let text = "local config = settings { \(settings) }\nreturn { \(head), decide = function() deny(\"no\") end }"
        var files = [
            PolicyFile(name: "schema.lua", bytes: Array("return { actions = { [\"a\"] = \"read\" } }".utf8)),
            PolicyFile(name: "a.lua", bytes: Array(text.utf8)),
        ]
        if let file { files.append(.init(name: "settings.json", bytes: Array(file.utf8))) }
        return PolicySet.load(PolicySource(path: "p", files: files))
    }

    private func values(_ loaded: LoadResult, tenant: ExactName? = nil) throws -> [String] {
        try #require(loaded.set, "\(loaded.diagnostics)").settingsInForce(tenant: tenant).map {
            "\($0.name): \($0.type.name) = \($0.value.compact)"
        }
    }

    @Test func `each form has one reading`() throws {
        let loaded = load(
            """
            last = date "2027-03-27", opens = time "06:00", most = duration { hours = 1, minutes = 30 },
            freeze = list { date "2026-12-24", date "2026-12-31" }, names = list { "a", "b" }, none = list "date",
            office = network "10.0.0.1", at = instant "2027-03-27T12:00:00+02:00"
            """)
        #expect(
            try values(loaded) == [
                "at: instant = \"2027-03-27T10:00:00Z\"",
                "freeze: list of date = [\"2026-12-24\",\"2026-12-31\"]", "last: date = \"2027-03-27\"",
                "most: duration = \"PT1H30M\"",
                "names: list of string = [\"a\",\"b\"]", "none: list of date = []",
                "office: network = \"10.0.0.1/32\"", "opens: time = \"06:00\"",
                "enabled: boolean = true",
            ])
    }

    @Test(arguments: [
        ("a = list {}", "`list {}` has no type; write `list \"string\"`"),
        ("a = list { name = \"string\" }", "would be a list of records, which settings do not have"),
        ("a = list { 1, \"x\" }", "value 2 is a string, the first is a number"),
        ("a = list { list \"string\" }", "a list holds strings, numbers, booleans or constants"),
        ("a = list(list \"string\")", "a setting cannot be a list of lists"),
        ("a = required { x = \"string\" }", "a setting cannot be a record"),
        ("a = optional \"date\"", "use a list, or `required`"), ("a = required \"dat\"", "unknown type `dat`"),
        ("a = required(optional \"date\")", "what is `required` is not `optional`"),
        ("until = date \"2026-12-31\"", "`until` is a word of Lua: choose another name, or write `[\"until\"] = …`"),
        ("a = date \"2026-13-01\"", "`2026-13-01` is no date such as `2026-12-31`"),
        ("a = {}", "a setting cannot be a record"),
    ])
    func `a form without one reading is refused`(settings: String, words: String) {
        let found = load(settings).diagnostics
        #expect(found.count == 1 && found[0].message.contains(words), "\(found)")
    }

    @Test(arguments: [
        ("{ \"last\": \"31.12.2026\" }", "`a.all.last`: `31.12.2026` is no date such as `2026-12-31`"),
        ("{ \"last\": 5 }", "`a.all.last` must be a date such as `2026-12-31`, got a number, `5`"),
        ("{ \"freeze\": [\"2026-12-24\", \"x\"] }", "`a.all.freeze`: element 2: `x` is no date such as"),
        ("{ \"freeze\": \"2026-12-24\" }", "`a.all.freeze` must be a list of date, got a string"),
        ("{ \"nets\": [\"10.0.0.1/8\"] }", "element 1: `10.0.0.1/8` is no network such as `10.0.0.0/8`"),
        ("{ \"most\": \"1h\" }", "`a.all.most`: `1h` is no duration such as `PT90M`"),
        ("{ \"opens\": \"25:00\" }", "`a.all.opens`: `25:00` is no time such as `06:00`"),
    ])
    func `a value in the file is quoted, with the form wanted`(all: String, words: String) {
        let loaded = load(
            """
            last = date "2027-03-27", freeze = list "date", nets = list "network", most = duration "PT1H",
            opens = time "06:00"
            """, file: "{ \"a\": { \"all\": \(all) } }")
        let found = loaded.diagnostics
        #expect(found.count == 1 && found[0].message.contains(words) && found[0].line == 1, "\(found)")
    }

    @Test(arguments: [
        (nil, "on = \"access\"", "set `a.closes` in `settings.json` under `all`, a date, such as `2026-12-31`"),
        ("{ \"a\": { \"tenants\": { \"t\": { \"closes\": \"2027-01-01\" } } } }", "on = \"access\"", "under `all`"),
        (
            "{ \"a\": { \"tenants\": { \"t\": { \"enabled\": true } } } }", "on = \"access\", enabled = false",
            "for the tenant `t`"
        ),
        ("{ \"a\": { \"all\": { \"closes\": \"2027-01-01\" } } }", "on = \"access\"", ""),
        (nil, "on = \"access\", enabled = false", ""),
        (
            "{ \"a\": { \"tenants\": { \"t\": { \"enabled\": true, \"closes\": \"2027-01-01\" } } } }",
            "on = \"access\", enabled = false", ""
        ),
    ])
    func `a required setting must be set wherever its policy is in force`(file: String?, head: String, words: String) {
        let found = load("closes = required \"date\"", file: file, head: head).diagnostics
        guard !words.isEmpty else {
            #expect(found.isEmpty, "\(found)")
            return
        }
        #expect(found.count == 1 && found[0].message.contains(words) && found[0].rule == "settings", "\(found)")
        #expect(found.first?.path == "p/a.lua" && found.first?.line == 1)
    }

    @Test(arguments: [
        ("list { \"a\" }", "`list { … }` is a default, which only settings have"),
        ("required \"date\"", "`required` is for settings"),
    ])
    func `a schema has types and no defaults`(type: String, words: String) {
        let schema = "return { actions = {}, resources = { order = { x = \(type) } } }"
        let found = PolicySet.load(
            PolicySource(
                path: "p",
                files: [
                    .init(name: "schema.lua", bytes: Array(schema.utf8)),
                    .init(
                        name: "a.lua", bytes: Array("return { on = 'access', decide = function() deny('x') end }".utf8)),
                ])
        ).diagnostics
        #expect(found.count == 1 && found[0].message.contains(words), "\(found)")
    }
}
