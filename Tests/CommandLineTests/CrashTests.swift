internal import Foundation
internal import Glibc
internal import ProgramSupport
internal import Testing

/// The program is killed at any of its writes, which is then half done, and no act is half done afterwards.
@Suite struct CrashTests {
    private static let count = 10_000

    /// The store of `session`, its key file and its checkpoint, as they are between two commands.
    private struct Kept {
        let session: Session
        private let folder: String

        init(_ session: Session) throws {
            self.session = session
            folder = session.keys + "/kept-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (number, path) in try files().enumerated() {
                try FileManager.default.copyItem(atPath: path, toPath: "\(folder)/\(number)")
            }
            self.names = try files()
        }

        private var names: [String] = []

        private func files() throws -> [String] {
            let keys = session.keys + "/demilune/keys"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: keys))?.sorted() ?? []
            return [session.store] + names.map { "\(keys)/\($0)" }
        }

        /// Puts everything back.
        func restore() throws {
            for extra in ["-wal", "-shm", "-journal"] { unsafe unlink(session.store + extra) }
            for path in try files() where !names.contains(path) { unsafe unlink(path) }
            for (number, path) in names.enumerated() {
                unsafe unlink(path)
                try FileManager.default.copyItem(atPath: "\(folder)/\(number)", toPath: path)
                #expect(unsafe chmod(path, 0o600) == 0)
            }
        }
    }

    /// The variables of every command: of the shipped policies only the one about administration.
    private let environment: [String: String]
    private let own = Session()

    init() throws {
        let policy = try own.contents(of: Session.policies + "/administration.lua")
        environment = [
            "DEMILUNE_POLICIES": try own.policies(["administration": policy]), "DEMILUNE_TENANT": "3",
        ]
    }

    /// Starts the program.
    /// - Parameter stop: the variables of the library that stops it; without any, the library is not loaded.
    private func start(_ words: [String], _ session: Session, stop: [String: String] = [:]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: Program.path)
        process.arguments = words
        var environment = [
            "DEMILUNE_STORE": session.store, "XDG_DATA_HOME": session.keys, "DEMILUNE_AT": "2026-11-22T12:00:00Z",
        ].merging(self.environment) { $1 }
        if !stop.isEmpty {
            let library = (Program.path as NSString).deletingLastPathComponent + "/libStopPoint.so"
            try #require(FileManager.default.fileExists(atPath: library), "the tests' own library is not built")
            environment.merge(stop) { $1 }
            environment["LD_PRELOAD"] = library
        }
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The calls with which an undisturbed command writes, as the letters of `cstoppoint.h`.
    private func trace(_ words: [String], _ session: Session) throws -> [Character] {
        let path = session.folder + "/trace"
        let process = try start(words, session, stop: ["DEMILUNE_STOP_TRACE": path])
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(words)")
        defer { unsafe unlink(path) }
        return Array(try session.contents(of: path))
    }

    /// The calls at which to stop a command, counted from 1: all of them when they are few. Otherwise every flush,
    /// rename and removal, and some writes, which the seed picks.
    static func points(_ trace: [Character], _ times: Int, seed: UInt64) -> [Int] {
        guard trace.count > times else { return Array(1...max(1, trace.count)) }
        var random = Seeded(state: seed)
        let all = Array(1...trace.count).shuffled(using: &random)
        let (writes, others) = (all.filter { trace[$0 - 1] == "w" }, all.filter { trace[$0 - 1] != "w" })
        let some = others.prefix(max(times / 2, times - writes.count))
        return (some + writes.prefix(times - some.count)).sorted()
    }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    /// The seed that picks the points, from `DEMILUNE_CRASH_SEED`.
    private static let seed = ProcessInfo.processInfo.environment["DEMILUNE_CRASH_SEED"].flatMap(UInt64.init) ?? 1

    private func demilune(_ session: Session, _ words: String...) -> Session.Result {
        session.run(words, environment: environment)
    }

    /// One of equal parts of the points at which a command is stopped, so that no test takes long.
    private struct Part {
        let number: Int
        let count: Int
    }

    /// Stops a command this many times, each time at another of its writes, and checks the result.
    /// - Parameter isWhole: true when the store can be verified before the command has run to its end.
    private func kill(
        _ words: [String], _ session: Session, times: Int, part: Part = Part(number: 0, count: 1), isWhole: Bool = true,
        look: () throws -> Void
    ) throws {
        let kept = try Kept(session)
        let trace = try trace(words, session)
        #expect(
            trace.count > 5 && trace.contains("s"), "`\(words.joined(separator: " "))` writes too little to be stopped")
        for (number, point) in Self.points(trace, times, seed: Self.seed).enumerated()
        where number % part.count == part.number {
            try kept.restore()
            let process = try start(words, session, stop: ["DEMILUNE_STOP_AT": "\(point)"])
            process.waitUntilExit()
            let place = "stopped at \(point) of \(trace.count) (\(trace[point - 1])), seed \(Self.seed)"
            #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL, "\(place)")
            let verified = demilune(session, "store", "verify")
            #expect(verified.status == 0 || !isWhole, "\(place): \(verified.output) \(verified.errors)")
            try look()
        }
    }

    @Test func `a seed gives the same points, and they include every flush if there is room`() {
        let trace = Array("wwwsw") + Array(repeating: "w", count: 200) + Array("srwu")
        let points = Self.points(trace, 20, seed: 1)
        #expect(points == Self.points(trace, 20, seed: 1) && points != Self.points(trace, 20, seed: 2))
        #expect(points.count == 20 && Set(points).count == 20 && points.allSatisfy { trace.indices.contains($0 - 1) })
        #expect(points.filter { trace[$0 - 1] != "w" } == [4, 206, 207, 209])
        #expect(Self.points(Array("wsw"), 20, seed: 1) == [1, 2, 3])
        #expect(Self.points(Array(repeating: "s", count: 9), 4, seed: 1).count == 4)
    }

    @Test(arguments: 0..<4)
    func `a token exists completely, with its log entry, or not at all`(part: Int) throws {
        let session = Session()
        #expect(demilune(session, "init", "--demo").status == 0)
        let words = [
            "token", "create", "--name", "Killed", "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
            "a-bjorn-1",
        ]
        try kill(words, session, times: 80, part: Part(number: part, count: 4)) {
            let isThere = demilune(session, "token", "list", "--search", "Killed", "--csv").output.contains("Killed")
            let isLogged = demilune(session, "log", "list", "--act", "token.issue").output.contains("Killed")
            #expect(isThere == isLogged)
            if isThere { #expect(demilune(session, "token", "reveal", "Killed").status == 0) }
        }
    }

    /// A store with ten thousand tokens, those of the users `una0`, `una1` … in turn.
    private func manyTokens(_ session: Session, users: Int = 1) {
        #expect(demilune(session, "init").status == 0)
        let tokens = (0..<Self.count).map { number in
            let digits = String(number, radix: 16)
            let id = String(repeating: "0", count: 32 - digits.count) + digits
            return """
                {"id":"\(id)","kind":"api","name":"T\(number)","assignment":"a\(number % users)",\
                "created":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}
                """
        }
        let people = (0..<users).map { number in
            """
            {"id":"u\(number)","name":"una\(number)","full_name":"U","email":"u@t.example",\
            "assignments":[{"id":"a\(number)","department":"d","user_type":"y"}]}
            """
        }
        let organisation = """
            {"tenants":[{"id":"3","name":"T","zone":"UTC","departments":[{"id":"d","name":"D"}],\
            "user_types":[{"id":"y","name":"Y"}],"users":[\(people.joined(separator: ","))],\
            "tokens":[\(tokens.joined(separator: ","))]}]}
            """
        #expect(session.run("import", "-", input: organisation).status == 0)
    }

    private func digest(_ session: Session, _ words: [String]) throws -> String {
        let dry = session.run(words + ["--json"], environment: environment)
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(dry.output.utf8)) as? [String: Any])
        return try #require(fields["digest"] as? String)
    }

    @Test func `ten thousand tokens are revoked, or none`() throws {
        let session = Session()
        manyTokens(session)
        let act = ["token", "revoke", "--user", "una0"]
        let words = act + ["--yes", "--digest", try digest(session, act)]
        try kill(words, session, times: 6) {
            let live = demilune(session, "token", "list", "--limit", "1000").errors
            let revoked = demilune(session, "token", "list", "--state", "revoked", "--limit", "1000").errors
            let isAll = live.hasPrefix("0 API tokens")
            #expect(isAll != revoked.hasPrefix("0 API tokens"), "\(live) \(revoked)")
            let logged = demilune(session, "log", "list", "--act", "token.revoke", "--limit", "20000").errors
            #expect(logged == (isAll ? "\(Self.count) entries\n" : "0 entries\n"))
        }
    }

    /// The numbers of the tokens of a review by their verdict, and of its entries by their act.
    private func review(_ session: Session) throws -> (verdicts: [String: Int], entries: [String: Int]) {
        let shown = demilune(session, "review", "status", "Q4", "--json")
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
        let keys = ["left", "attested", "revoked", "suspended", "reported", "ended"]
        let list = demilune(session, "log", "list", "--act", "review.", "--csv").output
        var entries: [String: Int] = [:]
        for line in list.split(whereSeparator: \.isNewline).dropFirst() {
            entries[String(line.split(separator: ",")[3]), default: 0] += 1
        }
        return (Dictionary(uniqueKeysWithValues: keys.map { ($0, fields[$0] as? Int ?? -1) }), entries)
    }

    @Test(arguments: ["attest", "revoke"])
    func `many tokens are answered, or none`(verb: String) throws {
        let session = Session()
        #expect(demilune(session, "init", "--demo").status == 0)
        #expect(demilune(session, "review", "start", "Q4", "--at-close", "suspend", "--yes").status == 0)
        let size = try review(session).verdicts["left"]!
        let act = ["review", verb, "Q4", "--user", "bjorn", "--reason", "looked at"]
        try kill(act + ["--yes", "--digest", try digest(session, act)], session, times: 20) {
            let (verdicts, entries) = try review(session)
            let answered = verdicts[verb == "attest" ? "attested" : "revoked"]!
            #expect([0, 6].contains(answered) && verdicts["left"] == size - answered)
            #expect(entries["review.\(verb)", default: 0] == answered && entries["review.freeze"] == size)
        }
    }

    @Test(arguments: ["start", "close"])
    func `a review begins and ends completely, or not at all`(verb: String) throws {
        let session = Session()
        #expect(demilune(session, "init", "--demo").status == 0)
        let start = ["review", "start", "Q4", "--at-close", "suspend", "--yes"]
        if verb == "close" { #expect(session.run(start, environment: environment).status == 0) }
        let words = verb == "start" ? start : ["review", "close", "Q4", "--yes"]
        try kill(words, session, times: 20) {
            let list = demilune(session, "review", "status")
            #expect(list.status == 0, "\(list)")
            guard list.output.contains("Q4") else { return #expect(verb == "start") }
            let (verdicts, entries) = try review(session)
            let isClosed = entries["review.close"] == 1
            #expect(verdicts["left"] == (isClosed ? 0 : entries["review.freeze"]))
            #expect(entries["review.suspend", default: 0] == (isClosed ? entries["review.freeze"] : 0))
        }
    }

    /// The mark of reviews: ten thousand tokens, two reviewers at once, one of them killed again and again.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["DEMILUNE_LONG"] == "1"))
    func `two reviewers at once lose nothing and answer nothing twice`() throws {
        let (session, users) = (Session(), 8)
        manyTokens(session, users: users)
        #expect(demilune(session, "review", "start", "Q4", "--at-close", "suspend", "--yes").status == 0)
        func answer(_ verb: String, _ user: Int, stop: [String: String] = [:]) throws -> Process? {
            let act = ["review", verb, "Q4", "--user", "una\(user)", "--reason", verb]
            guard let digest = try? digest(session, act) else { return nil }
            return try start(act + ["--yes", "--digest", digest], session, stop: stop)
        }
        // Both take the users from the middle on, in opposite order; the first is killed at one of its first writes, and
        // then comes again.
        for round in 0..<users {
            let (one, other) = (round, users - 1 - round)
            let killed = try answer("attest", one, stop: ["DEMILUNE_STOP_AT": "\(5 + round * 17)"])
            let revoking = round % 2 == 0 ? try answer("revoke", other) : nil
            killed?.waitUntilExit()
            let again = try answer("attest", one)
            again?.waitUntilExit()
            revoking?.waitUntilExit()
        }
        #expect(demilune(session, "review", "close", "Q4", "--yes").status == 0)
        let (verdicts, entries) = try review(session)
        #expect(verdicts["left"] == 0 && verdicts.values.reduce(0, +) == Self.count, "\(verdicts)")
        #expect(
            verdicts["revoked"] == entries["review.revoke"]
                && verdicts["suspended"] == entries["review.suspend", default: 0])
        let evidence = demilune(session, "review", "export", "Q4")
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(evidence.output.utf8)) as? [String: Any])
        #expect((fields["tokens"] as? [Any])?.count == Self.count)
        // Each token has one entry of each kind at most, and is what its last answer says.
        var answers: [String: [String]] = [:]
        let list = demilune(session, "log", "list", "--act", "review.", "--csv").output
        for line in list.split(whereSeparator: \.isNewline).dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            if cells.count > 5, !cells[5].isEmpty { answers[String(cells[5]), default: []].append(String(cells[3])) }
        }
        #expect(answers.values.allSatisfy { Set($0).count == $0.count && (2...3).contains($0.count) })
        let revoked = demilune(session, "log", "list", "--act", "token.revoke", "--csv").output
        #expect(revoked.split(whereSeparator: \.isNewline).count - 1 == verdicts["revoked"])
        #expect(demilune(session, "store", "verify").status == 0 && demilune(session, "log", "verify").status == 0)
    }

    @Test(arguments: 0..<4)
    func `rewrapping continues where it was killed`(part: Int) throws {
        let session = Session()
        #expect(demilune(session, "init", "--demo").status == 0)
        #expect(demilune(session, "keys", "add").status == 0)
        try kill(["keys", "rewrap", "--batch", "5"], session, times: 60, part: Part(number: part, count: 4)) {
            #expect(demilune(session, "token", "reveal", "Warehouse sync").status == 0)
            #expect(demilune(session, "keys", "rewrap").status == 0)
            #expect(demilune(session, "keys", "rewrap").output == "0 rows written with the active key\n")
        }
    }

    @Test func `a key is added completely, or not at all`() throws {
        let session = Session()
        #expect(demilune(session, "init", "--demo").status == 0)
        try kill(["keys", "add"], session, times: 30) {
            #expect(demilune(session, "token", "rotate", "Warehouse sync").status == 0)
        }
    }

    @Test func `a key is retired completely, or not at all`() throws {
        let session = Session()
        #expect(demilune(session, "init", "--demo").status == 0)
        #expect(demilune(session, "keys", "add").status == 0)
        #expect(demilune(session, "keys", "rewrap").status == 0)
        try kill(["keys", "retire", "1", "--yes"], session, times: 30) {
            #expect(demilune(session, "token", "reveal", "Warehouse sync").status == 0)
            let again = demilune(session, "keys", "retire", "1", "--yes")
            #expect(again.status == 0 || again.errors.contains("retired already"), "\(again.errors)")
        }
    }

    @Test func `a store of the time before keys is adopted, or stays as it was`() throws {
        let session = Session()
        let sql = try String(contentsOfFile: Session.root + "/Tests/first-version.sql", encoding: .utf8)
        let tokens = (1...300).map { number in
            let digits = String(number, radix: 16)
            let id = String(repeating: "0", count: 32 - digits.count) + digits
            return "(x'\(id)', '3', 'api', 'T\(number)', 'a', 1, 9000000000000000)"
        }
        let columns = "(id, tenant, kind, name, assignment, created, expires)"
        try session.sql(sql + "INSERT INTO tokens \(columns) VALUES \(tokens.joined(separator: ", "))")
        try kill(["store", "reseal", "--yes"], session, times: 30, isWhole: false) {
            #expect(demilune(session, "store", "reseal", "--yes").status == 0)
            #expect(demilune(session, "store", "verify").output == "the store is as it was written\n")
            #expect(demilune(session, "token", "list", "--limit", "1000").errors == "300 API tokens\n")
            #expect(demilune(session, "token", "rotate", "T7").status == 0)
        }
    }

    @Test func `two processes at once lose nothing and give no name twice`() async throws {
        let session = Session()
        #expect(demilune(session, "init", "--demo").status == 0)
        for round in 0..<8 {
            let words = ["--expires", "2027-06-30", "--user", "carla", "--name", "Old \(round)"]
            #expect(session.run(["token", "create"] + words, environment: environment).status == 0)
        }
        var revocations: [Process] = []
        var processes: [(name: String, process: Process)] = []
        for round in 0..<8 {
            // Two processes revoke each token: that it is revoked already is not a failure.
            for _ in 0..<2 { revocations.append(try start(["token", "revoke", "Old \(round)", "--yes"], session)) }
            for name in ["Same \(round)", "SAME \(round)", "Own \(round)"] {
                let words = [
                    "token", "create", "--name", name, "--expires", "2027-06-30", "--user", "bjorn", "--assignment",
                    "a-bjorn-1",
                ]
                processes.append((name, try start(words, session)))
            }
            // A few at once: on a slow machine, more would wait for each other longer than the store's time limit.
            for process in processes.suffix(3).map(\.process) + revocations.suffix(2) { process.waitUntilExit() }
        }
        #expect(revocations.allSatisfy { $0.terminationStatus == 0 })
        for round in 0..<8 {
            let made = processes.filter { $0.name.hasSuffix(" \(round)") && $0.process.terminationStatus == 0 }
            #expect(made.count == 2, "one of two with the same name, and the other: \(made.map(\.name))")
        }
        #expect(demilune(session, "log", "list", "--act", "token.issue").errors == "24 entries\n")
        #expect(demilune(session, "log", "list", "--act", "token.revoke").errors == "8 entries\n")
        #expect(demilune(session, "log", "list", "--act", "token.issue.refused").errors == "8 entries\n")
        #expect(demilune(session, "store", "verify").status == 0)
    }
}
