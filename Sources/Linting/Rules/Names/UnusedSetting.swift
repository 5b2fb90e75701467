internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let unusedSetting = Rule(
        name: "unused-setting",
        purpose: "A setting that the policy never reads has no effect.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            local config = settings { most = 100, least = 10 }
            function policy.decide(request)
              if request.resource.total > config.most then deny("too much") end
            end
            return policy
            """,
        find: .policy { policy in
            guard let inference = policy.inference, let declared = policy.declaration?.settings, !declared.isEmpty
            else { return [] }
            var read: Set<String> = []
            var bases: Set<Expression.ID> = []
            for expression in policy.chunk.expressions {
                guard case .member(let base, let name) = expression.kind, case .settings? = inference.value(base)?.type
                else { continue }
                bases.insert(base)
                read.insert(name.name)
            }
            read.formUnion(policy.settingsInReasons.map(\.text))
            // When the settings table itself is passed on, its receiver may read them.
            let isHandedOn = policy.chunk.expressions.indices.contains { index in
                let id = policy.chunk.id(index)
                guard case .name = policy.chunk[id].kind, case .settings? = inference.value(id)?.type else {
                    return false
                }
                return !bases.contains(id)
            }
            if isHandedOn { return [] }
            return declared.keys.filter { !read.contains($0.text) }.sorted().compactMap { name in
                policy.chunk.place(of: name.text).map { Finding("the setting `\(name)` is never read", $0) }
            }
        })
}
