internal import ProgramSupport
internal import Testing

/// One fault in a folder of 300 policies and 2,100 tests is reported once, in few lines, and first.
@Suite struct OneCauseTests {
    private let session = Session()
    private static let folder = ManyPolicies(count: 300)
    private static let mostLines = 40

    /// The lines of a run, those of the result first.
    private func lines(_ result: Session.Result) -> [Substring] {
        (result.output + result.errors).split(separator: "\n")
    }

    /// A line without the place at its beginning.
    private func sentence(_ line: Substring) -> Substring {
        line.prefixMatch(of: #/\S*\.(?:lua|json)(?::[0-9]+)*: /#).map { line[$0.range.upperBound...] } ?? line
    }

    private func holdsTheMark(_ result: Session.Result, _ fault: ManyPolicies.Fault, _ verb: String) {
        let lines = lines(result)
        let cause = Self.folder.cause(of: fault, in: "many")
        #expect(lines.count <= Self.mostLines, "\(verb): \(lines.count) lines")
        let first = lines.first ?? ""
        #expect(
            first.contains("\(session.folder)/\(cause.place)") && first.contains(cause.message), "\(verb): \(first)")
        let sentences = lines.map(sentence)
        #expect(Set(sentences).count == sentences.count, "\(verb): \(result.output)\(result.errors)")
    }

    @Test(arguments: ManyPolicies.Fault.allCases.filter { $0 != .wrongPolicy })
    func `what does not load is reported once`(fault: ManyPolicies.Fault) throws {
        let policies = try Self.folder.write("many", with: fault, to: session)
        #expect(session.run("init", "--demo").status == 0)
        for verb in [["test"], ["check"], ["decide", "-", "p1.read", "doc:1", "--subject", "user:x"]] {
            let result = session.run(verb + ["--policies", policies])
            #expect(result.status == 3, "\(verb): \(result.errors)")
            holdsTheMark(result, fault, verb[0])
        }
    }

    @Test(arguments: ManyPolicies.Fault.allCases.filter { $0 != .wrongPolicy })
    func `every verb and every format reports once what does not load`(fault: ManyPolicies.Fault) throws {
        let few = ManyPolicies(count: 24)
        let policies = try few.write("few", with: fault, to: session)
        let cause = few.cause(of: fault, in: "few")
        #expect(session.run("init", "--demo").status == 0)
        for verb in ["batch", "repl", "requests", "bench", "plugins", "vocabulary"] {
            let result = session.run([verb, "--policies", policies], input: Array("why\n".utf8))
            let found = (result.output + result.errors).ranges(of: cause.message).count
            let isOfPlugins = verb == "plugins" || verb == "vocabulary"
            #expect(isOfPlugins ? found <= 1 : found == 1 && result.status == 3, "\(verb): \(result.errors)")
            #expect(result.errors.split(separator: "\n").count < 6, "\(verb): \(result.errors)")
        }
        for format in ["json", "junit", "tap", "github"] {
            let result = session.run("test", "--policies", policies, "--format", format)
            #expect(result.status == 3, "\(format)")
            #expect(result.output.ranges(of: cause.message).count == 1, "\(format): \(result.output)")
        }
        for format in ["json", "sarif", "junit", "github"] {
            let result = session.run("check", policies, "--format", format)
            #expect(result.output.ranges(of: cause.message).count == 1, "\(format): \(result.output)")
        }
    }

    @Test func `a wrong policy among many is named by the tests that it fails, once`() throws {
        let policies = try Self.folder.write("many", with: .wrongPolicy, to: session)
        let result = session.run("test", "--policies", policies)
        #expect(result.status == 4)
        holdsTheMark(result, .wrongPolicy, "test")
        #expect(
            result.output.contains("    happened  the deny `denied`: `p75:4` deny \"closed\"\n"), "\(result.output)")
        #expect(result.output.contains("    also at   \(policies)/p0_test.lua:2, "))
        #expect(result.output.hasSuffix("900 passed, 1200 failed\n"))
        let check = session.run("check", "--policies", policies)
        #expect(check.status == 0 && lines(check).count == 1, "nothing is wrong with it but its meaning")
    }

    @Test func `the rest is shown on demand`() throws {
        let few = ManyPolicies(count: 8)
        let wrong = try few.write("few", with: .wrongPolicy, to: session)
        let whole = session.run("test", "--policies", wrong, "--trace")
        #expect(whole.output.ranges(of: "✘ ").count == 8 * 4)
        #expect(whole.output.contains("p7.lua:") && !whole.output.contains("other policies"), "\(whole.output)")
        let lost = try few.write("lost", with: .missingPlugin, to: session)
        let all = session.run("check", "--policies", lost, "--trace")
        for number in 0..<8 { #expect(all.output.contains("/p\(number).lua:2"), "\(all.output)") }
        for words in [
            ["test", "--trace", "--format", "tap"], ["check", "--trace", "--json"], ["test", "-v", "--json"],
        ] {
            #expect(session.run(words + ["--policies", lost]).status == 64, "\(words)")
        }
    }

    @Test func `a file is not reported as right when the schema or its plugin keeps it from being read`() throws {
        let few = ManyPolicies(count: 4)
        for fault in [ManyPolicies.Fault.brokenSchema, .missingPlugin, .brokenPlugin] {
            let policies = try few.write("few", with: fault, to: session)
            let result = session.run("check", policies + "/p3.lua")
            #expect(result.status == 3 && result.output.hasSuffix("1 file, 1 error, 0 warnings\n"), "\(result.output)")
        }
        let right = try few.write("right", with: .strayToken, to: session)
        #expect(session.run("check", right + "/p3.lua").output == "1 file, 0 errors, 0 warnings\n")
    }
}
