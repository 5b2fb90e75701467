import Foundation
import ProgramSupport
import Testing

/// Explorations at the command line.
@Suite struct ExploreVerbTests {
    private let session = Session()

    private static let open = """
        return { on = "access", grants = { "*" }, decide = function(request)
          if request.token:can(request.action) then permit() end
        end }
        """

    private func folder(_ invariants: String?, policy: String = open, name: String = "mine") throws -> String {
        _ = try session.policies(["open": policy], in: name)
        let path = session.folder + "/" + name
        if let invariants { try invariants.write(toFile: path + "/invariants.lua", atomically: true, encoding: .utf8) }
        return path
    }

    @Test func `the shipped policies keep their invariants`() {
        let run = session.run("explore", "--policies", Session.policies)
        #expect(run.status == 0, "\(run.errors)\(run.output)")
        #expect(run.output.contains("proved  never permit: a token stays in its department"))
        #expect(!run.output.contains("bounded  ") && !run.output.contains("refuted  "))
        #expect(run.errors.contains(" invariants: ") && run.errors.contains(" proved"))
    }

    @Test func `a counterexample is a test that fails until the policies are mended`() throws {
        let place = try folder(
            "never(permit, \"nobody reads orders\", function(request) return request.action == \"orders.read\" end)\n")
        let run = session.run("explore", "--policies", place)
        #expect(run.status == 5)
        #expect(run.output.contains("refuted  never permit: nobody reads orders"))
        #expect(run.output.contains("test(\"nobody reads orders\", {") && run.output.contains("permit = false"))
        let tests = place + "/open_test.lua"
        let saved = session.run("explore", "--policies", place, "--save", tests)
        #expect(saved.errors.contains("appended 1 counterexample to "), "\(saved.errors)")
        let again = session.run("explore", "--policies", place, "--save", tests)
        #expect(again.errors.contains("appended 0 counterexamples"))
        #expect(session.run("test", place).status == 4)
        let mended = Self.open.replacing(
            "permit() end", with: "permit() end\n  if request.action == \"orders.read\" then deny(\"no\") end")
        try mended.write(toFile: place + "/open.lua", atomically: true, encoding: .utf8)
        #expect(session.run("test", place).status == 0)
        #expect(session.run("explore", "--policies", place).status == 0)
    }

    @Test func `what is not decided fails the run, unless only refutations do`() throws {
        let policy = Self.open.replacing(
            "request.token:can(request.action)",
            with: "request.resource:has(\"id\") and request.resource.id:find(\"x\")")
        let place = try folder("never(permit, \"nothing\", function() return true end)\n", policy: policy)
        let run = session.run("explore", "--policies", place)
        #expect(run.status == 5 && run.output.contains("bounded  never permit: nothing"), "\(run)")
        #expect(run.output.contains("open: it reads what `resource.id` is, which can be anything: compare it instead"))
        #expect(session.run("explore", "--policies", place, "--fail-on", "refuted").status == 0)
        let markdown = session.run("explore", "--policies", place, "--format", "markdown")
        #expect(markdown.output.hasPrefix("### What the policies never do\n"))
        let json = session.run("explore", "--policies", place, "--json")
        #expect(json.output.contains("\"verdict\": \"bounded\""))
    }

    @Test func `tables and graphs show each branch`() throws {
        let place = try folder(nil)
        let none = session.run("explore", "--policies", place)
        #expect(none.status == 0 && none.errors.contains("no invariants: there is no `\(place)/invariants.lua`"))
        let table = session.run("explore", "--policies", place, "--table")
        #expect(
            table.output
                == "open on access\n  token can action -> permit (line 2)\n  not token can action -> says nothing\n",
            "\(table)")
        let csv = session.run("explore", "--policies", place, "--table", "--format", "csv")
        #expect(
            csv.output
                == "policy,on,when,then,line\r\nopen,access,token can action,permit,2\r\nopen,access,not token can action,says nothing,\r\n"
        )
        let markdown = session.run("explore", "--policies", place, "--table", "open", "--format", "markdown")
        #expect(markdown.output.contains("| token can action | permit | 2 |"))
        let graph = session.run("explore", "--policies", place, "--graph")
        #expect(graph.output.hasPrefix("digraph policies {") && graph.output.contains("label=\"token can action\""))
        #expect(session.run("explore", "--policies", place, "--table", "--json").output.contains("\"when\""))
    }

    @Test func `a graph is drawn by the program that there is, and nothing is left behind`() throws {
        let place = try folder(nil)
        let program = try session.file(
            "bin/dot", "#!/bin/sh\n[ \"$*\" = -Tsvg ] || exit 1\nprintf '<svg>'; cat; printf '</svg>\\n'\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
        let before = session.names
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: Program.path)
        process.arguments = ["explore", "--policies", place, "--graph", "--format", "svg"]
        process.environment = ["PATH": "\(session.folder)/bin:/usr/bin:/bin"]
        process.currentDirectoryURL = URL(filePath: session.folder)
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let drawn = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let complaint = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(complaint)")
        let graph = session.run("explore", "--policies", place, "--graph").output
        #expect(graph.contains("digraph") && drawn.filter { $0 != "\n" } == "<svg>\(graph)</svg>".filter { $0 != "\n" })
        #expect(session.names == before)
    }

    @Test func `the page of decision tables is what the tool makes`() throws {
        let page = try String(contentsOfFile: Session.root + "/docs/decision-tables.md", encoding: .utf8)
        let made = session.run("explore", "--policies", Session.policies, "--table", "--format", "markdown").output
        let start = try #require(page.range(of: "## ")).lowerBound
        #expect(
            String(page[start...]) == made.replacing("### ", with: "## "),
            "`demilune explore --table --format markdown` gives other tables: put them into docs/decision-tables.md")
    }

    @Test func `wrong usage says what to write`() throws {
        let place = try folder("never(permit, 1, function() end)\n")
        let faulty = session.run("explore", "--policies", place)
        #expect(
            faulty.status == 3 && faulty.errors.contains("invariants.lua:1:1: error: `never` takes a sentence second"))
        #expect(
            session.run("check", place).errors.contains("`never` takes a sentence second")
                || session.run("check", place).output.contains("`never` takes a sentence second"))
        for (words, message) in [
            (["open"], "the names of policies are for `--table` and `--graph`"),
            (["--table", "opne"], "there is no policy `opne` (did you mean `open`?)"),
            (["--table", "--graph"], "`--table` and `--graph` cannot be combined"),
            (["--table", "--format", "dot"], "`--table` has no format `dot`: use text, markdown, csv, json"),
            (["--graph", "--json"], "`--graph` has no format `json`: use dot, svg"),
            (["--format", "csv"], "a list of verdicts has no format `csv`: use text, json, markdown"),
            (["--table", "--save", "a_test.lua"], "`--save` is for verdicts on invariants"),
            (["--isolate", "--save", "a_test.lua"], "`--save` and `--isolate` cannot be combined"),
            (["--graph", "--format", "svg", "--isolate"], "`--format svg` and `--isolate` cannot be combined"),
            (["--timeout", "0"], "`--timeout` must be a whole number"),
        ] {
            let good = try folder(nil, name: "good")
            let run = session.run(["explore", "--policies", good] + words)
            #expect([1, 64].contains(run.status) && run.errors.contains(message), "\(words): \(run)")
        }
    }

    @Test func `two sets are compared on every branch`() throws {
        let old = try folder(nil, name: "old")
        let same = session.run("diff", old, old, "--exhaustive", "--fail-on", "any")
        #expect(
            same.status == 0 && same.output.isEmpty
                && same.errors.contains("equal: both sets decide every request alike"))
        let other = Self.open.replacing(
            "if request.token:can(request.action) then permit() end",
            with: "if not request.token:can(request.action) then return end permit()")
        let rewritten = try folder(nil, policy: other, name: "rewritten")
        #expect(session.run("diff", old, rewritten, "--exhaustive", "--fail-on", "any").status == 0)
        let wider = try folder(
            nil,
            policy: Self.open.replacing("request.action)", with: "request.action) or request.action_kind == \"read\""),
            name: "wider")
        let run = session.run("diff", old, wider, "--exhaustive", "--fail-on", "widened")
        #expect(run.status == 5 && run.output.contains("widened: what is denied before is permitted"), "\(run)")
        #expect(run.output.contains("not token can action") && run.output.contains("test(\"open as before on"))
        #expect(session.run("diff", wider, old, "--exhaustive", "--fail-on", "widened").status == 0)
        #expect(session.run("diff", old, wider, "--exhaustive", "--json").output.contains("\"is_equal\": false"))
        #expect(
            session.run("diff", old, wider, "--exhaustive", "--tenant", "3").errors.contains(
                "has no effect with `--exhaustive`"))
    }
}
