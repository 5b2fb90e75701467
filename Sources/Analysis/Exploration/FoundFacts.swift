internal import Engine
internal import Model
internal import Policies

/// Facts that a search has found, with the truth of every literal.
struct FoundFacts {
    private let truths: [Bool]

    init(_ explored: ExploredContext) {
        truths = explored.formula.variables.map { explored.holds($0.literal) }
    }

    func holds(_ literal: Literal) -> Bool {
        let index = Int(literal.number.magnitude) - 1
        // A literal that came after the search is about nothing that was found.
        guard truths.indices.contains(index) else { return literal.number < 0 }
        return truths[index] == (literal.number > 0)
    }
}

extension ExploredContext {
    /// Facts with which some literals hold, as few and as plain as can be: what need not be there is absent, what need not be
    /// required is not.
    /// - Returns: `nil` where there are none, or the limit of the search was reached; see `solve`.
    func simplest(_ goal: [Literal]) -> FoundFacts? {
        guard solve(goal) == .satisfiable else { return nil }
        var found = FoundFacts(self)
        var assumed = goal
        for literal in preferences {
            if !found.holds(literal) {
                guard solve(assumed + [literal]) == .satisfiable else { continue }
                found = FoundFacts(self)
            }
            assumed.append(literal)
        }
        return found
    }

    /// The properties of a simple example, the most wanted first.
    private var preferences: [Literal] {
        var first: [Literal] = []
        var second: [Literal] = []
        var third: [Literal] = []
        for (literal, atom) in formula.variables {
            switch atom {
            case .tenant(0): first.append(literal)
            case .defined: first.append(!literal)
            case .requires: second.append(!literal)
            case .meetsRest: second.append(literal)
            case .permits: third.append(!literal)
            case .equal(let one, _) where [.department, .user, .userType].contains(table.type(one)):
                third.append(literal)
            case .within: third.append(!literal)
            case .holds, .equal, .atMost, .tenant, .reaches, .unknown, .part: break
            }
        }
        return first + second + third
    }
}
