internal import Foundation
internal import Model
internal import ProgramSupport
internal import Testing

/// `log verify FILE`: what a decision log proves, and what it does not.
@Suite struct LogVerifyTests {
    private let session = Session()

    private func decide(_ amount: Int, _ more: String...) {
        let words = ["decide", "Warehouse sync", "orders.read", "order:1", "department=Sales", "amount=\(amount)"]
        let result = session.run(words + ["--tenant", "3", "--log", session.folder + "/log.ndjson"] + more)
        #expect(result.status == 0, "\(result)")
    }

    private func verify(_ more: String...) -> Session.Result {
        let isStore = session.names.contains("demilune.db")
        return session.run(
            ["log", "verify", session.folder + "/log.ndjson"] + more,
            environment: isStore ? [:] : ["DEMILUNE_STORE": ""])
    }

    @Test func `a log of decide and batch is proven by its seals, and by a noted hash`() throws {
        #expect(session.run("init", "--demo").status == 0)
        for amount in 1...3 { decide(amount) }
        let requests = session.run("requests", "--count", "500").output
        let batch = session.run("batch", "--log", session.folder + "/log.ndjson", input: requests)
        #expect(batch.status == 0)
        let whole = verify()
        #expect(whole.status == 0, "\(whole)")
        #expect(whole.lines[0] == "the log is as it was written: 503 lines")
        #expect(whole.output.contains("proven: the lines 1 to 503 are as when line 503 was sealed"))
        #expect(whole.output.contains("not proven: that nothing was cut off after line 503"))
        let head = try #require(whole.lines.last).split(separator: " ")[1]
        decide(9)
        let later = verify("--head", String(head))
        #expect(later.status == 0 && later.output.contains("the lines 1 to 503 are as when the stated hash was noted"))

        let text = try session.text(of: "log.ndjson")
        _ = try session.file("log.ndjson", text.replacing("\"amount\":2}", with: "\"amount\":5}"))
        let changed = verify()
        #expect(
            changed.status == 1
                && changed.lines == [
                    "line 2 was changed", "proven: line 1 is as when line 1 was sealed with the key file of this store",
                ], "\(changed)")
        let json = try JSONReader.parse(verify("--json").output)
        #expect(json["is_good"] == .boolean(false) && json["fault_count"] == .integer(1))
        #expect(json["sealed_to"] == .integer(1) && json["lines"] == .integer(504))

        let lines = text.split(separator: "\n")
        _ = try session.file("log.ndjson", lines.prefix(300).joined(separator: "\n") + "\n")
        #expect(verify().status == 1)
        #expect(verify("--unsealed").status == 0)
        let cut = verify("--unsealed", "--head", String(head))
        #expect(cut.status == 1 && cut.output.contains("no line has the hash \(head)"), "\(cut)")
    }

    @Test func `without a store the chain is verified, and the seals are said not to be`() throws {
        #expect(session.run("init", "--demo").status == 0)
        decide(1)
        decide(2)
        _ = try session.file("elsewhere/log.ndjson", try session.text(of: "log.ndjson"))
        let other = Session()
        let result = other.run(
            "log", "verify", session.folder + "/elsewhere/log.ndjson", environment: ["DEMILUNE_STORE": ""])
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("2 seals not checked: no store with keys is at hand"), "\(result.output)")
        // The keys of another store did not seal it.
        #expect(other.run("init", "--demo").status == 0)
        let foreign = other.run("log", "verify", session.folder + "/elsewhere/log.ndjson")
        #expect(foreign.status == 1 && foreign.lines[0].hasPrefix("the seal of line 1 is wrong"), "\(foreign)")
    }

    @Test func `a log that proves nothing is no success`() throws {
        _ = try session.file("log.ndjson", "")
        #expect(verify().status == 1)
        #expect(verify().output == "the log is empty: nothing is proven\n")
        _ = try session.file("log.ndjson", "{\"time\":\"2026-01-01T00:00:00Z\",\"decision\":true}\n")
        #expect(verify().status == 1 && verify().output.contains("nothing is proven"))
        #expect(verify("--head", "12").status == 64)
        #expect(session.run("init", "--demo").status == 0)
        #expect(session.run("log", "verify", session.folder + "/nowhere").errors.contains("No such file"))
        #expect(session.run("log", "verify", "--unsealed").status == 64)
        for path in [session.folder, "/dev/null"] {
            #expect(session.run("log", "verify", path).errors.contains("`\(path)` is not a regular file"))
        }
    }

    @Test func `an incomplete last line is reported by the next run`() throws {
        #expect(session.run("init", "--demo").status == 0)
        decide(1)
        let text = try session.text(of: "log.ndjson")
        _ = try session.file("log.ndjson", String(text.dropLast(30)))
        let result = session.run(
            "batch", "--log", session.folder + "/log.ndjson", input: session.run("requests", "--count", "2").output)
        #expect(result.status == 0 && result.errors.contains("line 1 of `\(session.folder)/log.ndjson` is incomplete"))
        #expect(try session.text(of: "log.ndjson").split(separator: "\n").count == 3)
        // Nothing before it has a hash, so it counts as a line of an earlier version.
        #expect(verify().output.contains("not proven: that line 1, which has no hash"), "\(verify().output)")
    }
}
