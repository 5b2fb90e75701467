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
                var finding = Finding(
                    Self.message(failure), file: policy.name, line: failure.line ?? 1, column: 1)
                if failure.count == failure.evaluations, policy.alwaysRaises { finding.severity = .error }
                return finding
            }
        })

    private static func message(_ failure: SmokeRun.Failure) -> String {
        let (count, all) = (failure.count, failure.evaluations)
        let number = count == all ? "all \(all)" : "\(count) of \(all)"
        return "it fails on \(number) made-up requests: \(failure.message); the first is \(failure.request)"
    }
}

extension LintedPolicy {
    /// True when `decide` reaches a call of `error` whatever the request is.
    fileprivate var alwaysRaises: Bool {
        guard let decide = inference?.decide else { return false }
        for statement in chunk[decide].block.statements {
            switch statement.kind {
            case .local, .localFunction, .empty: continue
            case .call: if chunk.returns(statement) { return true }
            default: return false
            }
        }
        return false
    }
}
