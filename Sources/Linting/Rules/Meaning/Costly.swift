internal import Model

extension Rule {
    static let costly = Rule(
        name: "costly",
        purpose:
            "A policy that spends more than a tenth of its budget on an ordinary request is close to being stopped.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              local sum = 0
              for i = 1, 1000000 do sum = sum + i end
              if request.resource.total > sum then deny("too much") end
            end
            return policy
            """,
        find: .folder { folder in
            (folder.smokeRun?.costly ?? [:]).sorted { $0.key < $1.key }.map { policy, what in
                Finding(
                    "it spends more than 1/\(SmokeRun.share) of its \(what) on a made-up request",
                    file: "\(policy).lua", line: 1, column: 1)
            }
        })
}
