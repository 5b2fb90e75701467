internal import Foundation
internal import Glibc
internal import Model
internal import ProgramSupport
internal import TestSupport
internal import Testing

/// Tokens that end soon: the list by whom to tell, and the notices.
@Suite struct NoticesTests {
    private let session = Session()

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    private func run(_ arguments: String..., at time: String = "2026-11-22T12:00:00Z") -> Session.Result {
        session.run(arguments, environment: ["DEMILUNE_AT": time])
    }

    private func elements(_ json: JSON?) -> [JSON] { if case .array(let elements)? = json { elements } else { [] } }

    // MARK: token expiring

    @Test func `tokens are listed by whom to tell, with what will stop working`() throws {
        #expect(
            run("token", "amend", "Price list", "--tenant", "3", "--contact", "ops@nordlys.example", "--expires", "20d")
                .status == 0)
        let plain = run("token", "expiring", "--within", "60d")
        #expect(plain.status == 0, "\(plain.errors)")
        for text in [
            "3: ops@nordlys.example\n", "3: bjorn, bjorn@nordlys.example\n", "ends today", "ends in 20 days",
            "last used 20",
        ] {
            #expect(plain.output.contains(text), "\(text)\n\(plain.output)")
        }
        #expect(plain.errors.contains(" recipients"))
        let requests = session.run("requests", "--count", "4000").output
        #expect(session.run("batch", "--log", session.folder + "/log.ndjson", input: requests).status == 0)
        let logged = run("token", "expiring", "--within", "60d", "--log", session.folder + "/log.ndjson")
        #expect(logged.output.contains("in the last month orders."), "\(logged.output)")
        #expect(logged.errors.contains("4000 lines of the log, 0 outside the window"))
        // A log of another store says nothing of these tokens, and that it does not know its own.
        let text = try session.text(of: "log.ndjson")
        let foreign = try session.file(
            "foreign.ndjson",
            text.replacing(#/"id":"[0-9a-f]{32}"/#, with: "\"id\":\"\(String(repeating: "f", count: 32))\""))
        let other = run("token", "expiring", "--within", "60d", "--log", foreign)
        #expect(other.errors.contains("not counted: the token is not in the store, "), "\(other.errors)")
        let none = run("token", "expiring", "--within", "1d", "--tenant", "acme")
        #expect(none.status == 0 && none.output.isEmpty && none.errors.hasPrefix("0 tokens of 0 recipients"))
    }

    @Test func `every format has every token`() throws {
        let json = try JSONReader.parse(run("token", "expiring", "--within", "90d", "--json").output)
        let ids = elements(json).flatMap { elements($0["tokens"]) }.compactMap { $0["id"]?.string }
        #expect(ids.count > 5 && Set(ids).count == ids.count)
        let csv = run("token", "expiring", "--within", "90d", "--format", "csv").output.split(separator: "\r\n")
        #expect(csv.count == ids.count + 1 && csv[0].hasPrefix("id,tenant,name,contact,user,"))
        let markdown = run("token", "expiring", "--within", "90d", "--format", "markdown").output
        #expect(markdown.split(separator: "\n").count { $0.hasPrefix("| 20") } == ids.count)
        let calendar = run("token", "expiring", "--within", "90d", "--format", "ics").output
        let lines = calendar.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.first == "BEGIN:VCALENDAR" && calendar.hasSuffix("END:VCALENDAR\r\n"))
        #expect(lines.allSatisfy { $0.utf8.count <= 75 && !$0.contains("\n") })
        #expect(lines.count { $0 == "BEGIN:VEVENT" } == ids.count && lines.count { $0.hasPrefix("UID:") } == ids.count)
        #expect(calendar.contains("DTSTART;VALUE=DATE:20261122\r\n"))
    }

    @Test func `tokens that a stricter rule leaves too long are listed`() throws {
        let result = run("token", "expiring", "--exceeding")
        #expect(result.status == 0, "\(result.errors)")
        for text in ["Legacy ERP bridge", "policies advise 2025-", " at most; ", "expiry_cap would refuse it"] {
            #expect(result.output.contains(text), "\(text)\n\(result.output)")
        }
        #expect(!result.output.contains("Warehouse sync"))
        // A rule of one month for all exceeds more.
        let strict = try session.shippedPolicies(in: "strict")
        let settings = "{ \"expiry_cap\": { \"all\": { \"months\": 1 } } }"
        _ = try session.file("strict/policies/settings.json", settings)
        let more = run("token", "expiring", "--exceeding", "--policies", strict, "--json")
        let fewer = run("token", "expiring", "--exceeding", "--json")
        func count(_ result: Session.Result) throws -> Int {
            elements(try JSONReader.parse(result.output)).map { elements($0["tokens"]).count }.reduce(0, +)
        }
        #expect(try count(more) > count(fewer) && count(fewer) > 0)
    }

    // MARK: notices run

    private func notices() throws -> [JSON] {
        try session.text(of: "notices.ndjson").split(separator: "\n").map { try JSONReader.parse(Array($0.utf8)) }
    }

    @Test func `each person is told once for each step, of all of their tokens`() throws {
        let file = session.folder + "/notices.ndjson"
        let first = run("notices", "run", "--file", file)
        #expect(first.status == 0 && first.output.hasSuffix(" notices sent\n"), "\(first)")
        let sent = try notices()
        #expect(sent.count > 2)
        let people = sent.map { "\($0["to"]!)" }
        #expect(Set(people).count == people.count)
        #expect(
            sent.allSatisfy { $0["subject"]?.string?.contains(" soon: ") == true && !elements($0["tokens"]).isEmpty })
        #expect(run("notices", "run", "--file", file).output == "no notice is due\n")
        #expect(try notices().count == sent.count)
        // A month later, other steps are reached; the day after, nothing new.
        #expect(run("notices", "run", "--file", file, at: "2026-12-22T12:00:00Z").output.hasSuffix(" sent\n"))
        let month = try notices().count
        #expect(month > sent.count)
        #expect(run("notices", "run", "--file", file, at: "2026-12-22T13:00:00Z").output == "no notice is due\n")
        // A new expiry is told of again.
        let name = try #require(elements(sent[0]["tokens"]).first?["name"]?.string)
        let tenant = try #require(sent[0]["to"]?["tenant"]?.string)
        let amended = run(
            "token", "amend", name, "--tenant", tenant, "--expires", "2027-01-20", at: "2026-12-22T14:00:00Z")
        #expect(amended.status == 0, "\(amended.errors)")
        #expect(run("notices", "run", "--file", file, at: "2026-12-22T15:00:00Z").output == "1 notice sent\n")
        #expect(
            run("notices", "run", "--preview", at: "2026-12-22T16:00:00Z").errors
                == "0 notices would be sent; nobody is told yet\n")
    }

    @Test func `what could not be sent is sent by the next run, and nothing twice`() throws {
        let program = try session.file(
            "tell",
            "#!/bin/sh\nread -r line\necho \"$line\" >> '\(session.folder)/told'\ncase \"$line\" in *bjorn*) echo no bjorn >&2; exit 3;; esac\n"
        )
        unsafe #expect(chmod(program, 0o700) == 0)
        let failed = run("notices", "run", "--program", program)
        #expect(failed.status == 1 && failed.output.hasSuffix(" sent, 1 not\n"), "\(failed)")
        #expect(failed.errors.contains("not sent to bjorn, bjorn@nordlys.example: `\(program)` ended with 3: no bjorn"))
        let again = run("notices", "run", "--file", session.folder + "/notices.ndjson")
        #expect(again.output == "1 notice sent\n")
        #expect(try notices()[0]["to"]?["name"]?.string == "bjorn")
        // The last note was cut off, as by a crash: that notice is sent again, and the file stays whole.
        let sent = session.store + ".notices"
        let text = try session.contents(of: sent)
        try text.dropLast(10).write(toFile: sent, atomically: true, encoding: .utf8)
        #expect(run("notices", "run", "--file", session.folder + "/notices.ndjson").output == "1 notice sent\n")
        #expect(run("notices", "run", "--file", session.folder + "/notices.ndjson").output == "no notice is due\n")
    }

    @Test func `a program gets a notice that is larger than a pipe holds`() throws {
        // One person has many tokens.
        for number in 0..<40 {
            let made = session.run(
                "token", "create", "--tenant", "3", "--name", "Many \(number) \(String(repeating: "x", count: 60))",
                "--expires", "7d",
                "--user", "bjorn", "--assignment", "a-bjorn-1", "--ignore-advice")
            #expect(made.status == 0, "\(made.errors)")
        }
        let slow = try session.file("slow", "#!/bin/sh\nsleep 0.2\nwc -c >> '\(session.folder)/sizes'\n")
        let deaf = try session.file("deaf", "#!/bin/sh\nexec 0<&-\nexit 0\n")
        for path in [slow, deaf] { unsafe #expect(chmod(path, 0o700) == 0) }
        #expect(run("notices", "run", "--program", slow, "--tenant", "3").status == 0)
        let sizes = try session.text(of: "sizes").split(separator: "\n").compactMap { Int($0.filter(\.isNumber)) }
        #expect(sizes.max() ?? 0 > 20_000, "\(sizes)")
        #expect(
            run("notices", "run", "--program", deaf, "--tenant", "3", "--sent", session.folder + "/other").status == 0)
    }

    @Test func `the system's log gets a line for each person`() throws {
        let path = session.folder + "/log.socket"
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let bound = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        let result = run("notices", "run", "--syslog", path, "--tenant", "3")
        #expect(result.status == 0, "\(result.errors)")
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        try #require(count > 0)
        let line = String(decoding: buffer[..<count], as: UTF8.self)
        #expect(line.hasPrefix("<13>demilune: to ") && line.contains("@nordlys.example: ") && line.contains(" soon: "))
    }

    @Test func `wrong input is refused`() throws {
        let broken = try session.file("broken", "no line\n")
        for (arguments, status, message) in [
            (["notices", "run"], 64, "say where notices go"),
            (["notices", "run", "--file", "a", "--program", "b"], 64, "notices go to one place"),
            (["notices", "run", "--program", "/nowhere"], 1, "`/nowhere` cannot be run"),
            (["notices", "run", "--syslog", "/nowhere"], 1, "there is no socket `/nowhere`"),
            (["notices", "run", "--preview", "--steps", "7,7"], 64, "`--steps` must be different numbers of days"),
            (["notices", "run", "--preview", "--steps", "x"], 64, "got `x`"),
            (["notices", "run", "--file", "/nowhere/a"], 1, "/nowhere/a"),
            (["notices", "run", "--preview", "--sent", broken], 1, "broken:1: the line is no record of a notice"),
            (["token", "expiring", "--within", "2020-01-01"], 64, "`--within` is in the past"),
            (["token", "expiring", "--log", "/dev/null"], 1, "`/dev/null` has no decision"),
        ] {
            let result = session.run(arguments)
            #expect(result.status == Int32(status) && result.errors.contains(message), "\(arguments) \(result)")
        }
        #expect(!session.names.contains("notices.ndjson"))
    }
}
