internal import Foundation
internal import PolicyTesting
internal import ProgramSupport
internal import Testing

@testable internal import CommandLine

/// The way from nothing to a first policy set.
@Suite struct FirstPoliciesTests {
    private let session = Session()
    private var folder: String { session.folder + "/policies" }

    @Test func `the set has no findings, passes its tests, and these cover all of it`() {
        let made = session.run("init", "--policies", folder)
        #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
        #expect(made.output.contains("  demilune --policies \(folder) test\n"))
        #expect(session.names == ["policies"], "only a policy set is made")
        let checked = session.run("check", folder, "--fail-on", "warning")
        #expect(checked.status == 0 && checked.output.contains(" 0 errors, 0 warnings"), "\(checked.output)")
        let tested = session.run("test", folder, "--ci", "--coverage-min", "100")
        #expect(tested.status == 0, "\(tested.output)\(tested.errors)")
    }

    @Test func `the set decides about the demo organisation, and lets the operator administer`() {
        #expect(session.run("init", "--policies=\(folder)").status == 0)
        #expect(session.run("init", "--demo").status == 0)
        let environment = ["DEMILUNE_POLICIES": folder, "DEMILUNE_TENANT": "3"]
        for (department, status) in [("Sales North", 0), ("Finance", 2)] as [(String, Int32)] {
            let line = ["decide", "Warehouse sync", "orders.read", "order:42", "department=\(department)"]
            #expect(session.run(line, environment: environment).status == status, "\(department)")
        }
        let made = session.run(
            "token", "create", "--name", "N1", "--user", "bjorn", "--assignment", "a-bjorn-1", "--expires",
            "2027-01-05", environment: environment)
        #expect(made.status == 0, "\(made.errors)")
    }

    @Test func `policies that are there stay as they are`() throws {
        _ = try session.file("policies/own.lua", "-- mine")
        let result = session.run("init", "--policies", folder)
        #expect(result.status == 1 && result.errors == "error: `\(folder)` exists; nothing was changed\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["own.lua"])
        #expect(session.run("init", "--policies", "\(session.folder)/no/where").status == 1)
        #expect(session.names == ["policies"])
        let file = try session.file("a-file", "")
        #expect(session.run("init", "--policies", file).errors.contains("exists; nothing was changed"))
    }

    @Test func `a folder with hidden files alone takes a set`() throws {
        _ = try session.file("policies/.gitignore", "")
        #expect(session.run("init", "--policies", folder).status == 0)
    }

    @Test func `a set without a value goes where the policies are`() {
        let environment = ["DEMILUNE_POLICIES": folder]
        #expect(session.run("init", "--policies", environment: environment).status == 0)
        #expect(session.names == ["policies"])
        let both = session.run("init", "--policies", "--demo", environment: environment)
        #expect(both.status == 64 && both.errors.contains("run `init` twice"), "\(both.errors)")
    }

    @Test func `a failure on the way leaves nothing`() throws {
        #expect(throws: CommandError.self) {
            try NewFolder.make(folder, FirstPolicies.files + [FirstPolicies.files[0]])
        }
        #expect(session.names == [])
    }

    /// Runs `init` for somebody at a terminal who answers with these lines.
    private func initialize(answering lines: [String], _ more: [String] = []) -> (status: Int32, errors: String) {
        var rest = lines[...]
        var errors: [UInt8] = []
        var streams = StandardStreams(input: { [] }, output: { _ in true }, errors: { errors += $0 })
        streams.isInteractive = true
        streams.line = { rest.popFirst() }
        let status = Demilune.run(
            Program.verbs, arguments: ["--policies", folder, "init"] + more,
            environment: ["DEMILUNE_STORE": session.store, "XDG_DATA_HOME": session.keys], streams: streams)
        return (status, String(decoding: errors, as: UTF8.self))
    }

    @Test(arguments: [("y", true), ("n", false), ("", false)], [[], ["--demo"]])
    func `a new store offers a first set where there is none`(answer: (String, Bool), more: [String]) {
        let result = initialize(answering: [answer.0], more)
        #expect(result.status == 0)
        #expect(result.errors.contains("write a first policy set? [y/N]"), "\(result.errors)")
        #expect(session.names == (answer.1 ? ["demilune.db", "policies"] : ["demilune.db"]))
    }

    @Test func `a new store asks nothing where there are policies, and only tells where nobody can be asked`() throws {
        let told = session.run("init", environment: ["DEMILUNE_POLICIES": folder])
        #expect(told.errors.contains("`demilune init --policies` writes a first policy set"), "\(told.errors)")
        try FileManager.default.removeItem(atPath: session.store)
        _ = try session.file("policies/own.lua", "-- mine")
        #expect(!initialize(answering: ["y"]).errors.contains("first policy set"))
    }

    @Test func `a missing folder of policies names the ways to one`() {
        for verb in ["check", "test", "vocabulary"] {
            let result = session.run(verb, environment: ["DEMILUNE_POLICIES": folder])
            #expect(result.status == 3 && result.errors.contains("`demilune init --policies`"), "\(result.errors)")
        }
    }

    @Test func `the shipped policies are found beside an installed program, and in a checkout`() throws {
        _ = try session.file("share/demilune/policies/schema.lua", "")
        let shared = session.folder + "/share/demilune/policies"
        #expect(ShippedPolicies.found(from: "\(session.folder)/bin/demilune") == shared)
        #expect(ShippedPolicies.found(from: "\(session.folder)/libexec/bin/demilune") == nil)
        _ = try session.file("policies/schema.lua", "")
        #expect(ShippedPolicies.found(from: "\(session.folder)/.build/debug/x/demilune") == folder)
        #expect(ShippedPolicies.found(from: nil) == nil)
        let result = session.run("check", "--policies", "@shipped")
        #expect(result.status == 0, "\(result.errors)")
    }
}
