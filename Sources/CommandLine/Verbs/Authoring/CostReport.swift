internal import Model
internal import PolicyTesting
internal import Presentation

/// The cost of policies in their tests, for people and for machines.
struct CostReport {
    private let costs: [PolicyCost]

    init(_ costs: [PolicyCost]) {
        self.costs = costs
    }

    func print(to terminal: Terminal) {
        terminal.print()
        var table = Table(["POLICY", "INSTRUCTIONS", "BYTES", "FACTS"], fixed: ["POLICY"])
        for cost in costs { table.add([cost.policy.text] + cost.measures.map { "\($0.value)" }) }
        table.print(to: terminal)
    }

    var json: JSON { CostBaseline(costs).json["policies"] ?? .object([]) }
}
