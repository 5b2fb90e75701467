import Foundation
import Model
import Plugins
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// A generated fixture: policies on several kinds of request, plugins in Lua that call plugins, clocks and actors,
/// tenants with settings of their own, and requests at times of all sorts.
struct OracleFixture {
    let set: PolicySet
    let source: PolicySource
    let organisation: Organisation
    let directory: Directory
    let budget = Budget(fuel: PolicyGenerator.fuel)
    /// Another one from seed to seed, so that each path is held to the oracle.
    private let treeOptions: TreeOptions
    private var requests: StoreGenerator

    init(seed: UInt64, policies count: Int = 5) throws {
        treeOptions = TreeOptions(
            memoUse: [.always, .usual, .never][Int(seed % 3)],
            targetUse: [.always, .never, .always, .usual][Int(seed / 3 % 4)])
        var generator = PolicyGenerator(seed: seed, usesPlugins: true)
        let schema = PolicyGenerator.schema
            .replacing("order = {", with: "order = { weight = \"number\", site = \"string\",")
            .replacing("invoice = {", with: "invoice = { weight = \"number\", site = \"string\",")
            .replacing("context = {", with: "context = { client = \"string\",")
            .replacing(
                "[\"orders.approve\"] = \"write\"",
                with: "[\"orders.approve\"] = { kind = \"write\", properties = { level = \"number\" } }")
        var files = [PolicyFile(name: "schema.lua", bytes: Array(schema.utf8))]
        for number in 0..<count {
            files.append(.init(name: "p\(number).lua", bytes: Array(generator.policy().utf8)))
        }
        files.append(.init(name: "ceiling.lua", bytes: Array(Self.ceilingPolicy.utf8)))
        files += PolicyGenerator.libraries.map { .init(name: ExactName($0.key), bytes: Array($0.value.utf8)) }
        let settings = (0..<count).map { number in
            let (odd, many) = (number % 2 == 1, number % 3 == 0)
            return """
                "p\(number)": { "all": { "hard": \(odd) }, "tenants": {
                  "t1": { "limit": \(number * 7), "names": ["orders.read"], "enabled": \(number != 4) },
                  "t2": { "limit": \(60 - number * 7), "hard": \(!odd), "shared": [\(many ? "\"sales\"" : "\"north\"")] } } }
                """
        }
        files.append(.init(name: "settings.json", bytes: Array("{ \(settings.joined(separator: ",\n")) }".utf8)))
        let plugins = PluginLoader.load(Self.plugins)
        #expect(plugins.set.broken.isEmpty, "\(plugins.set.broken)")
        source = PolicySource(path: "p", files: files, plugins: plugins.set)
        let result = PolicySet.load(source)
        #expect(
            !result.diagnostics.contains { $0.severity == .error },
            "seed \(seed): \(result.diagnostics.map(\.description))")
        set = try #require(result.set)
        requests = StoreGenerator(seed: seed, isOfOracle: true)
        organisation = requests.organisation()
        directory = try Directory(organisation)
    }

    mutating func question() -> AuthorizationRequest { requests.question() }
    mutating func ceiling() -> Ceiling? { requests.ceiling() }

    /// A policy that reads every part of a ceiling, and enforces the most of them.
    private static let ceilingPolicy = """
        local policy = { on = { "access", "token.issue", "token.amend", "token.reveal", "token.revoke", "token.list" } }

        local function is_open(ceiling, time)
          return not ceiling:has("opens") or not ceiling:has("closes") or not ceiling:has("weekdays")
            or ceiling.weekdays:contains(time.weekday) and time:between(ceiling.opens, ceiling.closes)
        end

        function policy.decide(r)
          if r:has("beyond_ceiling") then deny("{beyond_ceiling}", { code = "beyond_" .. r.beyond_ceiling }) end
          if r.point ~= "access" then
            if r.actor:has("token") and r.actor.token:has("ceiling") then
              local ceiling = r.actor.token.ceiling
              if not is_open(ceiling, r.time) then deny("closed", { code = "closed" }) end
              if ceiling:has("networks") or ceiling:has("uses") or ceiling:has("purpose") then deny("limited") end
            end
            return
          end
          if not r.token:has("ceiling") then return end
          local ceiling = r.token.ceiling
          if not ceiling:permits(r.action) then deny("above", { code = "above" }) end
          if ceiling:has("permissions") and #ceiling.permissions > 4 then advise("much") end
          if ceiling:has("departments") and r.resource:has("department")
            and not r.resource.department:is_within_any(ceiling.departments) then
            deny("outside", { code = "outside" })
          end
          if ceiling:has("networks") and r.context:has("ip") and not r.context.ip:is_within_any(ceiling.networks) then
            deny("elsewhere", { code = "elsewhere" })
          end
          if ceiling:has("uses") and ceiling.uses > 2 then advise("often") end
          if ceiling:has("purpose") and r.context:has("channel") and r.context.channel ~= ceiling.purpose then
            deny("purpose", { code = "purpose" })
          end
          if not is_open(ceiling, r.time) then deny("closed", { code = "closed" }) end
        end

        return policy
        """

    func oracle() -> Oracle {
        Oracle(policies: set, budget: budget) { [source] in PolicySet.load(source).set }
    }

    func authorizer(_ fault: PlantedFault? = nil) throws -> Decider {
        let authorizer = try Decider(
            policies: set, directory: directory, budget: budget, treeOptions: treeOptions,
            detail: .trace)
        authorizer.authorizer.evaluator.facts.value.plantedFault = fault
        return authorizer
    }

    private static let plugins = PluginSource(
        path: "plugins",
        folders: files.map { name, files in
            .init(
                name: ExactName(name),
                files: files.map { .init(name: ExactName($0.key), bytes: Array($0.value.utf8)) })
        })

    /// Writes the fixture into a folder: policies, plugins, and the organisation as `organisation.json`.
    func write(to folder: URL) throws {
        func write(_ bytes: [UInt8], _ path: String) throws {
            let place = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: place)
        }
        for file in source.files { try write(file.bytes, "policies/\(file.name)") }
        for (plugin, files) in Self.files {
            for (name, text) in files { try write(Array(text.utf8), "plugins/\(plugin)/\(name)") }
        }
        try write(Array(organisation.json.compact.utf8), "organisation.json")
    }

    private static let files = [
        "hours": [
            "plugin.lua": """
            -- The clock.
            return { name = "hours", version = "1", about = "hours", needs = { "zone" }, provides = { functions = {
              -- Whether it is open.
              open = { host = "zone.is_open", with = { "week", "holidays" } },
              -- Whether today is a holiday.
              closed_today = { host = "zone.is_holiday", with = { "holidays" } },
            }, data = {
              -- Hours.
              week = { file = "week.csv", columns = { tenant = "string", weekday = "number", opens = "string", closes = "string" } },
              -- Holidays.
              holidays = { file = "holidays.csv", columns = { tenant = "string", date = "date" } },
            } } }
            """,
            "week.csv": "tenant,weekday,opens,closes\n*,1,07:57,13:01\n*,2,00:00,24:00\n*,4,00:01,01:00\n"
                + "t1,1,08:00,23:59\nt1,7,23:00,24:00\nt1,3,00:00,01:02\n",
            "holidays.csv": "tenant,date\n*,2026-06-08\nt1,2026-06-02\n*,1970-01-01\n",
        ],
        "wrap": [
            "plugin.lua": """
            -- Asks the clock, once removed.
            local hours = use "hours"
            return { name = "wrap", version = "1", about = "once removed", requires = { "hours" }, provides = { functions = {
              -- Whether one may enter.
              may = { takes = { { department = "department" } }, returns = "boolean",
                run = function(d) return hours.open() and d.active end },
              -- Whether nothing is open.
              calm = { takes = { { at = "instant" } }, returns = "boolean",
                run = function(at) return at.minute > 58 or not hours.open() end },
              -- Whether a number is small.
              bounded = { takes = { { n = "number" } }, returns = "boolean",
                run = function(n) return n < 30 or hours.closed_today() end },
              -- Whether a resource is heavy.
              heavy = { takes = { { resource = "resource" } }, returns = "boolean",
                run = function(r) return r.weight > 30 and r.site == "K" end },
              -- Whether an action can be undone.
              gentle = { takes = { { action = "action" } }, returns = "boolean",
                run = function(a) return a == "orders.read" or a:has("soft") and a.soft or a.name:match("^users") ~= nil end },
            } } }
            """
        ],
        "deep": [
            "plugin.lua": """
            -- Asks the clock and others, twice removed.
            local wrap, who = use "wrap", use "who"
            local names = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" }
            return { name = "deep", version = "1", about = "twice removed", requires = { "wrap", "who" }, provides = { functions = {
              -- Whether a token rests.
              quiet = { takes = { { token = "token" } }, returns = "boolean",
                run = function(t) return t.kind == "mobile" or not wrap.may(t.department) end },
              -- The local hour.
              hour = { takes = { { at = "instant" } }, returns = "number", run = function(at) return at.hour end },
              -- The local day of the week.
              day = { takes = { { at = "instant" } }, returns = "string", run = function(at) return names[at.weekday + 0] end },
              -- Whether a boss asks, or anybody while it is open.
              asks = { takes = { { actor = "actor" } }, returns = "boolean",
                run = function(a) return who.boss(a) or a:has("department") and wrap.may(a.department) end },
            }, attributes = {
              token = {
                -- Whether it rests.
                resting = { returns = "boolean", run = function(t) return not wrap.may(t.department) end },
              },
            } } }
            """
        ],
        "who": [
            "plugin.lua": """
            -- Who asks.
            return { name = "who", version = "1", about = "who", provides = { functions = {
              -- Whether it is a boss.
              boss = { takes = { { actor = "actor" } }, returns = "boolean",
                run = function(a) return a.is_operator or a.user_type.id == "manager" end },
              -- Where somebody sits.
              place = { takes = { { actor = "actor" } }, returns = "string",
                run = function(a) if a:has("department") then return a.department.id .. "" end return "nowhere" end },
              -- What somebody is called.
              label = { takes = { { user = "user" } }, returns = "string", run = function(u) return u.name .. "" end },
            } } }
            """
        ],
    ]
}
