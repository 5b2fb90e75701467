internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let failing = Rule(
        name: "failing",
        purpose: "A policy that fails on a request that the schema allows denies it, whatever other policies decide.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            local most = { ["orders.read"] = 100 }
            function policy.decide(request)
              if request.resource.total > most[request.action] then deny("too much") end
            end
            return policy
            """,
        find: .folder { folder in
            let failures = folder.smokeRun?.failures ?? [:]
            return folder.policies.compactMap { policy in
                guard let failure = failures[policy.id] else { return nil }
                // An unguarded read is already reported on its line.
                let reads = policy.inference.map { OptionalAccessAnalysis($0).reads.map(\.position.line) } ?? []
                if let line = failure.line, reads.contains(line) { return nil }
                return Finding(
                    "it fails on a made-up request: \(failure.message)", file: policy.name, line: failure.line ?? 1,
                    column: 1)
            }
        })
}
