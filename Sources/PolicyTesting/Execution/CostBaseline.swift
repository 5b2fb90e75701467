package import Model

/// The costs of policies at an earlier time, with which new figures are compared.
package struct CostBaseline: Equatable, Sendable {
    private var costs: [ExactName: PolicyCost]

    package init(_ costs: [PolicyCost]) {
        self.costs = Dictionary(uniqueKeysWithValues: costs.map { ($0.policy, $0) })
    }

    /// - Throws: an error that says what is wrong with the JSON.
    package init(json: JSON) throws(CostBaselineError) {
        guard case .object(let members)? = json["policies"] else {
            throw CostBaselineError(message: "a baseline must be an object with `policies`")
        }
        costs = [:]
        for member in members {
            var cost = PolicyCost(policy: member.key)
            cost.instructions = try Self.number("instructions", of: member)
            cost.bytes = try Self.number("bytes", of: member)
            cost.facts = try Self.number("facts", of: member)
            costs[member.key] = cost
        }
    }

    private static func number(_ name: ExactName, of member: JSON.Member) throws(CostBaselineError) -> Int {
        guard case .integer(let value)? = member.value[name], value >= 0, let number = Int(exactly: value) else {
            throw CostBaselineError(message: "`policies.\(member.key).\(name)` must be a whole number")
        }
        return number
    }

    /// Sorted, so that a change of one policy changes one line.
    package var json: JSON {
        let policies = costs.values.sorted { $0.policy < $1.policy }.map { cost in
            JSON.Member(cost.policy, .object(cost.measures.map { JSON.Member($0.name, .integer(Int64($0.value))) }))
        }
        return .object([JSON.Member("policies", .object(policies))])
    }

    /// One figure that has grown.
    package struct Growth: Equatable, Sendable {
        package let policy: ExactName
        package let measure: ExactName
        package let before: Int
        package let now: Int

        /// `expiry_cap: instructions grew from 120 to 180 (50 %)`.
        package var words: String {
            let percent = before == 0 ? "" : " (\((now - before) * 100 / before) %)"
            return "\(policy): \(measure) grew from \(before) to \(now)\(percent)"
        }
    }

    /// The figures that have grown by more than a percentage.
    package func growth(of costs: [PolicyCost], beyond percent: Int) -> [Growth] {
        costs.flatMap { cost -> [Growth] in
            guard let old = self.costs[cost.policy] else { return [] }
            return zip(cost.measures, old.measures).compactMap { now, before in
                guard Double(now.value) * 100 > Double(before.value) * Double(100 + percent) else { return nil }
                return Growth(policy: cost.policy, measure: now.name, before: before.value, now: now.value)
            }
        }
    }

    /// The policies that the baseline does not have, sorted.
    package func unknown(of costs: [PolicyCost]) -> [ExactName] {
        costs.map(\.policy).filter { self.costs[$0] == nil }.sorted()
    }
}

/// The reason why something is not a baseline.
package struct CostBaselineError: Error, Equatable, Sendable {
    package let message: String
}
