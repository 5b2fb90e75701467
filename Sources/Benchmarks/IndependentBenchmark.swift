package import Model
internal import Policies
internal import PolicyTesting

/// Policies that share nothing but the action, each with two facts of its own. Joined in one tree, their paths would
/// multiply.
package enum IndependentBenchmark {
    /// - Parameter seed: the seed of the requests, which choose the value of every fact at random.
    package static func row(
        policies count: Int, requests: Int, seed: UInt64 = 1, directory: Directory, now: Instant
    ) throws -> DecisionBenchmark.Row {
        let result = PolicySet.load(source(count))
        guard let set = result.set, let token = directory.tokens.first(where: { $0.revoked == nil }) else {
            throw PolicyError(.interpreter, "\(result.diagnostics)")
        }
        var random = SeededGenerator(seed: seed)
        let lines = (0..<requests).map { _ in
            let facts = (0..<(2 * count)).map { "\"f\($0)\":\(Bool.random(using: &random))" }
            let action = Bool.random(using: &random) ? "one" : "other"
            return Array(
                """
                {"subject":{"type":"token","id":"\(token.id)"},"action":{"name":"\(action)"},\
                "resource":{"type":"thing","id":"1"},"context":{\(facts.joined(separator: ","))}}
                """.utf8)
        }
        return try DecisionBenchmark(directory: directory, lines: lines, now: now).row(set)
    }

    private static func source(_ count: Int) -> PolicySource {
        func file(_ name: ExactName, _ text: String) -> PolicyFile { .init(name: name, bytes: Array(text.utf8)) }
        let facts = (0..<(2 * count)).map { "f\($0) = \"boolean\"" }.joined(separator: ", ")
        let schema = """
            return {
              actions = { one = "read", other = "read" },
              resources = { thing = {} },
              context = { \(facts) },
            }
            """
        let policies = (0..<count).map { number in
            file(
                "p\(number).lua",
                """
                local policy = { on = "access", grants = { "*" } }
                function policy.decide(request)
                  if request.action == "one" then
                    if request.context.f\(2 * number) and request.context.f\(2 * number + 1) then deny("both") end
                  elseif request.context.f\(2 * number) or request.context.f\(2 * number + 1) then
                    permit("either")
                  end
                end
                return policy
                """)
        }
        return PolicySource(path: "independent", files: [file(PolicyFile.schema, schema)] + policies)
    }
}
