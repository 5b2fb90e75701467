import Decisions
import Engine
import Model
import Plugins
import Policies
import TestSupport
import Testing

/// The shipped plugin `relations` against a fixpoint that is computed by sets.
@Suite struct RelationsTests {
    /// A relation of an object: `group:3#member`.
    private struct Relation: Hashable {
        let type: String
        let object: String
        let relation: String
    }

    private struct Rule {
        let rule: String
        var of = ""
        var through = ""
        var users: [String] = []
    }

    /// A random store: positive relations, which may form cycles, and relations with `only` and `but_not` over them.
    private struct Store {
        var model: [String: [(relation: String, rules: [Rule])]] = [:]
        var tuples: [(user: String, userID: String, userRelation: String, on: Relation)] = []
        let users = ["a", "b", "c"]
        let objects = ["1", "2", "3"]

        init(_ numbers: inout Numbers) {
            let types = ["group", "doc"]
            let positive = ["p0", "p1", "p2"]
            let forms = ["user", "user:*"] + types.flatMap { type in positive.map { "\(type)#\($0)" } }
            for type in types {
                var relations = [("up", [Rule(rule: "direct", users: types)])]
                for name in positive {
                    var rules = [
                        Rule(rule: "direct", users: ["user"] + forms.dropFirst().filter { _ in numbers.chance(60) })
                    ]
                    if numbers.chance(50) { rules.append(Rule(rule: "also", of: numbers.pick(positive))) }
                    if numbers.chance(50) {
                        rules.append(Rule(rule: "from", of: numbers.pick(positive), through: "up"))
                    }
                    if numbers.chance(20) { rules.append(Rule(rule: "only", of: numbers.pick(positive))) }
                    relations.append((name, rules))
                }
                for name in ["t0", "t1"] {
                    var rules = [Rule(rule: "also", of: numbers.pick(positive))]
                    if numbers.chance(50) {
                        rules.append(Rule(rule: "from", of: numbers.pick(positive), through: "up"))
                    }
                    if numbers.chance(40) { rules.append(Rule(rule: "only", of: numbers.pick(positive))) }
                    if numbers.chance(70) { rules.append(Rule(rule: "but_not", of: numbers.pick(positive))) }
                    relations.append((name, rules))
                }
                model[type] = relations
            }
            for _ in 0..<(6 + numbers.below(20)) {
                let on = Relation(
                    type: numbers.pick(types), object: numbers.pick(objects), relation: numbers.pick(positive + ["up"]))
                if on.relation == "up" {
                    tuples.append((numbers.pick(types), numbers.pick(objects), "", on))
                } else if numbers.chance(50) {
                    tuples.append(("user", numbers.chance(15) ? "*" : numbers.pick(users), "", on))
                } else {
                    tuples.append((numbers.pick(types), numbers.pick(objects), numbers.pick(positive), on))
                }
            }
        }

        var files: [String: String] {
            var rows = ["type,relation,rule,of,through,users"]
            for (type, relations) in model {
                for (relation, rules) in relations {
                    rows += rules.map {
                        "\(type),\(relation),\($0.rule),\($0.of),\($0.through),\($0.users.joined(separator: ";"))"
                    }
                }
            }
            let lines = tuples.map { "\($0),\($1),\($2),\($3.relation),\($3.type),\($3.object)" }
            let head = "user_type,user_id,user_relation,relation,object_type,object_id"
            return [
                "model.csv": rows.joined(separator: "\n") + "\n",
                "tuples.csv": ([head] + lines).joined(separator: "\n") + "\n",
            ]
        }

        /// The users of every relation, grown until nothing is added; relations with `but_not` come last.
        func holders() -> [Relation: Set<String>] {
            var sets: [Relation: Set<String>] = [:]
            func grow(_ names: Set<String>) {
                var isGrowing = true
                while isGrowing {
                    isGrowing = false
                    for (type, relations) in model {
                        for (name, rules) in relations where names.contains(name) {
                            for object in objects {
                                let key = Relation(type: type, object: object, relation: name)
                                let next = users(of: key, rules, sets)
                                if next != sets[key, default: []] { (sets[key], isGrowing) = (next, true) }
                            }
                        }
                    }
                }
            }
            grow(["p0", "p1", "p2"])
            grow(["t0", "t1"])
            return sets
        }

        private func users(of key: Relation, _ rules: [Rule], _ sets: [Relation: Set<String>]) -> Set<String> {
            func same(_ name: String) -> Set<String> {
                sets[Relation(type: key.type, object: key.object, relation: name), default: []]
            }
            var found: Set<String> = []
            for rule in rules {
                switch rule.rule {
                case "also": found.formUnion(same(rule.of))
                case "from":
                    let up = Relation(type: key.type, object: key.object, relation: rule.through)
                    for tuple in tuples where tuple.on == up {
                        found.formUnion(
                            sets[Relation(type: tuple.user, object: tuple.userID, relation: rule.of), default: []])
                    }
                case "direct":
                    for tuple in tuples where tuple.on == key {
                        if tuple.user != "user" {
                            guard rule.users.contains("\(tuple.user)#\(tuple.userRelation)") else { continue }
                            found.formUnion(
                                sets[
                                    Relation(type: tuple.user, object: tuple.userID, relation: tuple.userRelation),
                                    default: []])
                        } else if tuple.userID == "*" {
                            if rule.users.contains("user:*") { found.formUnion(users) }
                        } else if rule.users.contains("user") {
                            found.insert(tuple.userID)
                        }
                    }
                default: break
                }
            }
            for rule in rules where rule.rule == "only" { found.formIntersection(same(rule.of)) }
            for rule in rules where rule.rule == "but_not" { found.subtract(same(rule.of)) }
            return found
        }
    }

    private static let policy = """
        local relations = use "relations"
        return { on = "access", grants = { "*" }, decide = function(request)
          local c = request.context
          if relations.check(c.kind, c.object, c.relation, "user", c.user) then permit() end
        end }
        """

    private static let schema = """
        return {
          actions = { look = "read" },
          context = { kind = "string", object = "string", relation = "string", user = "string" },
        }
        """

    private func decider(_ files: [String: String]) throws -> Decider {
        var files = files
        let plugin = try Fixtures.read("plugins/relations/plugin.lua")
        files["plugin.lua"] = String(decoding: plugin, as: UTF8.self)
        let loaded = PluginFixture.load(["relations": files])
        let source = PolicySource(
            path: "p",
            files: [
                .init(name: "a.lua", bytes: Array(Self.policy.utf8)),
                .init(name: "schema.lua", bytes: Array(Self.schema.utf8)),
            ], plugins: loaded.set)
        let set = try Fixtures.load(source)
        return try Decider(policies: set, directory: PluginFixture.directory())
    }

    private func question(_ key: Relation, _ user: String) -> AuthorizationRequest {
        let members = [
            JSON.Member("kind", .string(key.type)), .init("object", .string(key.object)),
            .init("relation", .string(key.relation)), .init("user", .string(user)),
        ]
        return AuthorizationRequest(
            action: "look", subject: .token(PluginFixture.token.description), context: .object(members),
            now: Instant("2026-06-01T12:00:00Z")!)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `every relation has the users of the fixpoint`(seed: UInt64) throws {
        var numbers = Numbers(seed: seed)
        let store = Store(&numbers)
        let decider = try decider(store.files)
        let holders = store.holders()
        var (yes, no) = (0, 0)
        for (type, relations) in store.model {
            for (name, _) in relations where name != "up" {
                for object in store.objects {
                    let key = Relation(type: type, object: object, relation: name)
                    // Each is asked again: answers are kept.
                    for user in store.users + store.users {
                        let decision = try decider.decide(question(key, user))
                        #expect(decision.failures.isEmpty, "\(decision)")
                        let holds = holders[key, default: []].contains(user)
                        #expect(decision.isPermitted == holds, "\(key) \(user) \(store.files)")
                        if holds { yes += 1 } else { no += 1 }
                    }
                }
            }
        }
        #expect(yes > 0 && no > 0)
    }

    @Test func `what is defined by its own absence fails`() throws {
        let files = [
            "model.csv":
                "type,relation,rule,of,through,users\ndoc,p,direct,,,user\ndoc,p,but_not,q,,\ndoc,q,also,p,,\n",
            "tuples.csv": "user_type,user_id,user_relation,relation,object_type,object_id\nuser,a,,p,doc,1\n",
        ]
        let decision = try decider(files).decide(question(Relation(type: "doc", object: "1", relation: "p"), "a"))
        #expect(decision.failures.first?.message.contains("defined by its own absence") == true, "\(decision)")
    }

    @Test func `a chain that is too long fails`() throws {
        let groups = (1...30).map { "group,\($0),member,member,group,\($0 - 1)" }.joined(separator: "\n")
        let files = [
            "model.csv": "type,relation,rule,of,through,users\ngroup,member,direct,,,user;group#member\n",
            "tuples.csv":
                "user_type,user_id,user_relation,relation,object_type,object_id\n\(groups)\nuser,a,,member,group,20\n",
        ]
        let decider = try decider(files)
        let near = try decider.decide(question(Relation(type: "group", object: "0", relation: "member"), "a"))
        #expect(near.isPermitted, "\(near)")
        let far = try decider.decide(question(Relation(type: "group", object: "0", relation: "member"), "b"))
        #expect(far.failures.first?.message.contains("more than 25") == true, "\(far)")
    }

    @Test(arguments: [
        ("doc,p,direct,,,", "row 1: the rule `direct` needs `users`"),
        ("doc,p,direct,q,,user", "row 1: the rule `direct` has no `of`"),
        ("doc,p,also,,,", "row 1: the rule needs `of`"),
        ("doc,p,also,q,,", "row 1: `doc` has no relation `q`, which `of` names"),
        ("doc,p,also,p,,user", "row 1: the rule `also` has no `users`"),
        ("doc,p,allso,p,,", "row 1: `allso` is no rule (did you mean `also`?)"),
        ("doc,p,direct,,,group#member", "row 1: the model has no relation `group#member`, which `users` names"),
        ("doc,p,direct,,,user\ndoc,q,from,p,,", "row 2: the rule needs `through`"),
        ("doc,up,direct,,,doc\ndoc,q,from,none,up,", "row 2: nothing that `up` leads to has the relation `none`"),
        ("doc,p,direct,,,user\ndoc,q,from,p,q,", "row 2: nothing that `q` leads to has the relation `p`"),
    ])
    func `a model that says nothing clear does not load`(rows: String, message: String) throws {
        let plugin = try Fixtures.read("plugins/relations/plugin.lua")
        let loaded = PluginFixture.load([
            "relations": [
                "plugin.lua": String(decoding: plugin, as: UTF8.self),
                "model.csv": "type,relation,rule,of,through,users\n\(rows)\n",
                "tuples.csv": "user_type,user_id,user_relation,relation,object_type,object_id\n",
            ]
        ])
        #expect(loaded.faults.first?.message.contains("`model`, \(message)") == true, "\(loaded.faults)")
    }
}
