internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let duplicatePolicy = Rule(
        name: "duplicate-policy",
        purpose: "Two policies with the same code are one too many: a change to one misses the other.",
        severity: .warning,
        good: .plain,
        bad: [
            "a.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
            "a_test.lua": "",
            "b.lua": """
            -- The same once more.
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then
                deny("not for mobile tokens")
              end
            end
            return policy
            """,
            "b_test.lua": "",
        ],
        find: .folder { folder in
            var first: [[UInt8]: ExactName] = [:]
            return folder.policies.compactMap { policy in
                let code = policy.chunk.code
                guard let other = first[code] else {
                    first[code] = policy.name
                    return nil
                }
                return Finding("has the same code as `\(other)`", file: policy.name, line: 1, column: 1)
            }
        })
}
