internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine

/// No number from outside crashes the program: every input gets numbers at the limits, and gives a result or an error.
@Suite struct NumberTests {
    private static let borders = [
        "0", "-1", "2147483648", "9007199254740992", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "1e400", "-1e400",
    ]
    private static let times = [
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59-23:59", "0001-01-01", "9999-12-31", "0000-00-00", "10000-01-01",
    ]
    /// The placeholders for numbers, durations and times in the help of options.
    private static let placeholders = ["N", "NUMBER", "MIB", "MS", "PERCENT", "DURATION", "DAY", "TIME"]

    /// The arguments that a verb needs before it reads an option: required arguments, and other options.
    private static let arguments: [String: [String]] = [
        "decide": ["Warehouse sync", "orders.read", "order:1"], "token rotate": ["Warehouse sync"],
        "token amend": ["Warehouse sync"], "token derive": ["Warehouse sync"],
        "token reassign": ["Warehouse sync", "--user", "anna", "--assignment", "a-anna-1"],
        "token create": ["--name", "New", "--user", "bjorn", "--assignment", "a-bjorn-1"],
        "review start": ["Q4", "--at-close", "report"], "review attest": ["Q4", "--reason", "x"],
        "review revoke": ["Q4", "--reason", "x"],
        "store reseal": ["--reason", "a backup"],
        "bench": ["--count", "20", "--grow", "10"],
    ]
    /// Verbs with the same options as others, which would take minutes.
    private static let passedOver: Set<String> = ["test", "check"]

    private static let verbs = Program.verbs.filter { verb in
        !passedOver.contains(verb.name) && verb.options.contains { placeholders.contains($0.placeholder ?? "") }
    }.map(\.name)

    private static func values(_ option: any OptionDeclaration) -> [String] {
        switch option.placeholder {
        case "DURATION": borders + borders.flatMap { ["\($0)s", "\($0)w"] }
        case "DAY", "TIME": times + borders
        default: borders
        }
    }

    /// Expects that a run neither crashes nor fails without a message.
    private func expectAnswer(_ result: Session.Result, _ place: String) {
        #expect([0, 1, 2, 3, 5, 64].contains(result.status), "\(place): \(result.status)")
        #expect(result.status == 0 || !(result.errors + result.output).isEmpty, "\(place) fails without a word")
    }

    @Test(arguments: verbs)
    func `each numeric option accepts numbers at the limits, or says what it accepts`(name: String) throws {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let verb = try #require(Program.verbs.first { $0.name == name })
        for option in verb.options where Self.placeholders.contains(option.placeholder ?? "") {
            for value in Self.values(option) {
                // An option that is given twice would be refused before it is read.
                var others = Self.arguments[name] ?? []
                if let place = others.firstIndex(of: "--\(option.name)") { others.removeSubrange(place...(place + 1)) }
                let words = name.split(separator: " ").map(String.init) + others
                let result = session.run(
                    words + ["--\(option.name)=\(value)"], environment: ["DEMILUNE_TENANT": "3"])
                expectAnswer(result, "\(name) --\(option.name)=\(value)")
                if result.status == 64, !result.errors.contains("missing") {
                    #expect(
                        result.errors.contains("--\(option.name)"),
                        "\(name) --\(option.name)=\(value): \(result.errors)")
                }
            }
        }
    }

    @Test(arguments: borders)
    func `a property on the command line is taken unchanged, or refused`(number: String) throws {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let policies = try session.policies([
            "told": """
            return { on = 'access', grants = { '*' }, decide = function(r)
              permit('amount') advise('a', { amount = r.resource.amount })
              oblige('b', { amount = r.resource.amount }) end }
            """
        ])
        let result = session.run(
            "decide", "Warehouse sync", "orders.read", "order:1", "amount=\(number)", "--tenant", "3", "--json",
            "--policies", policies)
        if Int64(number) != nil {
            #expect(
                result.output.ranges(of: "\"amount\":\(number)").count == 2, "\(result.output)\(result.errors)")
        } else {
            #expect(result.status == 64 && result.errors.contains("got `\(number)`"), "\(result.errors)")
        }
    }

    @Test func `a time of the run at the limits is accepted or refused`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        for value in Self.times + Self.borders {
            let made = session.folder + "/made \(value).db".replacing(":", with: "-")
            for words in [
                ["init", "--demo", "--store", made], ["token", "list"], ["decide", "Warehouse sync", "orders.read"],
            ] {
                let result = session.run(words + ["--at=\(value)"], environment: ["DEMILUNE_TENANT": "3"])
                expectAnswer(result, "\(words) --at=\(value)")
            }
        }
    }

    @Test func `a number in the REPL is accepted or refused`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let log = session.folder + "/decisions.ndjson"
        #expect(
            session.run("decide", "Warehouse sync", "users.delete", "user:1", "--tenant", "3", "--log", log).status == 2
        )
        var lines = ["use 'Warehouse sync'"]
        for value in Self.borders {
            lines += [
                "denied --size=\(value)", "denied since \(value)", "denied since \(value):\(value)", "why #\(value)",
                "who can orders.read --size=\(value)", "at +\(value)w", "at \(value)", "token list --size=\(value)",
                "can orders.read on order:1 in Sales amount=\(value)", "why not",
            ]
        }
        lines += Self.times.flatMap {
            ["at \($0)", "can orders.read on order in Sales", "denied since 2w", "timeline"]
        }
        let result = session.run(
            ["repl", "--tenant", "3", "--log", log], input: Array((lines.joined(separator: "\n") + "\n").utf8))
        #expect([0, 1, 2, 64].contains(result.status))
        #expect(result.output.contains("permit"), "it went on to the end: \(result.errors.suffix(500))")
    }

    /// Variants of the JSON, each with one value replaced by a number at a limit.
    private static func variants(of json: JSON) -> [String] {
        let mark = "\u{1}"
        func places(_ json: JSON) -> [JSON] {
            var results: [JSON] = [.string(mark)]
            switch json {
            case .object(let members):
                for (index, member) in members.enumerated() {
                    results += places(member.value).map { changed in
                        var members = members
                        members[index].value = changed
                        return .object(members)
                    }
                }
            case .array(let elements):
                for (index, element) in elements.enumerated() {
                    results += places(element).map { changed in
                        var elements = elements
                        elements[index] = changed
                        return .array(elements)
                    }
                }
            default: break
            }
            return results
        }
        let quoted = JSON.string(mark).compact
        return places(json).flatMap { changed in
            borders.map { changed.compact.replacing(quoted, with: $0) }
        }
    }

    @Test func `a number anywhere in a request is answered`() throws {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let request = try JSONReader.parse(
            """
            {"subject":{"type":"token","id":"6532ebee17e04c929e56e7977af956ae","properties":{"level":1}},
            "action":{"name":"orders.read","properties":{"level":1}},"tenant":"3",
            "resource":{"type":"order","id":"42","properties":{"department":"d-sales","amount":1}},
            "context":{"time":"2026-11-22T12:00:00Z","ip":"10.1.2.3","mfa":true,"level":1},
            "obligations":["log"],"expected":true}
            """)
        let lines = Self.variants(of: request)
        #expect(lines.count > 200)
        let input = Array((lines.joined(separator: "\n") + "\n").utf8)
        for options in [[], ["--explain"], ["--trust-time"], ["--tree-memory", "0"]] {
            let result = session.run(["batch", "--tenant", "3"] + options, input: input)
            #expect([0, 1].contains(result.status), "\(result.errors)")
            #expect(result.lines.count == lines.count, "\(options): \(result.errors)")
        }
    }

    @Test func `a number anywhere in an export or an import is read, or refused with its place`() throws {
        let session = Session()
        #expect(session.run("init").status == 0)
        let organisation = try JSONReader.parse(
            """
            {"tenants":[{"id":"t","name":"T","zone":"Europe/Oslo","active":true,
            "departments":[{"id":"d","name":"D","active":true,"requires":["orders.read"]}],
            "user_types":[{"id":"y","name":"Y","permissions":["orders.*"]}],
            "users":[{"id":"u","name":"u","full_name":"U","email":"u@x.example","permissions":[],
            "assignments":[{"id":"a","department":"d","user_type":"y","removed":false}]}],
            "tokens":[{"id":"000102030405060708090a0b0c0d0e0f","kind":"api","name":"N","assignment":"a",
            "created":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z","last_active":"2026-02-01T00:00:00Z"}]}]}
            """)
        for (number, text) in Self.variants(of: organisation).enumerated() {
            // No field of this form is a number.
            #expect(throws: (any Error).self, "\(text)") { try Organisation(json: JSONReader.parse(text)) }
            guard number % 23 == 0 else { continue }
            let file = try session.file("o.json", text)
            let words = ["decide", "N", "orders.read", "order:1", "--tenant", "t", "--store", file]
            for words in [words, ["import", file, "--preview"]] {
                let result = session.run(words)
                expectAnswer(result, text)
                #expect(result.status == 1 && result.errors.contains("o.json"), "\(result.errors)")
            }
        }
        let text = organisation.compact
        for time in Self.times.prefix(5) {
            for (name, old) in [("created", "2026-01-01"), ("expires", "2027-01-01"), ("last_active", "2026-02-01")] {
                let changed = text.replacing("\"\(name)\":\"\(old)T00:00:00Z\"", with: "\"\(name)\":\"\(time)\"")
                let file = try session.file("o.json", changed)
                let words = ["decide", "N", "orders.read", "order:1", "--tenant", "t", "--explain", "--store", file]
                expectAnswer(session.run(words), changed)
                expectAnswer(session.run("import", file), changed)
                expectAnswer(session.run("export", "--tokens"), changed)
            }
        }
    }

    @Test func `a number in the settings is taken, or refused with its place`() throws {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let policy = """
            local policy = { on = "access", grants = { "*" } }
            local config = settings { most = 12, hard = false }
            function policy.decide(request)
              if config.most > 3 and not config.hard then permit("{request.action}") end
            end
            return policy
            """
        let folder = try session.policies(["limit": policy])
        let settings = try JSONReader.parse(
            #"{"limit":{"all":{"most":1,"hard":false},"tenants":{"3":{"most":2}}}}"#)
        for text in Self.variants(of: settings) {
            _ = try session.file("own/settings.json", text)
            let result = session.run(
                "decide", "Warehouse sync", "orders.read", "order:1", "--tenant", "3", "--policies", folder)
            expectAnswer(result, text)
        }
    }

    @Test func `a number in a decision log or in a list of costs is read, or refused`() throws {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let log = session.folder + "/one.ndjson"
        #expect(
            session.run("decide", "Warehouse sync", "users.delete", "user:1", "--tenant", "3", "--log", log).status == 2
        )
        let line = try JSONReader.parse(try session.contents(of: log))
        let lines = Self.variants(of: line)
        let many = try session.file("many.ndjson", lines.joined(separator: "\n") + "\n")
        let asked = ["denied --size 1000000"] + stride(from: 1, through: lines.count, by: 11).map { "why #\($0)" }
        let result = session.run(
            ["repl", "--tenant", "3", "--log", many], input: Array((asked.joined(separator: "\n") + "\n").utf8))
        #expect([0, 1, 2, 64].contains(result.status), "\(result.errors.suffix(500))")
    }
}
