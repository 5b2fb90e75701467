import Foundation
import ProgramSupport
import Testing

/// Mutants of policies, at the command line.
@Suite struct MutateVerbTests {
    private let session = Session()

    private static let policy = """
        -- Small orders are read.
        local policy = { on = "access", grants = { "orders.*" } }

        function policy.decide(request)
          if request.action ~= "orders.read" then return end
          if request.resource:has("amount") and request.resource.amount > 100 then
            deny("too much", { code = "amount" })
            return
          end
          permit("small")
        end

        return policy
        """

    private static func test(_ name: String, _ request: String, _ expect: String) -> String {
        """
        test("\(name)", {
          token = { department = "Sales", user_type = "Integrator" },
          \(request),
          expect = { \(expect) },
        })

        """
    }

    private static let weak =
        test("small", "action = \"orders.read\", resource = { type = \"order\", amount = 5 }", "permit = true")
        + test("large", "action = \"orders.read\", resource = { type = \"order\", amount = 500 }", "deny = \"small\"")
        + test("unknown", "action = \"orders.read\", resource = { type = \"order\" }", "permit = true")
        + test("other", "action = \"orders.create\", resource = { type = \"order\" }", "silent = true")

    private func folder(_ tests: String = Self.weak, policy: String = Self.policy) throws -> String {
        try session.policies(["small": policy, "small_test": tests])
    }

    @Test func `a mutant that decides as before does not count, and one that could decide otherwise does`() throws {
        // The operator may do everything, so that naming it changes nothing.
        let redundant = """
            local config = settings { strict = false, limit = 5 }
            local policy = { on = "token.issue", grants = { "token.*" } }

            function policy.decide(request)
              if request.actor.is_operator or request.actor:can("tokens.issue") then permit() end
              if config.strict and request.proposed.kind == "mobile" then deny("no", { code = "mobile" }) end
            end

            return policy
            """
        let test = """
            test("an administrator", {
              only_policy = true, point = "token.issue",
              actor = { department = "Sales", user_type = "Administrator" },
              proposed = { department = "Sales", user_type = "Integrator", last_day = "2026-12-31" },
              expect = { permit = true },
            })

            """
        let run = session.run("mutate", try folder(test, policy: redundant), "--no-suggest")
        let words = "without `request.actor.is_operator` before `or`): the policies decide every request as before"
        #expect(run.output.contains(words), "\(run.output)\(run.errors)")
        #expect(run.output.contains("1 mutant not counted: the decisions are the same on every branch"))
        // What no default and no setting reaches today may be reached tomorrow.
        #expect(run.output.contains("constant exchanged") && run.output.contains("default of a setting changed"))
        for line in run.output.split(separator: "\n") where line.hasPrefix("= ") {
            #expect(line.contains(words), "\(line)")
        }
    }

    @Test func `survivors are shown with their patches, and with tests that kill them`() throws {
        let found = session.run("mutate", try folder())
        #expect(found.status == 0, "\(found.errors)")
        for text in [
            "small.lua:6:65: boundary moved (`>=` instead of `>`): 2 tests reach it and pass\n",
            "    -  if request.resource:has(\"amount\") and request.resource.amount > 100 then\n",
            "    +  if request.resource:has(\"amount\") and request.resource.amount >= 100 then\n",
            "    A test for `small_test.lua` that fails with it. ",
            "      resource = { amount = 100, type = \"order\" },\n",
            "The test above, `line 6: not with >= instead of >`, fails with it, too.",
            "small   ", "mutation score 8", "killed)\n",
        ] { #expect(found.output.contains(text), "\(text)\n\(found.output)") }
        #expect(found.errors == "not mutated: `schema.lua`\n")
        #expect(!session.run("mutate", try folder(), "--no-suggest").output.contains("A test for"))
    }

    @Test func `a patch applies, and then every test passes but the one that is missing`() throws {
        let folder = try folder()
        let json = try JSONSerialization.jsonObject(with: Data(session.run("mutate", folder, "--json").output.utf8))
        let mutants = try #require((json as? [String: Any])?["mutants"] as? [[String: Any]])
        let survivors = mutants.filter { $0["verdict"] as? String == "survived" }
        #expect(survivors.count == 4 && mutants.count > 15)
        let repository = try Repository(session.folder)
        for mutant in mutants where mutant["verdict"] as? String != "invalid" {
            let patch = try #require(mutant["patch"] as? String)
            // The patch names the folder as the command line did, without the first slash.
            let path = try session.file("change.diff", patch.replacing("/\(session.folder.dropFirst())/", with: "/"))
            if mutant["kind"] as? String == "policy" { continue }
            try repository.git("apply", path)
            let isAlive = mutant["verdict"] as? String == "survived"
            let result = session.run("test", folder)
            #expect(result.status == (isAlive ? 0 : 4), "\(patch)\n\(result)")
            if isAlive {
                let missing = try #require((mutant["missing_test"] as? [String: String])?["text"])
                _ = try session.file("own/small_test.lua", Self.weak + missing)
                let stronger = session.run("test", folder)
                #expect(stronger.status == 4 && stronger.output.contains("4 passed, 1 failed"), "\(stronger)")
            }
            _ = try self.folder()
        }
    }

    @Test func `a score below the gate is status 5, and one that cannot be measured`() throws {
        let folder = try folder()
        #expect(session.run("mutate", folder, "--min-score", "50", "--no-suggest").status == 0)
        let low = session.run("mutate", folder, "--min-score", "100", "--no-suggest")
        #expect(low.status == 5 && low.errors.contains("but 100 % are required"), "\(low.errors)")
        // A library without anything to change.
        _ = try session.file("own/lib/empty.lua", "local empty = {}\nfunction empty.nothing() end\nreturn empty\n")
        let none = session.run("mutate", "\(folder)/lib/empty.lua", "--min-score", "0")
        #expect(none.status == 5 && none.errors.contains("the mutation score is unknown, but 0 %"), "\(none)")
        #expect(none.output == "no mutation score: there is no mutant\n")
    }

    @Test func `tests that fail, no test and policies that do not load make no mutants`() throws {
        let failing = session.run("mutate", try folder(Self.weak.replacing("amount = 5 ", with: "amount = 101 ")))
        #expect(failing.status == 4 && failing.output.contains("3 passed, 1 failed"), "\(failing)")
        #expect(failing.errors.contains("no mutant was made: every test must pass before the policies are changed"))
        let json = session.run(
            "mutate", try folder(Self.weak.replacing("amount = 5 ", with: "amount = 101 ")), "--json")
        #expect(json.status == 4 && json.output.hasPrefix("{"), "\(json)")
        let none = session.run("mutate", try session.policies(["small": Self.policy], in: "untested"))
        #expect(none.status == 4 && none.errors.contains("there was no test to run"), "\(none)")
        let broken = session.run("mutate", try folder(policy: Self.policy.replacing("permit(", with: "prmit(")))
        #expect(broken.status == 3 && broken.output.contains("no test ran: 1 error while loading"), "\(broken)")
    }

    @Test func `only files that are named change, and wrong names are told apart`() throws {
        let folder = try folder()
        let one = session.run("mutate", "\(Session.policies)/reveal_guard.lua", "\(Session.policies)/mobile_scope.lua")
        #expect(one.status == 0 && one.output.contains("mutation score 100 % (51 of 51 mutants killed)"), "\(one)")
        for (words, status, message) in [
            (["\(folder)/smal.lua"], 1, "there is no policy `smal.lua` in "),
            (["\(folder)/schema.lua"], 64, "`schema.lua` is neither a policy nor a library"),
            (["\(folder)/small_test.lua"], 64, "`small_test.lua` is neither a policy nor a library"),
            ([folder, "\(folder)/small.lua"], 64, "is not a file of a policy or a library"),
            (["\(folder)/small.lua", "\(Session.policies)/mobile_scope.lua"], 64, "the files must be in one folder"),
            ([folder, "--trace", "--json"], 64, "`--trace` has no effect"),
            ([folder, "--min-score", "101"], 64, "`--min-score` must be a whole number from 0 to 100, got `101`"),
            ([folder, "--changed", ""], 64, "`--changed` must be a revision of git, such as `main`, got ``"),
            ([folder, "--changed", "a:b"], 64, "`--changed` must be a revision of git"),
        ] as [([String], Int32, String)] {
            let result = session.run(["mutate"] + words)
            #expect(result.status == status && result.errors.contains(message), "\(words): \(result)")
        }
    }

    @Test func `with a revision only changed lines change`() throws {
        let folder = try folder()
        try Repository(session.folder).commit()
        let same = session.run("mutate", folder, "--changed", "HEAD", "--min-score", "100")
        #expect(same.status == 0 && same.errors.contains("nothing to mutate has changed since `HEAD`"), "\(same)")
        _ = try self.folder(policy: Self.policy.replacing("> 100", with: ">= 101"))
        let changed = session.run("mutate", folder, "--changed", "HEAD", "--min-score", "100", "--no-suggest")
        #expect(changed.status == 5, "\(changed)")
        #expect(changed.output.contains("small.lua:6:65: boundary moved (`>` instead of `>=`)"), "\(changed.output)")
        #expect(!changed.output.contains("small.lua:7:"))
        // A comment is no code.
        _ = try self.folder(policy: Self.policy.replacing("-- Small", with: "-- All small"))
        let comment = session.run("mutate", folder, "--changed", "HEAD", "--format", "github")
        #expect(comment.status == 0 && comment.errors.contains("nothing to mutate has changed"), "\(comment)")
        let none = session.run("mutate", folder, "--changed", "nowhere")
        #expect(none.status == 3 && none.errors.contains("`git ls-tree` of `nowhere:"), "\(none)")
        _ = try session.policies(["small": Self.policy, "small_test": Self.weak], in: "later")
        let new = session.run("mutate", session.folder + "/later", "--changed", "HEAD", "--no-suggest")
        #expect(new.status == 0 && new.errors.contains("every line counts as changed"), "\(new)")
        #expect(new.output.contains("mutation score 8"))
    }

    @Test func `two runs say the same, and annotations name the places`() throws {
        let folder = try folder()
        let runs = (0..<2).map { _ in session.run("mutate", folder, "--json") }
        #expect(runs[0].output == runs[1].output && runs[0].status == 0)
        let github = session.run("mutate", folder, "--format", "github")
        #expect(
            github.output.hasPrefix("::warning file=\(folder)/small.lua,line=6,col=65,title=mutant::boundary moved"))
        #expect(github.errors.contains("mutation score 8"), "\(github)")
    }
}
