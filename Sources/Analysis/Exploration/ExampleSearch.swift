internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Makes examples of found facts, and corrects their numbers and times until they have these facts.
///
/// The found facts come from laws, which know the order of times and nothing of the calendar. So each value that a fact
/// depends on is tried around the others, and the engine's own facts say which are right.
struct ExampleSearch {
    let explored: ExploredContext
    let schema: Schema
    let now: Instant
    /// Returns true when the time is over.
    let isOver: () -> Bool

    /// The most examples that are made for one set of found facts.
    private static let mostTries = 3_000

    /// An example with the found facts, as far as the search comes.
    /// - Parameter accepts: true for an example that shows what was to be shown.
    func example(of found: FoundFacts, accepts: (Example) -> Bool) -> Example? {
        var builder = ExampleBuilder(explored, found, now: now)
        let facts = reached(found)
        guard var best = builder.build() else { return nil }
        var misses = misses(best, facts, found)
        if accepts(best) { return best }
        var tries = 0
        let variables = variables(facts)
        guard !variables.isEmpty else { return nil }
        for _ in 0..<3 {
            let before = misses
            for variable in variables {
                let old = builder.chosen[variable]
                var choice = old
                for value in candidates(variable, best) {
                    tries += 1
                    guard tries <= Self.mostTries, tries & 0x3F != 0 || !isOver() else { return nil }
                    builder.chosen[variable] = value
                    guard let example = builder.build() else { continue }
                    let count = self.misses(example, facts, found)
                    if accepts(example) { return example }
                    if count < misses { (misses, choice, best) = (count, value, example) }
                }
                builder.chosen[variable] = choice
            }
            if misses == before { break }
        }
        return nil
    }

    /// The facts on the branches that were found, with their answers.
    private func reached(_ found: FoundFacts) -> [FactTable.ID] {
        var facts: Set<FactTable.ID> = []
        for (number, part) in explored.parts.enumerated() {
            for (index, node) in part.tree.nodes.enumerated() {
                guard case .fact(let fact, _) = node, found.holds(explored.reaches(index, of: number)) else { continue }
                facts.insert(fact)
            }
        }
        return facts.sorted()
    }

    /// The number of facts that an example has otherwise than they were found.
    private func misses(_ example: Example, _ facts: [FactTable.ID], _ found: FoundFacts) -> Int {
        guard
            let request = try? Authorizer.unchecked(
                example.question, schema: schema, directory: example.directory)
        else { return .max }
        let encoder = explored.encoder
        let values = explored.table.values(of: facts, for: request)
        return zip(facts, values).count { fact, value in
            switch value {
            case .boolean(let holds):
                !found.holds(encoder.defined(fact)) || found.holds(encoder.holds(fact)) != holds
            case .absent, .failure: found.holds(encoder.defined(fact))
            default: !found.holds(encoder.defined(fact))
            }
        }
    }

    /// The numbers and times of the request and the store that some facts depend on.
    private func variables(_ facts: [FactTable.ID]) -> [FactTable.ID] {
        let table = explored.table
        var found: Set<FactTable.ID> = []
        var seen: Set<FactTable.ID> = []
        let time = table.attribute(.time, of: table.request, .instant)
        func look(_ id: FactTable.ID) {
            guard seen.insert(id).inserted else { return }
            let node = table.node(id)
            if OrderedScale(table.type(id), now: now) != nil {
                switch node.operation {
                case .property: found.insert(id)
                case .attribute:
                    switch Attribute(rawValue: node.b)! {
                    case .created, .expires, .lastActive, .dormantSince, .time: found.insert(id)
                    case .lastDay: found.insert(table.attribute(.expires, of: node.a, .instant))
                    case .today: found.insert(time)
                    default: break
                    }
                default: break
                }
            }
            // A plugin may read the clock.
            if node.operation == .call || node.operation == .between { found.insert(time) }
            for operand in table.operands(id) { look(operand) }
        }
        for fact in facts { look(fact) }
        return found.sorted()
    }

    /// The values that a variable is tried with: around the constants, the time of the request, and what the others are.
    private func candidates(_ variable: FactTable.ID, _ example: Example) -> [Value] {
        let table = explored.table
        let scale = OrderedScale(table.type(variable), now: now)!
        var anchors: Set<Int64> = [scale.start]
        let ordered = explored.encoder.terms.filter { OrderedScale(table.type($0), now: now) != nil }
        let request = try? Authorizer.unchecked(example.question, schema: schema, directory: example.directory)
        for value in request.map({ table.values(of: ordered, for: $0) }) ?? [] {
            switch value {
            // An instant is tried at the beginning of a day, and a day at that of an instant.
            case .date(let date) where table.type(variable) == .instant:
                anchors.insert(date.daysSinceEpoch * 86_400_000_000)
            case .instant(let instant) where table.type(variable) == .date:
                anchors.insert(instant.microseconds / 86_400_000_000)
            default:
                if let number = scale.number(value), scale.holds(value) { anchors.insert(number) }
            }
        }
        let day: Int64 = 86_400_000_000
        let distances: [Int64]
        switch table.type(variable) {
        case .instant:
            let days: [Int64] = [0, 1, 2, 3, 4, 5, 6, 20, 40, 100, 200, 300, 400, 500, 800, 1_200, 4_000]
            distances =
                days.flatMap { [$0 * day, -$0 * day] } + [1, -1]
                + [3, 6, 9, 12, 15, 18, 21].map { $0 * 3_600_000_000 }
        case .date: distances = [0, 1, -1, 2, 6, -6, 40, -40, 200, -200, 400, -400, 800, -800, 1_500]
        case .time: distances = [0, 1, -1] + (1...23).map { $0 * 3_600_000_000 } + (1...23).map { -$0 * 3_600_000_000 }
        case .duration: distances = [0, 1, -1] + [1, 24, 240, 2_400].flatMap { [$0, -$0] }.map { $0 * 3_600_000_000 }
        default: distances = [0, 1_000, -1_000, 500, 10_000, -10_000, 1_000_000]
        }
        var values: Set<Int64> = []
        for anchor in anchors.sorted() { for distance in distances { values.insert(anchor + distance) } }
        return values.sorted {
            abs($0 - scale.start) < abs($1 - scale.start) || abs($0 - scale.start) == abs($1 - scale.start) && $0 < $1
        }
        .map(scale.value)
    }
}
