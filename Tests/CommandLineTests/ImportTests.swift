internal import ProgramSupport
internal import Testing

@Suite struct ImportTests {
    private let session = Session()

    /// A whole organisation on one line, to be broken in one place.
    private static let small = """
        {"tenants":[{"id":"t","name":"T","zone":"Europe/Oslo",\
        "departments":[{"id":"d","name":"D","active":true,"requires":["orders.read"]},{"id":"e","name":"E","parent":"d"}],\
        "user_types":[{"id":"y","name":"Y","permissions":["orders.*"]},{"id":"z","name":"Z"}],\
        "users":[{"id":"u","name":"una","full_name":"Una","email":"u@t.example","assignments":[\
        {"id":"a","department":"d","user_type":"y"},{"id":"b","department":"e","user_type":"z"}]},\
        {"id":"v","name":"vera","full_name":"Vera","email":"v@t.example"}],\
        "tokens":[{"id":"00000000000000000000000000000001","kind":"api","name":"One","assignment":"a",\
        "created":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"},\
        {"id":"00000000000000000000000000000002","kind":"mobile","device":"Phone","assignment":"b",\
        "created":"2026-01-01T00:00:00Z","expires":"2026-01-31T00:00:00Z"}]}]}
        """

    init() {
        #expect(session.run("init").status == 0)
    }

    @Test func `a file is imported once, from the standard input or by its name`() throws {
        #expect(session.run("import", "-", input: Self.small).output == "11 added, 0 changed, 0 unchanged\n")
        let path = try session.file("small.json", Self.small)
        #expect(session.run("import", path).output == "0 added, 0 changed, 11 unchanged\n")
        let json = session.run("import", path, "--json")
        #expect(
            json.output == #"{"added":0,"changed":0,"unchanged":11,"revoked":0,"suspended":0,"unknown_permissions":[],"#
                + #""unassigned":[{"tenant":"t","list":"users","id":"v"}],"reactivated":[],"missing":[]}"# + "\n")
        let renamed = Self.small.replacing("una\"", with: "urd\"")
        #expect(session.run("import", "-", input: renamed).output == "0 added, 1 changed, 10 unchanged\n")
    }

    @Test func `an import says what may be a mistake, and its preview says the same`() throws {
        let before = #"""
            {"tenants":[{"id":"t","name":"T","zone":"Europe/Oslo","departments":[{"id":"d","name":"D","active":false},
            {"id":"e","name":"E"}],"user_types":[{"id":"y","name":"Y"}],"users":[
            {"id":"u","name":"una","full_name":"U","email":"u","active":false,"assignments":[
            {"id":"a","department":"d","user_type":"y"},{"id":"b","department":"e","user_type":"y"}]},
            {"id":"v","name":"vera","full_name":"V","email":"v","assignments":[{"id":"c","department":"d","user_type":"y"}]}]}]}
            """#
        #expect(session.run("import", "-", input: before).status == 0)
        let after = #"""
            {"tenants":[{"id":"t","departments":[{"id":"d","active":true,"requires":["finanse.enter"]}],
            "user_types":[{"id":"y","permissions":["orders.raed","order.*","invoices.*","*"]}],"users":[
            {"id":"u","active":true,"assignments":[{"id":"a"}]},
            {"id":"w","name":"wim","full_name":"W","email":"w"}]}]}
            """#
        for words in [["--preview"], []] {
            let lines = session.run(["import", "-"] + words, input: Array(after.utf8)).errors
            for line in [
                "warning: 3 permissions match no action of the policies' schema: `finanse.enter` (did you mean "
                    + "`finance.enter`?), `order.*` (did you mean `orders.*`?), `orders.raed` (did you mean `orders.read`?)",
                "note: 1 user has no assignment, so no token can be made: `wim` (t/w)",
                "note: 1 department, 1 user were inactive and become active again: `D` (t/d), `una` (t/u)",
                "note: 1 department, 1 user, 1 assignment are in the store and not in the file, and "
                    + "stay: `E` (t/e), `vera` (t/v), `b of una` (t/b)",
            ] { #expect(lines.contains(line + "\n"), "\(lines)") }
        }
        #expect(session.run("user", "list", "--tenant", "t").output.contains("vera"))
    }

    @Test func `a long list is cut, and its rest is counted`() {
        let users = (0..<25).map { #"{"id":"u\#($0)","name":"n\#($0)","full_name":"F","email":"e"}"# }
        let file = #"{"tenants":[{"id":"t","name":"T","zone":"UTC","users":[\#(users.joined(separator: ","))]}]}"#
        let errors = session.run("import", "-", input: file).errors
        #expect(errors.contains("note: 25 users have no assignment") && errors.contains(" and 15 more\n"), "\(errors)")
    }

    @Test func `policies that do not load leave permissions uncompared, and the import is done`() throws {
        let broken = try session.policies(["a": "return 5"])
        let result = session.run("import", "-", "--policies", broken, input: Self.small)
        #expect(result.status == 0 && result.errors.contains("do not load, so permissions are not compared"))
        let none = session.run("import", "-", "--policies", session.folder + "/none", "--json", input: Self.small)
        #expect(none.status == 0 && none.output.contains(#""unknown_permissions":null"#))
    }

    /// A user beside `una` (`u`) and `vera` (`v`).
    private func user(_ id: String, _ name: String) -> String {
        #"{"tenants":[{"id":"t","users":[{"id":"\#(id)","name":"\#(name)","full_name":"F","email":"e"}]}]}"#
    }

    @Test(arguments: [
        (
            "w", "Una",
            "users[0].name: the user name `Una` differs only in case, width or invisible characters from `una`"
        ),
        ("w", "ｕｎａ", "differs only in case, width or invisible characters from `una` of the user `u`"),
        ("w", "v", "users[0].name: the user name `v` is the id of another user, `v` (`vera`)"),
        ("w", "V", "users[0].name: the user name `V` is the id of another user, `v` (`vera`)"),
        ("una", "w", "users[0].id: the id `una` is the name of another user, `u`"),
        ("v", "UNA", "users[0].name: the user name `UNA` differs only in case"),
        ("w", "u\u{200B}na", "users[0].name: a name cannot contain U+200B, which is invisible"),
        ("w", "u\u{202E}x", "users[0].name: a name cannot contain U+202E, which changes the text direction"),
        ("w\u{200D}", "w", "users[0].id: a name cannot contain U+200D, which is invisible where no script"),
    ])
    func `a new user name that reads like another one is refused`(id: String, name: String, message: String) {
        #expect(session.run("import", "-", input: Self.small).status == 0)
        let result = session.run("import", "-", input: user(id, name))
        #expect(result.status == 1 && result.errors.contains(message), "\(result.errors)")
        #expect(session.run("import", "-", "--preview", input: user(id, name)).status == 1)
    }

    @Test func `users may have their own id as their name, and names that only begin alike`() {
        #expect(session.run("import", "-", input: Self.small).status == 0)
        #expect(session.run("import", "-", input: user("w", "w")).status == 0)
        #expect(session.run("import", "-", input: user("x", "Unas")).status == 0)
        #expect(session.run("import", "-", input: user("y", "ܐ می\u{200C}خواهم")).status == 0)
    }

    @Test func `importing an export changes nothing`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let exported = session.run("export")
        let imported = session.run("import", "-", input: exported.output)
        #expect(imported.status == 0 && imported.output.hasPrefix("0 added, 0 changed"), "\(imported.errors)")
        #expect(session.run("export").output == exported.output)
    }

    @Test func `members that a record leaves out stay, and importing the original undoes a change`() throws {
        #expect(session.run("import", "-", input: Self.small).status == 0)
        let original = session.run("export", "--tokens").output
        let less = #"{"tenants":[{"id":"t","departments":[{"id":"d"},{"id":"e","name":"E"}],"users":[{"id":"u"}]}]}"#
        #expect(session.run("import", "-", input: less).output == "0 added, 0 changed, 4 unchanged\n")
        #expect(session.run("export", "--tokens").output == original)
        let change = #"{"tenants":[{"id":"t","departments":[{"id":"d","name":"New"},{"id":"e","parent":""}]}]}"#
        let preview = session.run("import", "-", "--preview", input: change)
        #expect(preview.errors.contains("0 would be added, 2 changed, 1 unchanged\n"), "\(preview.errors)")
        #expect(session.run("import", "-", input: change).output == "0 added, 2 changed, 1 unchanged\n")
        #expect(session.run("import", "-", "--preview", input: original).errors.contains("0 would be added, 2 changed"))
        #expect(session.run("import", "-", input: original).status == 0)
        #expect(session.run("export", "--tokens").output == original)
    }

    /// Expects that a broken file is refused with a message, and that nothing of it is imported.
    private func refuse(_ bytes: [UInt8], _ message: String) throws {
        let before = session.run("export").output
        let path = try session.file("spoilt.json", bytes)
        let result = session.run("import", path)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors == "error: \(path)\(message)\n")
        #expect(session.run("export").output == before)
    }

    @Test(arguments: [
        ("", ":1:1: expected a value, but the text ends"),
        ("{\n  \"tenants\": [,]\n}", ":2:15: expected a value"),
        ("{\"tenants\": []", ":1:15: expected `,` or `}`"),
        ("{\"tenants\": []}\n{}", ":2:1: unexpected text after the value"),
        ("{\"tenants\": [\n{\"id\": 'x'}]}", ":2:8: expected a value"),
        ("{\"tenants\": []}  // all", ":1:18: unexpected text after the value"),
        ("\u{FEFF}\u{FEFF}{}", ":1:1: expected a value: unexpected character U+FEFF, byte order mark: remove it"),
        ("{\n\"tenants\": [],\n\"tenants\": []}", ":3:1: the name `tenants` is given twice"),
        ("{\"tenants\": [{\"id\": \"a\", \"i\\u0064\": \"b\"}]}", ":1:26: the name `id` is given twice"),
        ("{\"a\": \"\\ud800\"}", ":1:8: half a surrogate pair"),
        ("{\"a\": 1e999}", ":1:7: the number is too large"),
    ])
    func `malformed JSON is reported with its line and column`(text: String, message: String) throws {
        try refuse(Array(text.utf8), message)
    }

    @Test func `invalid UTF-8 is reported with its line and column`() throws {
        try refuse(Array("{\n\"a".utf8) + [0xFF] + Array("\": 1}".utf8), ":2:2: the text is not well-formed UTF-8")
        try refuse([0xFF, 0xFE], ":1:1: expected a value")
        try refuse([0], ":1:1: expected a value")
    }

    @Test(arguments: [
        ("[]", ": expected an object, got an array"), ("7", ": expected an object, got a number"),
        (#"{"tenant":[]}"#, ": unknown member `tenant` (did you mean `tenants`?)"),
        (#"{"tenants":{}}"#, ": tenants: expected an array, got an object"),
        (#"{"tenants":[7]}"#, ": tenants[0]: expected an object, got a number"),
    ])
    func `a file of another shape is reported with the place of the difference`(text: String, message: String) throws {
        try refuse(Array(text.utf8), message)
    }

    @Test(arguments: [
        (#""id":"t""#, #""id":3"#, "tenants[0].id: expected a string, got a number"),
        (#""id":"t","#, "", "tenants[0].id: expected a string, got nothing"),
        (#""id":"t""#, #""id":"""#, "tenants[0].id: must not be empty"),
        (
            #""name":"T""#, #""name":"T\u0007""#,
            "tenants[0].name: must have at most 400 bytes and no control characters"
        ),
        (#""Europe/Oslo""#, #""Europe/Olso""#, "tenants[0].zone: unknown time zone `Europe/Olso`"),
        (#""active":true"#, #""active":1"#, "tenants[0].departments[0].active: expected true or false, got a number"),
        (
            #"["orders.read"]"#, #""orders.read""#,
            "tenants[0].departments[0].requires: expected an array of permissions, got a string"
        ),
        (
            #"["orders.read"]"#, #"["a.b",{}]"#,
            "tenants[0].departments[0].requires[1]: expected a permission, got an object"
        ),
        (
            #""parent":"d""#, #""parnet":"d""#,
            "tenants[0].departments[1]: unknown member `parnet` (did you mean `parent`?)"
        ),
        (
            #""assignments":["#, #""assignments":[null,"#,
            "tenants[0].users[0].assignments[0]: expected an object, got null"
        ),
        (#""kind":"api""#, #""kind":"apy""#, "tenants[0].tokens[0].kind: a token's kind is `api` or `mobile`"),
        (
            #""expires":"2027-01-01T00:00:00Z""#, #""expires":"2027-01-01""#,
            "tenants[0].tokens[0].expires: expected a time such as `2026-11-22T12:00:00Z`, got a string"
        ),
        (
            #""expires":"2027-01-01T00:00:00Z""#, #""expires":"2025-01-01T00:00:00Z""#,
            "tenants[0].tokens[0].expires: a token expires after it is created"
        ),
        (
            #""active":true"#, #""active":null"#,
            "tenants[0].departments[0].active: `null` is not a value: leave `active` out to keep its value, or give a new one"
        ),
        (#""parent":"d""#, #""parent":"f""#, "tenants[0].departments[1].parent: no department has the id `f`"),
        (#""parent":"d""#, #""parent":"e""#, "tenants[0].departments[1].parent: the department `e` is under itself"),
        (
            #""department":"d""#, #""department":"f""#,
            "tenants[0].users[0].assignments[0].department: no department has the id `f`"
        ),
        (
            #""user_type":"y""#, #""user_type":"x""#,
            "tenants[0].users[0].assignments[0].user_type: no user type has the id `x`"
        ),
        (#""assignment":"a""#, #""assignment":"c""#, "tenants[0].tokens[0].assignment: no assignment has the id `c`"),
    ])
    func `a wrong value is reported with its JSON path`(right: String, wrong: String, message: String) throws {
        let spoilt = Self.small.replacing(right, with: wrong, maxReplacements: 1)
        #expect(spoilt != Self.small)
        try refuse(Array(spoilt.utf8), ": \(message)")
    }

    @Test(arguments: [
        (#""id":"e""#, #""id":"d""#, "tenants[0].departments[1].id: the id `d` is given twice"),
        (#""id":"z""#, #""id":"y""#, "tenants[0].user_types[1].id: the id `y` is given twice"),
        (#""id":"v""#, #""id":"u""#, "tenants[0].users[1].id: the id `u` is given twice"),
        (#""name":"vera""#, #""name":"una""#, "tenants[0].users[1].name: the user name `una` is given twice"),
        (#""id":"b""#, #""id":"a""#, "tenants[0].users[0].assignments[1].id: the id `a` is given twice"),
        (#"0002""#, #"0001""#, "tenants[0].tokens[1].id: the token `00000000000000000000000000000001` is given twice"),
        (#"}]}]}"#, #"}]},{"id":"t","name":"T","zone":"UTC"}]}"#, "tenants[1].id: the tenant `t` is given twice"),
    ])
    func `a repeated id is reported with its JSON path`(right: String, wrong: String, message: String) throws {
        // The last place of the text, which repeats the id before it.
        let place = try #require(Self.small.ranges(of: right).last)
        let spoilt = Self.small.replacingCharacters(place, with: wrong)
        try refuse(Array(spoilt.utf8), ": \(message)")
    }

    @Test(arguments: [("nowhere.json", "No such file or directory"), ("", "Is a directory")])
    func `an unreadable file is reported`(name: String, message: String) {
        let path = "\(session.folder)/\(name)"
        let result = session.run("import", path)
        #expect(result.status == 1 && result.errors == "error: cannot read `\(path)`: \(message)\n")
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + self[range.upperBound...]
    }
}
