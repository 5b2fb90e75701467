internal import CConfined
internal import Foundation
internal import Glibc
internal import ProgramSupport
internal import Testing

/// Policies in a child process that is confined to deciding.
@Suite struct IsolationTests {
    private let session = Session()

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    /// The program as a process of its own.
    private final class Run {
        let process = Process()
        let input = Pipe()
        private let output = Pipe()
        private let errors = Pipe()

        init(
            _ words: [String], _ session: Session, _ environment: [String: String] = [:], in folder: String? = nil
        ) throws {
            process.executableURL = URL(filePath: Program.path)
            process.arguments = words
            if let folder { process.currentDirectoryURL = URL(filePath: folder) }
            process.environment = [
                "DEMILUNE_STORE": session.store, "DEMILUNE_POLICIES": Session.policies, "XDG_DATA_HOME": session.keys,
                "DEMILUNE_AT": "2026-11-22T12:00:00Z", "DEMILUNE_TENANT": "3",
            ].merging(environment) { $1 }
            process.standardInput = input
            process.standardOutput = output
            process.standardError = errors
            try process.run()
        }

        /// Waits for its end.
        func finish() -> Session.Result {
            try? input.fileHandleForWriting.close()
            let text = output.fileHandleForReading.readDataToEndOfFile()
            let messages = errors.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return Session.Result(
                status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
                errors: String(decoding: messages, as: UTF8.self))
        }

        /// Its child process, after that has confined itself.
        func child() throws -> pid_t {
            let parent = process.processIdentifier
            for _ in 0..<2_000 {
                let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")) ?? []
                let text = tasks.map { task in
                    (try? String(contentsOfFile: "/proc/\(parent)/task/\(task)/children", encoding: .utf8)) ?? ""
                }.joined()
                if let child = text.split(separator: " ").first.flatMap({ pid_t($0) }),
                    let status = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8),
                    status.contains("Seccomp:\t2")
                {
                    return child
                }
                usleep(5_000)
            }
            throw CocoaError(.featureUnsupported)
        }
    }

    private static let line = """
        {"subject":{"type":"token","id":"6532ebee17e04c929e56e7977af956ae"},"action":{"name":"orders.read"},\
        "resource":{"type":"order","id":"1","properties":{"department":"d-sales"}}}

        """

    @Test func `decisions are the same as without isolation`() throws {
        for words in [
            ["decide", "Warehouse sync", "orders.read", "order:1", "department=Sales"],
            ["decide", "Warehouse sync", "orders.approve", "order:1", "department=Sales", "--json"],
            ["decide", "Warehouse sync", "orders.read", "--expect", "deny"],
            ["decide", "Warehouse snyc", "orders.read"],
            ["decide", "Warehouse sync"],
        ] {
            let plain = try Run(words, session).finish()
            let isolated = try Run(words + ["--isolate"], session).finish()
            #expect(plain.status == isolated.status && plain.output == isolated.output, "\(words): \(isolated.errors)")
        }
        let requests = try session.file("requests", session.run("requests", "--count", "3000", "--seed", "3").output)
        for more in [[], ["--jobs", "2"], ["--explain"], ["--summary"]] {
            let plain = try Run(["batch", requests] + more, session).finish()
            let isolated = try Run(["batch", requests, "--isolate"] + more, session).finish()
            #expect(plain.output == isolated.output && plain.status == isolated.status, "\(more): \(isolated.errors)")
            #expect(plain.errors == isolated.errors)
        }
    }

    @Test func `the child has no new privileges, files or processes, and a filter on what it may ask`() throws {
        let run = try Run(["batch", "--isolate", "--jobs", "2"], session)
        let child = try run.child()
        let status = try String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8)
        #expect(status.contains("NoNewPrivs:\t1"))
        // The main thread, the one that runs the verb, and one for each job; no other can be started.
        #expect(status.contains("Threads:\t4\n"), "\(status)")
        let limits = try String(contentsOfFile: "/proc/\(child)/limits", encoding: .utf8)
        #expect(try limits.contains(Regex("Max open files +1 +1")))
        #expect(
            try limits.contains(Regex("Max address space +[0-9]+ ")) && limits.contains(Regex("Max core file size +0 "))
        )
        run.input.fileHandleForWriting.write(Data(Self.line.utf8))
        #expect(run.finish().output == "{\"decision\":true}\n")
    }

    @Test func `a confined process cannot affect other processes, start one or find a file`() {
        var name = [CChar](repeating: 0, count: 100)
        unsafe cconfined_surprise(&name, name.count)
        let surprise = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #expect(surprise == "", "it came out otherwise")
    }

    @Test func `a child that ends by a fault has decided nothing`() throws {
        let run = try Run(["batch", "--isolate"], session)
        let child = try run.child()
        run.input.fileHandleForWriting.write(Data((Self.line + "\n" + Self.line).utf8))
        kill(child, SIGKILL)
        run.input.fileHandleForWriting.write(Data((Self.line + Self.line + Self.line.dropLast()).utf8))
        let result = run.finish()
        #expect(result.status == 1)
        let answers = result.output.split(separator: "\n")
        #expect(answers.count == 5, "\(result.output)")
        let denied = answers.filter { $0 == #"{"decision":false,"context":{"code":"policy_crashed"}}"# }
        #expect(denied.count >= 3 && answers.suffix(denied.count).elementsEqual(denied))
        #expect(
            result.errors.contains("was ended by signal 9: \(denied.count) unanswered requests denied"),
            "\(result.errors)")
    }

    @Test func `a decision whose child ends by a fault is a deny`() throws {
        let folder = try session.policies([
            "a": """
            return { on = "access", grants = { "*" }, decide = function() while true do end end }
            """
        ])
        let run = try Run(
            [
                "decide", "Warehouse sync", "orders.read", "order:1", "department=Sales", "--isolate", "--fuel",
                "1000000000000",
                "--deadline", "20000",
            ],
            session, ["DEMILUNE_POLICIES": folder])
        kill(try run.child(), SIGKILL)
        let result = run.finish()
        #expect(result.status == 2 && result.output == "deny  (policy_crashed)\n", "\(result.output)\(result.errors)")
    }

    @Test func `tests give the same results as without isolation`() throws {
        for words in [
            ["check"], ["check", "--format", "sarif"], ["test"], ["test", "--json"], ["test", "--format", "junit"],
            ["test", "--filter", "nothing so"], ["mutate", Session.policies + "/reveal_guard.lua", "--json"],
        ] {
            let plain = try Run(words, session).finish()
            let isolated = try Run(words + ["--isolate"], session).finish()
            #expect(plain.status == isolated.status && plain.errors == isolated.errors, "\(words): \(isolated.errors)")
            // The reported durations differ.
            func steady(_ text: String) -> String {
                text.replacing(/time="[^"]*"|"milliseconds": [0-9.e-]+|[0-9.]+ m?s\b/, with: "")
            }
            #expect(steady(plain.output) == steady(isolated.output))
        }
    }

    /// A folder unlike the shipped one: zones that the demo does not have, required properties, two plugins, and no
    /// policy of the shipped ones.
    private func strange(in name: String) throws -> String {
        _ = try session.file(
            "\(name)/policies/schema.lua",
            """
            return {
              actions = { ["files.open"] = "read", ["files.wipe"] = "delete" },
              resources = { file = { folder = "string", size = "number", owner = "user" } },
              context = { ip = "ip" },
            }
            """)
        _ = try session.file(
            "\(name)/policies/folders.lua",
            """
            -- Whoever is permitted opens small files; nobody wipes at night.
            local policy = { on = "access", grants = { "files.*" } }
            function policy.decide(request)
              if request.action == "files.wipe" and request.time.hour < 6 then deny("at night") end
              if request.token:can(request.action) then permit("permitted") end
            end
            return policy
            """)
        _ = try session.file("\(name)/policies/required.json", #"{ "folders": ["deny"] }"#)
        let request =
            #"resource = { type = "file", folder = "f", size = 1, owner = "ann" }, context = { ip = "10.0.0.1" }"#
        func at(_ hour: String) -> String { "at = \"2026-11-2\(hour):00:00Z\"" }
        _ = try session.file(
            "\(name)/policies/folders_test.lua",
            """
            directory { zone = "Asia/Tokyo", departments = { "Dev" }, user_types = { M = { "files.*" }, N = {} },
              users = { ann = { department = "Dev", user_type = "N" } } }
            local m = { department = "Dev", user_type = "M" }
            test("opens", { token = m, action = "files.open", \(request), expect = { permit = true } })
            test("not they", { token = { department = "Dev", user_type = "N" }, action = "files.open", \(request),
              expect = { permit = false } })
            test("wipes", { token = m, action = "files.wipe", \(request), \(at("2T12")), expect = { permit = true } })
            test("at five", { token = m, action = "files.wipe", \(request), \(at("1T20")), expect = { deny = "folders" } })
            test("at six", { token = m, action = "files.wipe", \(request), \(at("1T21")), expect = { permit = true } })
            test("opens at five", { token = m, action = "files.open", \(request), \(at("1T20")), expect = { permit = true } })
            test("at seven", { token = m, action = "files.wipe", \(request), \(at("1T22")), expect = { permit = true } })
            test("in UTC", { directory = { departments = { "Dev" }, user_types = { M = {} }, users = {
              ann = { department = "Dev", user_type = "M" } } }, token = m, action = "files.open", \(request),
              expect = { permit = false } })
            """)
        for plugin in ["one", "two"] {
            let made = session.run(
                "plugins", "new", plugin, "--plugins", "\(session.folder)/\(name)/plugins")
            #expect(made.status == 0)
        }
        return "\(session.folder)/\(name)"
    }

    /// The commands of the page, in the order of the page: those of templates, and those for a shell.
    private static func commands(of page: String) -> [[String]] {
        page.split(separator: "\n").compactMap { line in
            let start = line.firstRange(of: "- run: demilune ") ?? line.firstRange(of: "- demilune ")
            let rest = start.map { line[$0.upperBound...] } ?? (line.hasPrefix("demilune ") ? line.dropFirst(9) : nil)
            return rest.map { $0.split(separator: " ").prefix { $0 != ">" }.map(String.init) }
        }
    }

    @Test func `every command of the page on CI works on a folder unlike the shipped one`() throws {
        let commands = Self.commands(of: try String(contentsOfFile: Session.root + "/docs/ci.md", encoding: .utf8))
        #expect(commands.count >= 9)
        let folder = try strange(in: "strange")
        try Repository(folder).commit()
        for words in commands.map(Repository.onHead) {
            let run = try Run(words, session, ["DEMILUNE_POLICIES": "policies"], in: folder)
            let result = run.finish()
            #expect(result.status == 0, "\(words): \(result.output)\(result.errors)")
        }
    }

    @Test func `one plugin is tested alone in the child, too`() throws {
        let folder = try strange(in: "plain")
        for words in [["test", "plugins/one"], ["test", "plugins/one/one_test.lua"], ["test", "plugins"], ["test"]] {
            let variables = ["DEMILUNE_POLICIES": "policies"]
            let plain = try Run(words, session, variables, in: folder).finish()
            let isolated = try Run(words + ["--isolate"], session, variables, in: folder).finish()
            let count = words.count == 1 ? 14 : words[1] == "plugins" ? 6 : 3
            #expect(plain.output == "\(count) passed\n", "\(words): \(plain.output)\(plain.errors)")
            #expect(isolated.output == plain.output && isolated.status == 0, "\(words): \(isolated)")
        }
    }

    /// A plugin with functions of the host and in Lua, RE2 patterns, zones, an attribute, data and a check.
    private static let plugin = """
        local zone, text = use "zone", use "text"
        local names = data "names"
        return { name = "mine", version = "1", about = "a", needs = { "text", "zone" }, provides = {
          functions = {
            matches = { host = "text.matches" },
            hour = { takes = { { time = "instant" } }, returns = "number", run = function(time)
              return zone.hour(time, "Asia/Tokyo") + 0
            end },
          },
          attributes = { token = { first = { returns = "boolean", run = function(token)
            return text.matches("^[A-Z]", token.name)
          end } } },
          data = { names = { file = "names.csv", key = "name", columns = { name = "string", rank = "number" } } },
          checks = { owned = { good = "return { on = 'access', owner = 'a', decide = function() end }",
            bad = "return { on = 'access', decide = function() end }", run = function(policy)
              if not policy:has("owner") then return { { message = "it names no owner" } } end
            end } },
        } }
        """

    private static let policy = """
        local mine = use "mine"
        return { on = "access", grants = { "*" }, decide = function(request)
          if not request.token:has("name") or not mine.names:has(request.token.name) then return end
          if mine.names:get(request.token.name).rank < 3 and mine.hour(request.time) == 21 and request.token.first then
            if mine.matches("^orders[.]", request.action) then permit("it is one") end
          end
        end }
        """

    @Test func `plugins run in the child, too, with the same results`() throws {
        let folder = try session.policies(
            [
                "a": Self.policy,
                "a_test": """
                test("it reads", { token = "Warehouse sync", action = "orders.read", resource = { type = "order" },
                  expect = { permit = true } })
                """,
            ], in: "project/policies")
        _ = try session.file("project/plugins/mine/plugin.lua", Self.plugin)
        _ = try session.file("project/plugins/mine/names.csv", "name,rank\nWarehouse sync,2\nAdmin console,3\n")
        _ = try session.file(
            "project/plugins/mine/mine_test.lua",
            "test(\"ranks\", { ask = 'mine.names:get(\"Admin console\").rank', gives = 3 })")
        let requests = try session.file("requests", session.run("requests", "--count", "900").output)
        let policies = ["--policies", folder]
        for (words, status, expected) in [
            (
                ["decide", "Warehouse sync", "orders.read", "order:1", "department=Sales", "--explain"], 0,
                "mine.names has token.name = true"
            ),
            (["decide", "Admin console", "orders.read", "order:1", "department=Sales"], 2, "not_permitted"),
            (["batch", requests, "--explain"], 0, "token.first"), (["check"], 0, "it names no owner [mine.owned]"),
            (["test"], 0, "4 passed"),
        ] {
            let plain = try Run(words + policies, session).finish()
            #expect(plain.status == Int32(status) && plain.output.contains(expected), "\(words): \(plain)")
            let isolated = try Run(words + policies + ["--isolate"], session).finish()
            #expect(isolated.status == plain.status && isolated.output == plain.output, "\(words): \(isolated)")
            #expect(isolated.errors == plain.errors)
        }
        let own = try Run(["test", session.folder + "/project/plugins", "--isolate"], session).finish()
        #expect(own.status == 0 && own.output == "3 passed\n", "\(own)")
    }

    @Test func `tests whose child ends by a fault have not passed`() throws {
        let folder = try session.policies([
            "a": """
            return { on = "access", decide = function() while true do end end }
            """,
            "a_test": """
            test("it ends", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
              expect = { code = "budget_exhausted" } })
            for i = 1, 2000 do
              test("again " .. i, { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
                expect = { code = "budget_exhausted" } })
            end
            """,
        ])
        for (verb, words) in [("test", "no test counts as passed"), ("mutate", "there is no mutation score")] {
            let run = try Run([verb, folder, "--isolate"], session)
            kill(try run.child(), SIGKILL)
            let result = run.finish()
            #expect(result.status == 4 && result.output.isEmpty, "\(result.output)")
            #expect(result.errors.contains(words), "\(result.errors)")
        }
    }

    @Test(arguments: [
        ["decide", "x", "orders.read", "--log", "f"], ["batch", "--log", "f"], ["batch", "--record-use"],
    ])
    func `options that write cannot be combined with it`(words: [String]) throws {
        let result = session.run(words + ["--isolate"], environment: [:])
        #expect(result.status == 64 && result.errors.contains("`--isolate`"), "\(result.errors)")
    }

    @Test func `the stack of a policy does not depend on the system's settings`() throws {
        let folder = try session.policies([
            "a": """
            return { on = "access", grants = { "*" }, decide = function()
              local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
              if deep(15000) == 15000 then permit() end
              local s = ("x"):rep(1000):gsub("x", function(c) return (c:gsub("x", function(d) return d end)) end)
            end }
            """
        ])
        let words = "decide 'Warehouse sync' orders.read order:1 department=Sales --policies \(folder)"
        var outputs: Set<String> = []
        for limit in ["128", "8192", "unlimited"] {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = ["-c", "ulimit -s \(limit) 2>/dev/null; '\(Program.path)' \(words) 2>&1; echo $?"]
            process.environment = [
                "DEMILUNE_STORE": session.store, "XDG_DATA_HOME": session.keys, "DEMILUNE_AT": "2026-11-22T12:00:00Z",
                "DEMILUNE_TENANT": "3",
            ]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            outputs.insert(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
            process.waitUntilExit()
        }
        #expect(outputs.count == 1 && outputs.first?.hasPrefix("permit") == true, "\(outputs)")
    }
}
