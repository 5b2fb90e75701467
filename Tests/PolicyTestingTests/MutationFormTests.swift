import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

/// The source of mutants.
@Suite struct MutationFormTests {
    /// A run over one policy whose only test passes, whatever the policy decides.
    private func run(_ source: String, schema: String, test: String) throws -> MutationRun? {
        for expected in ["permit = true", "permit = false", "code = 'policy_failed'", "code = 'budget_exhausted'"] {
            let files = [
                ("schema.lua", schema), ("a.lua", source), ("a_test.lua", test.replacing("EXPECTED", with: expected)),
            ].map { PolicyFile(name: ExactName($0.0), bytes: Array($0.1.utf8)) }
            let tests = try PolicyTests(
                PolicySource(path: "generated", files: files), organisations: ["demo": try Organisation.demo()])
            let run = tests.mutated(.init())
            if run.isReady { return run }
        }
        return nil
    }

    private static let test = """
        test("t", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
          resource = { type = "order" }, expect = { EXPECTED } })
        """

    @Test(arguments: 0..<8 as Range<UInt64>) func `mutants of made-up policies are well-formed`(seed: UInt64) throws {
        var generator = PolicyGenerator(seed: seed)
        let source = generator.policy()
        guard let found = try run(source, schema: PolicyGenerator.schema, test: Self.test) else { return }
        #expect(found.entries.count > 3)
        for entry in found.entries {
            guard case .invalid(let fault) = entry.verdict else { continue }
            #expect(fault.rule != "syntax", "\(fault)\n\(entry.patch)\n\(source)")
        }
    }

    /// Every mutant's change, applied to a policy in an odd but valid form.
    @Test func `words that a removal brings together stay apart`() throws {
        let source = """
            local policy={on="access",grants={"*"}}
            function policy.decide(request)
              local token=request.token
              local function early()return(token:can"users.read")and token:can"users.delete"end
              if not(early())then permit"a"elseif token.kind=="mobile"then deny"b"else permit"c"end;
              (early)()
              if token.kind=="mobile"then return deny("d",{code="x";})end;(early)()
            end
            return policy
            """
        let schema = String(decoding: try Fixtures.read("policies/schema.lua"), as: UTF8.self)
        let found = try #require(try run(source, schema: schema, test: Self.test))
        let changes = found.entries.map { entry in
            entry.patch.split(separator: "\n").filter { $0.hasPrefix("+  ") }.map { $0.dropFirst(3) }.joined()
        }
        for change in [
            #"local function early()return token:can"users.delete"end"#,
            #"local function early()return(token:can"users.read")end"#,
            #"if (early())then permit"a"elseif token.kind=="mobile"then deny"b"else permit"c"end;"#,
            #"if not(early())then permit"a"else permit"c"end;"#,
            #"if not(early())then permit"a"elseif token.kind=="mobile"then deny"b"end;"#,
            #"if not(early())then permit"a"elseif token.kind=="mobile"then else permit"c"end;"#,
            #"if true then permit"a"elseif token.kind=="mobile"then deny"b"else permit"c"end;"#,
            #"if token.kind=="mobile"then return deny("d")end;(early)()"#,
            #"if token.kind=="mobile"then return end;(early)()"#,
        ] { #expect(changes.contains { $0.hasSuffix(change) }, "\(change)\n\(changes.joined(separator: "\n"))") }
        for entry in found.entries {
            if case .invalid(let fault) = entry.verdict { #expect(fault.rule != "syntax", "\(fault)\n\(entry.patch)") }
        }
    }
}
