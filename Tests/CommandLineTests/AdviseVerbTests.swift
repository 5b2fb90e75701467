internal import Foundation
internal import Model
internal import ProgramSupport
internal import TestSupport
internal import Testing

/// The least that tokens need, by a decision log, as the command line tells it.
@Suite struct AdviseVerbTests {
    private let session = Session()
    private var log: String { session.folder + "/log.ndjson" }

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    /// Logs the decisions on made-up requests to read.
    private func record() throws {
        let requests = session.run("requests", "--count", "3000", "--seed", "9").output
        let read = requests.split(separator: "\n").filter {
            $0.contains("\"orders.read\"") || $0.contains("users.read")
        }
        let input = read.map { $0 + "\n" }.joined()
        let result = session.run("batch", "--log", log, input: input)
        #expect(result.status == 0, "\(result.errors)")
    }

    private func json(_ result: Session.Result) throws -> JSON { try JSONReader.parse(result.output) }

    private func elements(_ json: JSON?) -> [JSON] { if case .array(let elements)? = json { elements } else { [] } }

    @Test func `one token, in fields and as JSON`() throws {
        try record()
        let result = session.run("advise", "Dashboard", "--tenant", "3", "--log", log)
        #expect(result.status == 0, "\(result.errors)")
        for text in [
            "token            Dashboard", "Nordlys Logistics > Auditor, of hanne", "requests permitted, ",
            "actions          orders.read (", "does not need    departments.read, ", "a user type with ",
            "decided again and permitted", "permissions not needed",
        ] { #expect(result.output.contains(text), "\(text)\n\(result.output)") }
        #expect(result.errors.contains(" of the log, 0 outside the window\nthe log begins at 2026-11-22T12:00:00Z, "))
        let json = try json(session.run("advise", "Dashboard", "--tenant", "3", "--log", log, "--json"))
        #expect(elements(json["needs"]).contains(.string("orders.read")))
        #expect(json["own_combination"] == .null && json["new_user_type"]?["department"]?.string == "d-nordlys")
    }

    @Test func `all tokens, as a table, as CSV and as JSON`() throws {
        try record()
        let table = session.run("advise", "--log", log)
        #expect(table.status == 0 && table.output.hasPrefix("ID "), "\(table)")
        for text in [
            "permissions not needed", "never used", "lasts longer than advised: to ",
            "policies would refuse it today as it was made: ",
        ] {
            #expect(table.output.contains(text), "\(text)\n\(table.output)")
        }
        #expect(
            table.errors.contains(" with something noticed\n")
                && table.errors.contains("revoked or expired, and left out"))
        let csv = session.run("advise", "--log", log, "--csv").output.split(separator: "\r\n")
        #expect(csv[0].hasPrefix("id,tenant,kind,name,user,department,user_type,last_use,permitted,"))
        let json = try json(session.run("advise", "--log", log, "--json"))
        #expect(elements(json["tokens"]).count == csv.count - 1 && csv.count > 80)
        let few = session.run("advise", "--log", log, "--tenant", "3", "--user", "bjorn", "--kind", "api", "--csv")
        let rows = few.output.split(separator: "\r\n").dropFirst()
        #expect(!rows.isEmpty && rows.allSatisfy { $0.contains(",3,api,") && $0.contains(",u-bjorn,") })
    }

    @Test func `the commands of --apply, run by a shell, refuse nothing that was logged`() throws {
        try record()
        let script = session.run("advise", "--log", log, "--kind", "api", "--apply")
        #expect(script.status == 0, "\(script.errors)")
        for text in [
            "import - <<'END'", " token amend ", "# no command: the log does not show the whole window, ",
            "--assignment 'least-", "# no command: ",
        ] {
            #expect(script.output.contains(text), "\(text)\n\(script.output)")
        }
        #expect(try narrowed() == 0)
        let commands = script.output.replacing("\ndemilune ", with: "\n'\(Program.path)' ")
        let file = try session.file("narrow.sh", "set -e\n" + commands)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [file]
        process.environment = [
            "DEMILUNE_STORE": session.store, "DEMILUNE_POLICIES": Session.policies, "XDG_DATA_HOME": session.keys,
            "DEMILUNE_AT": "2026-11-22T12:00:00Z", "PATH": "/usr/bin:/bin",
        ]
        process.currentDirectoryURL = URL(filePath: session.folder)
        let errors = Pipe()
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, errors)
        try process.run()
        let said = try errors.fileHandleForReading.readToEnd()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said ?? Data(), as: UTF8.self))")
        #expect(try narrowed() == 0)
        // Most tokens hold no more now than they need; one that another combination of its user was enough for may.
        let after = session.run("advise", "--log", log, "--kind", "api", "--csv").output
        let idle = after.split(separator: "\r\n").count { $0.contains("not needed") }
        #expect(script.output.split(separator: "\n").count { $0.contains(" token amend ") } > 10 * idle, "\(after)")
    }

    @Test func `commands name who acts, and imports are the operator's`() throws {
        try record()
        let script = session.run("advise", "--log", log, "--tenant", "3", "--as", "anna/a-anna-1", "--apply").output
        let lines = script.split(separator: "\n").filter { $0.hasPrefix("demilune ") }
        #expect(lines.contains { $0.contains(" import - ") } && lines.contains { $0.contains(" token amend ") })
        for line in lines { #expect(line.contains(" --as 'anna/a-anna-1'") == !line.contains(" import - "), "\(line)") }
        #expect(script.contains("\n# for the operator:\ndemilune "))
        let token = session.run("advise", "--log", log, "--tenant", "3", "--as", "-", "--apply")
        #expect(token.status == 64 && token.errors.contains("name who acts with `--as USER`"))
    }

    @Test func `no token is narrowed by a log with lines that may be of any token`() throws {
        try record()
        _ = try session.file("log.ndjson", try session.text(of: "log.ndjson") + "no line\n")
        let script = session.run("advise", "--log", log, "--kind", "api", "--apply")
        #expect(script.status == 1 && !script.output.contains(" import - ") && !script.output.contains("--assignment"))
        #expect(script.output.contains("# no command: 1 line of the log may be another use of it"))
    }

    /// The number of logged permits that are denied on the store as it is.
    private func narrowed() throws -> Int64? {
        let replay = try json(session.run(["replay", log, "--json"], environment: ["DEMILUNE_AT": ""]))
        guard case .integer(let count)? = replay["narrowed"], replay["not_replayed"] == .integer(0) else { return nil }
        return count
    }

    @Test func `wrong input is refused, and lines that are none are told`() throws {
        try record()
        for (arguments, status, message) in [
            (["advise"], 64, "missing required option --log"),
            (["advise", "--log", "-"], 64, "`--log` must be a file, since it is read more than once"),
            (["advise", "--log", "/nowhere"], 1, "/nowhere"),
            (["advise", "--log", "/dev/null"], 1, "`/dev/null` has no decision"),
            (["advise", "nobody", "--log", log], 2, "there is no token `nobody`"),
            (["advise", "Night batch", "--user", "anna", "--log", log], 64, "a token and filters cannot be combined"),
            (["advise", "--log", log, "--apply", "--json"], 64, "`--apply` prints commands"),
            (["advise", "--log", log, "--csv", "--json"], 64, "cannot be combined"),
            (["advise", "--log", log, "--window", "2027-01-01"], 64, "`--window` must begin in the past"),
            (["advise", "--log", log, "--user", "nobody"], 1, "there is no user `nobody`"),
        ] {
            let result = session.run(arguments)
            #expect(result.status == Int32(status) && result.errors.contains(message), "\(arguments) \(result)")
            #expect(result.output.isEmpty)
        }
        _ = try session.file("log.ndjson", try session.text(of: "log.ndjson") + "no line\n")
        let result = session.run("advise", "--log", log)
        #expect(result.status == 1 && result.errors.contains("not counted: not JSON, or too long, 1 line: line "))
    }

    @Test func `an administrator is advised about the tokens they may see`() throws {
        try record()
        let all = session.run("advise", "--log", log, "--tenant", "3", "--csv").output.split(separator: "\r\n").count
        let own = session.run("advise", "--log", log, "--tenant", "3", "--as", "carla", "--csv")
        let rows = own.output.split(separator: "\r\n").count
        #expect(own.status == 0 && rows > 1 && rows < all, "\(own.errors)")
    }
}
