/// A generator of policies that load and use everything a policy may, including mistakes at run time: they assign to
/// the request, so that the loader does not see these mistakes.
package struct PolicyGenerator {
    /// Fuel that suffices for every generated policy but one that repeats a text very often.
    package static let fuel = 15_000

    package static let schema = """
        return {
          actions = { ["orders.read"] = { kind = "read", properties = { format = optional "string", rows = optional "number" } },
                      ["orders.approve"] = "write",
                      ["orders.delete"] = { kind = "delete", on = { "order" },
                                            properties = { soft = optional "boolean", rows = optional "number" } },
                      ["users.update"] = "admin" },
          resources = {
            order = { department = optional "department", amount = optional "number", owner = optional "user",
                      note = optional "string", tags = list "string", teams = list "department", due = optional "date",
                      opens = optional "time", age = optional "duration", subnet = optional "network",
                      place = optional { country = "string", at = { gate = optional "number", open = optional "boolean" } },
                      labels = map "string", quota = optional(map("number", one_of { "cpu", "disk" })),
                      parts = list { name = "string", weight = optional "number", spare = optional "boolean",
                                     team = optional "department" },
                      size = optional(list("number", 2)), grade = optional(one_of { "a", "b", "c" }) },
            invoice = { amount = "number", place = optional { country = "string" } } },
          context = { mfa = optional "boolean", ip = optional "ip", channel = optional "string", at = optional "instant",
                      device = optional { os = optional(one_of { "ios", "web" }), trusted = optional "boolean" } },
          subjects = { service = { roles = list "string", level = optional "number" } },
        }
        """

    private static let heads = [
        #"on = "access", grants = { "*" }"#, #"on = "access", grants = { "*" }"#, #"on = "access""#,
        #"on = "access", grants = { "orders.*" }"#, #"on = "access", grants = { "*" }, mode = "observe""#,
        #"on = { "access", "token.reveal" }, grants = { "*" }"#,
        #"on = { "token.reveal", "token.list", "token.amend", "token.revoke" }, grants = { "*" }"#,
        #"on = { "token.issue", "token.amend" }, grants = { "*" }"#,
        #"on = "access", subject = "any", grants = { "*" }"#, #"on = "access", subject = "service", grants = { "*" }"#,
    ]

    /// True when policies use the plugins of `OracleFixture`, and read the properties that its schema requires.
    private let usesPlugins: Bool
    private var random: Numbers

    package init(seed: UInt64, usesPlugins: Bool = false) {
        random = Numbers(seed: seed)
        self.usesPlugins = usesPlugins
    }

    package mutating func policy() -> String {
        let head = random.pick(Self.heads)
        let kind: Kind
        if head.contains("\"service\"") || head.contains("\"any\"") {
            kind = .external
        } else if head.contains("token.issue") {
            kind = .proposed
        } else {
            kind = head.contains("token.") ? (head.contains("access") ? .token : .acted) : .access
        }
        let state = random.chance(10)
        let counting = usesPlugins && random.chance(15)
        return """
            \(usesPlugins ? "local hours, wrap, deep, who = use \"hours\", use \"wrap\", use \"deep\", use \"who\"" : "")
            \(usesPlugins ? "local checks, words = use \"lib.checks\", use \"lib.words\"" : "")
            \(counting ? "local counted = use \"lib.counted\"" : "")
            local config = settings { hard = false, limit = 50, months = 6, shared = list "department", names = list "string",
              open_from = time "07:00", most = duration "PT36H", offices = list { network "10.0.0.0/8", network "2001:db8::/32" },
              freeze = list { date "2026-06-01", date "2026-06-03" }, until_day = date "2026-06-02" }
            local start = instant "2026-05-30T00:00:00+01:00"
            local wide <const> = { a = "north", b = "sales" }
            \(state ? "local seen = {}" : "")
            local function tagged(r, name)
              for _, tag in ipairs(r.resource.tags) do if tag == name then return true end end
              return false
            end
            local function labelled(r, name)
              for key, value in pairs(r.resource.labels) do if key == name and value ~= "" then return true end end
              return false
            end
            local function repeated(text, n) local s = "" for i = 1, n do s = s .. text end return s end
            local policy = { \(head) }
            function policy.decide(r) r = r
              \(counting ? "if counted.next() > 1 or counted.next() ~= 2 then deny(\"counted on\") end" : "")
              \(state ? "seen[#seen + 1] = true if #seen > 1 then deny(\"remembered\") end" : "")
            \(statements(kind, depth: 3))
            end
            return policy
            """
    }

    private enum Kind {
        case access, token, acted, proposed, external
    }

    private mutating func statements(_ kind: Kind, depth: Int) -> String {
        (0..<(1 + random.below(3))).map { _ in statement(kind, depth: depth) }.joined(separator: "\n")
    }

    private mutating func statement(_ kind: Kind, depth: Int) -> String {
        switch random.below(depth == 0 ? 5 : 12) {
        case 0: return "permit(\"{request.action} is fine\")"
        case 1:
            return random.chance(50)
                ? "deny(\"no\", { code = \"c\(random.below(3))\" })" : "deny(\"no {request.action}\")"
        case 2:
            let on = random.chance(40) ? ", on = \"deny\"" : ""
            return "oblige(\"\(random.pick(["log", "mask"]))\", { level = \(random.below(3)), at = r.time\(on) })"
        case 3: return "advise(\"later\", { until_day = r.date:plus { months = config.months } })"
        case 4:
            return random.chance(5) ? "error(\"boom\" .. r.action)" : "do local n = \(random.below(9)) n = n + 1 end"
        case 5: return "if \(condition(kind)) then return end"
        case 6:
            return
                "for i = 1, \(1 + random.below(3)) do if \(condition(kind)) then \(statement(kind, depth: 0)) break end end"
        default:
            let other = random.chance(40) ? "else \(statements(kind, depth: depth - 1))" : ""
            return "if \(condition(kind)) then \(statements(kind, depth: depth - 1)) \(other) end"
        }
    }

    private mutating func condition(_ kind: Kind) -> String {
        let one = atom(kind)
        switch random.below(5) {
        case 0: return "not (\(one))"
        case 1: return "(\(one)) and (\(atom(kind)))"
        case 2: return "(\(one)) or (\(atom(kind)))"
        default: return one
        }
    }

    private mutating func atom(_ kind: Kind) -> String {
        if usesPlugins, random.chance(40) { return plugged(kind) }
        return switch kind {
        case .access: random.chance(50) ? resource() : random.chance(60) ? token("r.token") : common()
        case .token: random.chance(60) ? token("r.token") : common()
        case .acted: random.chance(40) ? actor("r.token") : random.chance(60) ? token("r.token") : common()
        case .proposed: random.chance(40) ? actor("r.proposed") : random.chance(60) ? token("r.proposed") : common()
        case .external: random.chance(50) ? resource() : random.chance(30) ? external() : common()
        }
    }

    private mutating func common() -> String {
        random.pick([
            "r.action == \"orders.read\"", "r.action_kind == \"write\"", "config.hard", "r.point == \"access\"",
            "r.tenant == \"t1\"", "r.time.hour < 12", "r.date.weekday >= 6", "(\"x\" .. r.action) == \"xorders.read\"",
            "string.find(r.action, \"^orders\") ~= nil", "config.limit > 20", "#config.names > 0", "#r.action == 11",
            "config.names:contains(r.action)", "r.action:match(\"^orders%.(%a+)\") == \"read\"", "r.action:len() > 11",
            "r.action < \"orders.k\"", "r.context:has(\"ip\") and r.context.ip:is_within(\"10.0.0.0/8\")",
            "r.context:has(\"ip\") and r.context.ip:is_within_any { \"192.168.1.7/32\", \"2001:db8::/32\", \"10.1.0.0/16\" }",
            "r.context:has(\"ip\") and r.context.ip:is_within(r.action)",
            "r.action:has(\"soft\") and r.action.soft", "r.action ~= \"orders.delete\" or r.action.soft",
            "r.action:declares(\"rows\")",
            "r.action:declares(\"soft\") and not r.action:has(\"soft\")", "r.action.name == \"orders.delete\"",
            "r.action:has(\"rows\") and r.action.rows > config.limit",
            "r.action:has(\"rows\") and r.action.rows * 2 > \(random.below(100))",
            "r.action:has(\"format\") and r.action.format == \"csv\"", "r.action.name == r.action",
            "r.action:has(\"format\") and r.action.format:upper() == \"CSV\"", "r.action:has(\"name\")",
            "r.context:has(\"ip\") and r.context.ip:is_within_any(config.offices)",
            "r.context:has(\"ip\") and r.context.ip:is_within(network \"10.1.0.0/16\")",
            "r.context:has(\"ip\") and r.context.ip == ip \"10.1.2.3\"",
            "r.time:between(\"06:00\", \"18:30\")", "r.time:between(config.open_from, \"05:00\")",
            "r.time.time_of_day < config.open_from", "r.time.second < 30", "r.date >= config.until_day",
            "config.freeze:contains(r.date)", "r.time - start > duration { days = \(random.below(9)) }",
            "r.date - date \"2026-05-11\" >= duration \"P21D\"", "(r.time - start).hours > \(random.below(90))",
            "r.time + config.most > instant \"2026-06-03T00:00:00Z\"", "r.time - config.most < start",
            "r.time:plus { seconds = \(random.below(90)) }.minute == 0",
            "(r.time - start) + config.most > duration \"PT90M\"",
        ])
    }

    private mutating func resource() -> String {
        let limit = random.below(100)
        return random.pick(
            [
                "r.resource:has(\"department\")", "r.resource:has(\"amount\") and r.resource.amount > \(limit)",
                "r.resource:has(\"amount\") and r.resource.amount <= config.limit",
                "r.resource:has(\"amount\") and r.resource.amount * 2 > \(limit)",
                "r.resource:has(\"note\") and r.resource.note == \"urgent\"",
                "r.resource:has(\"note\") and string.match(r.resource.note, \"^u\") ~= nil",
                "r.resource:has(\"note\") and r.resource.note:upper() == \"URGENT\"",
                "r.resource:has(\"owner\") and r.resource.owner.active", "r.resource.type == \"order\"",
                "r.resource:has(\"owner\") and wide[r.resource.owner.id] == nil",
                "r.resource:has(\"department\") and config.shared:contains(r.resource.department)",
                "r.resource:has(\"department\") and r.resource.department:is_within_any(config.shared)",
                "r.resource:has(\"department\") and r.resource.department.depth > 0",
                "r.resource:has(\"department\") and r.resource.department:has(\"parent\") and r.resource.department.parent.name == \"Sales\"",
                "r.resource:has(\"due\") and r.resource.due < r.date:plus { days = \(limit) }",
                "r.resource:has(\"due\") and r.resource.due - r.date > duration { days = \(limit) }",
                "r.resource:has(\"due\") and (r.resource.due - r.date).days > \(limit)",
                "r.resource:has(\"due\") and r.resource.due - r.date > config.most",
                "r.resource:has(\"due\") and r.resource.due == date \"2026-06-15\"",
                "r.resource:has(\"opens\") and r.resource.opens < time \"08:00\"",
                "r.resource:has(\"opens\") and r.time:between(r.resource.opens, \"12:00\")",
                "r.resource:has(\"opens\") and r.resource.opens:between(\"22:00\", config.open_from)",
                "r.resource:has(\"opens\") and r.resource.opens:between(\"06:00\", \"21:00\")",
                "r.resource:has(\"opens\") and r.resource.opens.hour > 5",
                "r.resource:has(\"age\") and r.resource.age > config.most", "r.resource.age <= duration \"P3D\"",
                "r.resource:has(\"age\") and r.time - r.resource.age < start",
                "r.resource:has(\"subnet\") and r.context:has(\"ip\") and r.context.ip:is_within(r.resource.subnet)",
                "r.resource:has(\"subnet\") and r.resource.subnet:is_within(\"10.0.0.0/8\")",
                "r.resource:has(\"subnet\") and r.resource.subnet:is_within_any(config.offices)",
                "r.resource:has(\"subnet\") and r.resource.subnet == network \"10.1.0.0/16\"",
                "r.context:has(\"mfa\") and r.context.mfa",
                "r.context:has(\"channel\") and r.context.channel == \"web\"",
                "r.context:has(\"channel\") and #(r.context.channel .. \"\") > 3",
                "r.context:has(\"channel\") and #r.context.channel > 3", "#r.context.channel > 3",
                "r.resource:has(\"note\") and #r.resource.note == 6", "#r.resource.id == 1", "#r.resource.type < 6",
                "r.context:has(\"at\") and r.context.at < r.time", "r.resource.id == \"7\"",
                "r.resource:has(\"place\") and r.resource.place.country == \"de\"",
                "r.resource.place.country == \"at\"",
                "r.resource:has(\"place\") and r.resource.place:has(\"at\") and r.resource.place.at:has(\"gate\") and r.resource.place.at.gate > \(limit / 10)",
                "r.resource:has(\"place\") and r.resource.place:has(\"at\") and r.resource.place.at.open",
                "r.context:has(\"device\") and r.context.device:has(\"trusted\") and r.context.device.trusted",
                "r.context.device.os == \"ios\"",
                "r.context:has(\"device\") and r.context.device:has(\"os\") and r.context.device.os == \"web\"",
                "r.resource.type == \"order\" and r.resource.labels:has(\"env\") and r.resource.labels:get(\"env\") == \"prod\"",
                "r.resource.type == \"order\" and r.resource.labels:get(\"team\") == \"core\"",
                "r.resource.type == \"order\" and r.resource.labels:has(r.action)",
                "r.resource.type == \"order\" and #r.resource.labels > 1",
                "r.resource.type == \"order\" and labelled(r, \"env\")",
                "r.resource:has(\"quota\") and r.resource.quota:has(\"cpu\") and r.resource.quota:get(\"cpu\") > 2",
                "r.resource.type == \"order\" and r.resource.parts:any(function(p) return p.name == \"bolt\" end)",
                "r.resource.type == \"order\" and r.resource.parts:all(function(p) return p:has(\"weight\") and p.weight < \(limit) end)",
                "r.resource.type == \"order\" and r.resource.parts:any(function(p) return p.spare end)",
                "r.resource.type == \"order\" and r.resource.parts:any(function(p) return p:has(\"team\") and p.team:is_within_any(config.shared) end)",
                "r.resource.type == \"order\" and r.resource.parts[1].name == \"nut\"",
                "r.resource.type == \"order\" and #r.resource.parts >= 2 and r.resource.parts[2]:has(\"spare\")",
                "r.resource.type == \"order\" and #r.resource.tags >= 1 and r.resource.tags[1] == \"hot\"",
                "r.resource.type == \"order\" and r.resource.tags[2] == \"cold\"",
                "r.resource:has(\"size\") and r.resource.size[2] > \(limit / 10)",
                "r.resource:has(\"grade\") and r.resource.grade == \"a\"",
                "r.resource:has(\"ip\")", "r.context.mfa", "r.resource.amount > \(limit)",
                "r.resource.type == \"order\" and tagged(r, \"hot\")",
                "r.resource.type == \"order\" and #r.resource.tags > 1",
                "r.resource.type == \"order\" and r.resource.tags:contains(\"hot\")",
                "r.resource:has(\"amount\") and #repeated(\"x\", r.resource.amount * 500) > 9",
            ].filter { !$0.contains("\"ip\"") })
    }

    private mutating func token(_ token: String) -> String {
        random.pick(
            [
                "\(token).kind == \"mobile\"", "\(token):can(\"orders.read\")", "\(token):can(r.action)",
                "\(token):can_any { \"orders.read\", \"users.update\" }",
                "\(token):can_all { \"orders.read\", \"orders.approve\" }",
                "\(token).department.name == \"Sales\"", "\(token).user.name == \"anna\"",
                "\(token).user_type.id == \"clerk\"",
                "\(token).user:permits(\"orders.read\")", "\(token).user_type:permits(\"orders.delete\")",
                "\(token).department:has(\"parent\")", "\(token):meets(\(token).department)",
                "\(token).last_day > \(token).created.date:plus { months = config.months }",
                "\(token).expires < r.time:plus { days = \(random.below(400)) }", "\(token):has(\"dormant_since\")",
                "r.time - \(token).created > duration { days = \(random.below(400)) }",
                "\(token).expires - \(token).created < config.most",
                "(\(token).expires - r.time).days > \(random.below(400))",
                "\(token).created.time_of_day >= time \"12:00\"", "\(token).created:between(\"22:00\", \"06:00\")",
                "\(token):has(\"last_active\") and \(token).last_active - \(token).created > duration \"PT1H\"",
                "\(token).last_day <= config.until_day",
                "\(token):has(\"description\") and \(token).description == \"orders\"", "\(token):has(\"contact\")",
                "\(token):has(\"contact\") and \(token).contact == \"ops\"",
                "\(token):has(\"name\") and \(token).name == \"one\"", "#\(token).user.email > 12",
                "\(token).department.active and not config.hard", "\(token).created.year == 2026",
                "\(token).department.parent.id == \"sales\"",
                "\(token):has(\"ceiling\")",
                "\(token):has(\"ceiling\") and \(token).ceiling:permits(\"orders.read\")",
                "\(token):has(\"ceiling\") and \(token).ceiling:has(\"departments\") and \(token).department:is_within_any(\(token).ceiling.departments)",
                "string.len(\(token).user.email) > 12", "#\(token).department.name == 5",
            ])
    }

    private mutating func actor(_ object: String) -> String {
        random.pick([
            "r.actor.is_operator", "r.actor:can(\"users.update\")", "r.actor:covers(\(object))",
            "r.actor:has(\"user\") and r.actor.user == \(object).user", "r.actor:has(\"token\")",
            "r.actor:has(\"department\") and \(object).department:is_within(r.actor.department)",
            "r.actor:can_any { \"orders.delete\", \"users.update\" }",
        ])
    }

    /// The libraries that policies with plugins use; `lib.words` uses another one, and a plugin.
    package static let libraries = [
        "lib/checks.lua": """
        -- Checks of resources.
        local checks = { limit = 40, sales = { "sales", "north" } }
        function checks.above(resource, limit) return resource:has("amount") and resource.amount > limit end
        function checks.tagged(resource, name)
          for _, tag in ipairs(resource.tags) do if tag == name then return true end end
          return false
        end
        function checks.amount(resource) if resource:has("amount") then return resource.amount end error("no amount") end
        function checks.each(list, f) for _, x in ipairs(list) do f(x) end end
        return checks
        """,
        "lib/words.lua": """
        -- Words of requests.
        local checks, hours = use "lib.checks", use "hours"
        local function first(text) return text:match("^%a+") end
        return {
          group = function(request) return first(request.action) end,
          large = function(request) return checks.above(request.resource, checks.limit) or hours.open() end,
          shout = function(resource) return resource.note:upper() end,
        }
        """,
        "lib/counted.lua": """
        -- A library that would remember.
        local n = 0
        return { next = function() n = n + 1 return n end }
        """,
    ]

    /// A condition on functions of plugins, of plugins that those call, on functions of libraries, or on the required
    /// properties of every request.
    private mutating func plugged(_ kind: Kind) -> String {
        let common = [
            "words.group(r) == \"orders\"", "words.group(r) ~= nil",
            "hours.open()", "hours.closed_today()", "wrap.calm(r.time)", "deep.hour(r.time) > 11",
            "wrap.bounded(config.limit)", "deep.day(r.time) == \"Sunday\"",
        ]
        let required = [
            "r.resource.weight > 5", "r.context.client == \"web\"", "r.context.client == \"caf\u{e9}\"",
            "r.resource.site == \"K\"", "wrap.heavy(r.resource)", "wrap.gentle(r.action)",
            "r.action == \"orders.approve\" and r.action.level > 4", "r.resource.weight <= config.limit",
            "checks.above(r.resource, config.limit)", "checks.amount(r.resource) > 20", "words.large(r)",
            "words.shout(r.resource) == \"URGENT\"",
            "r.resource.type == \"order\" and checks.tagged(r.resource, \"hot\")",
        ]
        let token = [
            "wrap.may(r.token.department)", "deep.quiet(r.token)", "who.label(r.token.user) == \"anna\"",
            "r.token.resting", "who.label(r.token.user) == r.action",
        ]
        let actor = ["who.boss(r.actor)", "deep.asks(r.actor)", "who.place(r.actor) == \"sales\""]
        return switch kind {
        case .access: random.pick(common + required + token)
        case .token: random.pick(common + required + token)
        case .acted: random.pick(common + token + actor + actor)
        case .proposed: random.pick(common + actor + actor)
        case .external: random.pick(common + required)
        }
    }

    private mutating func external() -> String {
        random.pick(["r.subject.id == \"s1\"", "r.subject.type == \"service\""])
    }
}
