package import Model
package import PolicyTesting

/// The cost of policies in their tests, for people and for machines.
package struct CostReport {
    private let costs: [PolicyCost]

    package init(_ costs: [PolicyCost]) {
        self.costs = costs
    }

    package var table: Table {
        var table = Table(.testCosts)
        for cost in costs { table.add([cost.policy.text] + cost.measures.map { "\($0.value)" }) }
        return table
    }

    package var json: JSON { CostBaseline(costs).json["policies"] ?? .object([]) }
}
