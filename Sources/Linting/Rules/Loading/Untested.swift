internal import Model
internal import Policies

extension Rule {
    static let untested = Rule(
        name: "untested",
        purpose: "A policy without a test file can be changed without anybody noticing.",
        severity: .warning,
        good: .plain,
        bad: [
            "a.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """
        ],
        find: .policy { policy in
            let tests = PolicyFile.tests(of: policy.id)
            return policy.hasTests ? [] : [Finding("there is no test file `\(tests)`", line: 1, column: 1)]
        })
}
