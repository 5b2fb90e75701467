internal import Foundation
internal import Presentation
internal import ProgramSupport
internal import Testing

/// The ways in which a person names a token, a user or a department.
@Suite struct TokenNamingTests {
    private let session = Session()
    private static let one = "aaaaaaaa1" + String(repeating: "0", count: 23)
    private static let two = "aaaaaaaa2" + String(repeating: "0", count: 23)
    private static let begun = "cccccccc" + String(repeating: "1", count: 24)
    private static let named = "bbbbbbbb" + String(repeating: "1", count: 24)

    init() throws {
        #expect(session.run("init", "--demo").status == 0)
        let tokens = [
            (Self.one, "Twin one", "a-bjorn-1"), (Self.two, "Twin two", "a-carla-1"),
            (Self.begun, "Begun", "a-bjorn-1"),
            (Self.named, "cccccccc", "a-bjorn-1"), (String(repeating: "d", count: 32), "Résumé", "a-bjorn-1"),
            (String(repeating: "e", count: 32), "Resume", "a-bjorn-1"),
            (String(repeating: "f", count: 32), "Årlig Øre", "a-bjorn-1"),
        ].map { id, name, assignment in
            """
            {"id":"\(id)","kind":"api","name":"\(name)","assignment":"\(assignment)",
             "created":"2026-11-01T00:00:00Z","expires":"2027-06-30T22:00:00Z"}
            """
        }
        let file = try session.file(
            "tokens.json", #"{"tenants":[{"id":"3","tokens":["# + tokens.joined(separator: ",") + "]}]}")
        let imported = session.run("import", file)
        #expect(imported.status == 0, "\(imported.errors)")
    }

    private func demilune(_ words: String..., columns: Int? = nil) -> Session.Result {
        session.run(words, environment: ["DEMILUNE_TENANT": "3"], columns: columns)
    }

    /// The id that `token show` finds, or its error.
    private func found(_ word: String, _ more: String...) -> String {
        let result = session.run(["token", "show", word, "--json"] + more, environment: ["DEMILUNE_TENANT": "3"])
        guard result.status == 0 else { return result.errors }
        let json = try? JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return json?["id"] as? String ?? "?"
    }

    @Test func `a terminal shows the shortest unique beginning of an id, and every verb takes it`() throws {
        let lines = demilune("token", "list", "--search", "twin", columns: 120).lines
        #expect(lines[1].hasPrefix("aaaaaaaa1  Twin one") && lines[2].hasPrefix("aaaaaaaa2  Twin two"), "\(lines)")
        #expect(demilune("token", "list", "--search", "begun", columns: 60).lines[1].hasPrefix("cccccccc  Begun"))
        #expect(demilune("token", "list", "--search", "twin").lines[1].hasPrefix(Self.one), "whole without a terminal")
        #expect(demilune("token", "list", "--search", "twin", "--csv", columns: 60).output.contains("\r\n\(Self.one),"))
        #expect(found("aaaaaaaa1") == Self.one && found("AAAAAAAA2") == Self.two)
        let decided = demilune("decide", "aaaaaaaa1", "orders.read", "order:1", "department=Sales")
        #expect(decided.status == 0, "\(decided.errors)")
        for verb in ["suspend", "resume", "revoke"] {
            let more = verb == "revoke" ? ["--yes"] : []
            let result = session.run(["token", verb, "aaaaaaaa1"] + more, environment: ["DEMILUNE_TENANT": "3"])
            let told = "`aaaaaaaa1` is the token `\(Self.one)` (Twin one, of bjorn, Sales > Integrator)"
            #expect(result.status == 0 && result.errors.contains(told), "\(result.errors)")
        }
        let log = demilune("log", "list", "--token", "aaaaaaaa1", columns: 120)
        #expect(log.lines.count == 4 && log.lines.dropFirst().allSatisfy { $0.contains("aaaaaaaa1") }, "\(log)")
        #expect(
            session.run(
                "token", "purge", "--tenant", "3", "--before", "2026-11-23", "--yes",
                environment: ["DEMILUNE_AT": "2026-11-24T12:00:00Z"]
            ).status == 0)
        let purged = demilune("log", "list", "--token", "aaaaaaaa1")
        #expect(purged.lines.count == 5 && purged.output.contains("token.purge"), "\(purged)")
    }

    @Test func `an ambiguous beginning lists its tokens, and a short one says how many digits it needs`() {
        let error = found("aaaaaaaa")
        #expect(error.contains("begins the ids of 2 tokens") && error.contains(Self.one) && error.contains(Self.two))
        #expect(found("aaaa").contains("needs at least 8 digits"))
        #expect(found("cccccccc") == Self.named, "a name wins over the beginning of an id")
        #expect(found("cccccccc1") == Self.begun)
    }

    @Test func `case, width and accents do not matter where the name is unique without them`() {
        #expect(found("arlig ore") == String(repeating: "f", count: 32) && found("ＴＷＩＮ one") == Self.one)
        #expect(found("Resume") == String(repeating: "e", count: 32), "an exact name wins")
        let error = found("RESUME")
        #expect(error.contains("2 tokens differ only in case or accents") && error.contains("(Résumé)"), "\(error)")
        #expect(found("Twin won").contains("(did you mean `Twin one`?)"))
        #expect(found("årlig őr").contains("(did you mean `Årlig Øre`?)"), "\(found("årlig őr"))")
        let users = demilune("user", "show", "BJØRN HAUGEN")
        #expect(users.status == 0 && users.output.contains("u-bjorn"), "\(users.errors)")
        #expect(demilune("user", "show", "bjorn haugen").output.contains("u-bjorn"))
        #expect(demilune("user", "show", "bjorn hagen").errors.contains("(did you mean `Bjørn Haugen`?)"))
        #expect(demilune("department", "show", "SALES north").status == 0)
        let told = demilune("user", "deactivate", "CARLA")
        #expect(told.errors.contains("using the user `carla` (u-carla) for `CARLA`"), "\(told.errors)")
        let asked = demilune("decide", "Twin one", "orders.read", "order:1", "department=sales")
        #expect(asked.status == 0, "\(asked.errors)")
    }

    @Test func `nothing is told of a token that the actor may not see`() {
        // Carla sees the tokens of Sales North, and her own.
        #expect(found("aaaaaaaa", "--as", "carla") == Self.two, "the other one does not make it ambiguous")
        let nobody = found("zzzz zzz", "--as", "carla")
        for word in ["Twin one", "twin ONE", "aaaaaaaa1", "bbbbbbbb", "Begun", "BEGUN", "cccccccc", "Resume", "Resumé"]
        {
            let error = found(word, "--as", "carla")
            #expect(error == nobody.replacing("zzzz zzz", with: word), "\(word): \(error)")
        }
        let near = found("Twin onne", "--as", "carla")
        #expect(!near.contains("Twin one") && !near.contains(Self.one), "\(near)")
        #expect(found("Twin twoo", "--as", "carla").contains("(did you mean `Twin two`?)"))
    }
}
