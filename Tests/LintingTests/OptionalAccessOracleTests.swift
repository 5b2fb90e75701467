import Decisions
import Engine
import Model
import Policies
import TestSupport
import Testing

@testable import Linting

/// A policy in which no read is reported never fails because a value is absent.
@Suite struct OptionalAccessOracleTests {
    private static let schema = """
        return {
          actions = {
            look = "read", run = { kind = "write", on = { "pod", "secret" }, properties = { mode = "string" } },
            mount = { kind = "write", on = { "volume" }, properties = { mode = "string", force = optional "boolean" } },
          },
          resources = {
            pod = { image = "string", node = "string", label = optional "string", tags = list "string",
                    labels = map "string", spec = { image = "string", label = optional "string",
                                                    place = optional { node = "string", zone = optional "string" } } },
            volume = { size = "number", node = "string", label = optional "string", tags = list "string",
                       spec = { size = "number", label = optional "string" } },
            secret = {},
          },
        }
        """

    /// Writes conditions on the type of a resource, and reads of its properties.
    private struct Writer {
        var numbers: Numbers
        /// True when it also writes conditions on the action, and reads of its properties.
        let usesActions: Bool
        /// True when it writes reads of records inside records, of elements of lists and of values of maps.
        let usesParts: Bool
        /// The number of local functions so far.
        var helpers = 0
        var text = ""

        mutating func read() -> String {
            if usesParts, numbers.chance(80) {
                return numbers.pick([
                    "r.spec.image == 'a'", "r.spec.size > 1", "r.spec.label == 'a'", "r.spec.place.node == 'a'",
                    "r.spec.place.zone == 'a'", "r.tags[1] == 'a'", "r.tags[2] ~= 'a'", "r.labels:get('k') == 'a'",
                    "r.tags:any(function(t) return t == 'a' end)",
                ])
            }
            return numbers.pick(["r.image == 'a'", "r.node == 'a'", "r.size > 1", "r.label == 'a'"])
        }

        /// Tests of presence, and at times a read after them.
        private mutating func aboutParts() -> String {
            let guards = (0...numbers.below(3)).map { _ in presence() }.joined(separator: " and ")
            if numbers.chance(40) { return guards }
            return numbers.chance(60) ? "\(numbers.pick(Self.guarded)) and \(guards)" : "\(guards) and \(read())"
        }

        private static let guarded = [
            "r.type == 'pod' and r.spec.image == 'a'", "r.type == 'volume' and r.spec.size > 1",
            "r.type == 'pod' and r.spec:has('place') and r.spec.place.node == 'a'",
            "r.type == 'pod' and r.labels:has('k') and r.labels:get('k') == 'a'",
            "r.type ~= 'secret' and #r.tags >= 2 and r.tags[2] == 'a'", "r:has('spec') and not r.spec:has('image')",
            "r:has('spec') and r.spec:has('label') and r.spec.label == 'a'",
            "r:has('spec') and r.spec:has('size') and r.spec.size > 1",
        ]

        private mutating func presence() -> String {
            let name = numbers.pick(["image", "size", "label"])
            return numbers.pick([
                "r:has('spec')", "not r:has('spec')", "r:declares('labels')", "r.type == 'pod'", "r.type ~= 'secret'",
                "r.type == 'volume'", "r:has('spec') and r.spec:has('\(name)')", "r:has('tags') and #r.tags > 1",
                "r:has('spec') and not r.spec:has('\(name)')", "r:has('labels') and not r.labels:has('k')",
                "r:has('spec') and r.spec:has('place') and not r.spec.place:has('zone')",
                "r:has('tags') and #r.tags ~= 1",
            ])
        }

        private mutating func aboutAction() -> String {
            let action = numbers.pick(["look", "run", "mount"])
            return numbers.pick([
                "a == '\(action)'", "a ~= '\(action)'", "request.action.name == '\(action)'", "a:has('force')",
                "not a:has('mode')", "a:declares('mode')", "not a:declares('force')", "a.mode == 'x'", "a.force",
                "a.mode ~= 'y'",
            ])
        }

        mutating func condition(_ depth: Int) -> String {
            if depth == 0 || numbers.chance(30) {
                if usesActions, numbers.chance(50) { return aboutAction() }
                if usesParts { return aboutParts() }
                let type = numbers.pick(["pod", "volume", "secret"])
                let property = numbers.pick(["image", "node", "size", "label"])
                return numbers.pick([
                    "r.type == '\(type)'", "r.type ~= '\(type)'", "kind == '\(type)'", "r:has('\(property)')",
                    "r:declares('\(property)')", "not r:has('\(property)')", read(), read(),
                ])
            }
            let (one, other) = (condition(depth - 1), condition(depth - 1))
            return numbers.pick(["(\(one) and \(other))", "(\(one) or \(other))", "not (\(one))"])
        }

        mutating func statements(_ depth: Int) -> String {
            (0..<2).map { _ in statement(depth) }.joined(separator: "\n")
        }

        private mutating func statement(_ depth: Int) -> String {
            switch numbers.below(depth == 0 ? 2 : 6) {
            case 0: return "if \(condition(1)) then return end"
            case 1: return "if \(condition(2)) then deny('a') end"
            case 2: return "if \(condition(1)) then\n\(statements(depth - 1))\nelse\n\(statements(depth - 1))\nend"
            case 3:
                helpers += 1
                let name = "f\(helpers)"
                let body = condition(1)
                let call = numbers.chance(60) ? "\(condition(1)) and \(name)()" : "\(name)()"
                return "local function \(name)() return \(body) end\nif \(call) then deny('b') end"
            case 4: return "while \(condition(1)) do\n\(statements(depth - 1))\nbreak\nend"
            default: return "local c\(depth) = \(condition(1))\nif c\(depth) then\n\(statements(depth - 1))\nend"
            }
        }
    }

    @Test(arguments: ["types", "actions", "parts"])
    func `where no read is reported, no read fails`(about: String) throws {
        let (usesActions, usesParts) = (about == "actions", about == "parts")
        var resources: [AuthorizationRequest.Resource] = []
        for label in [[JSON.Member("label", .string("b"))], []] {
            for name in ["a", "b"] {
                let (image, node) = (JSON.Member("image", .string(name)), JSON.Member("node", .string(name)))
                let size = JSON.Member("size", .integer(name == "a" ? 1 : 2))
                let isWhole = name == "a"
                func tags(_ count: Int) -> JSON.Member {
                    .init("tags", .array([JSON](repeating: .string("a"), count: count)))
                }
                let zone = isWhole ? [JSON.Member("zone", .string("a"))] : []
                let place = JSON.Member("place", .object([node] + zone))
                let spec = JSON.Member("spec", .object([image] + label + (label.isEmpty == isWhole ? [place] : [])))
                let labels = JSON.Member("labels", .object(isWhole ? [.init("k", .string("a"))] : []))
                let pod = [image, node, spec, labels, tags(isWhole ? 2 : 0)] + label
                let volume = [size, node, tags(1), .init("spec", .object([size] + label))] + label
                resources.append(.init(type: "pod", id: "1", properties: .object(pod)))
                resources.append(.init(type: "volume", id: "1", properties: .object(volume)))
            }
        }
        resources.append(.init(type: "secret", id: "1"))
        let (mode, force) = (JSON.Member("mode", .string("x")), JSON.Member("force", .boolean(true)))
        let others: [(name: ExactName, properties: [JSON.Member])] = [
            ("run", [mode]), ("mount", [mode]), ("mount", [mode, force]),
        ]
        let actions: [(name: ExactName, properties: [JSON.Member])] = [("look", [])] + (usesActions ? others : [])
        var (clean, narrowed, reported) = (0, 0, 0)
        let directory = try Directory(Organisation.demo())
        for seed in 1...400 as ClosedRange<UInt64> {
            var writer = Writer(numbers: Numbers(seed: seed), usesActions: usesActions, usesParts: usesParts)
            let body = writer.statements(2)
            let policy =
                "return { on = \"access\", decide = function(request)\n"
                + "local r, a = request.resource, request.action local kind = r.type\n\(body)\nend }"
            let source = PolicySource(
                path: "p",
                files: [
                    .init(name: "a.lua", bytes: Array(policy.utf8)),
                    .init(name: "schema.lua", bytes: Array(Self.schema.utf8)),
                ])
            // A policy that its source shows to fail does not load.
            guard let set = PolicySet.load(source).set else { continue }
            guard Linter(source, rules: [.unguardedRead]).run().isEmpty else {
                reported += 1
                continue
            }
            clean += 1
            narrowed +=
                ["r.image", "r.size", "r.node", "a.mode", "r.spec.", "r.tags[", ":get("].contains { body.contains($0) }
                ? 1 : 0
            let decider = try Decider(policies: set, directory: directory, treeOptions: .none)
            let token = decider.directory.tokens[0].id.description
            for (resource, action) in resources.flatMap({ resource in actions.map { (resource, $0) } }) {
                let question = AuthorizationRequest(
                    action: action.name, actionProperties: .object(action.properties), subject: .token(token),
                    resource: resource, now: Instant("2026-11-22T12:00:00Z")!)
                let failure = try decider.decide(question).failures.first?.message
                #expect(
                    failure?.contains("absent") != true && failure?.contains("ask `:has`") != true,
                    "\(policy)\n\(resource) \(action): \(failure ?? "")")
            }
        }
        // A read of an action's property is seldom guarded by chance.
        #expect(clean > 50 && narrowed > (usesActions ? 8 : 20) && reported > 50, "\(clean) \(narrowed) \(reported)")
    }
}
