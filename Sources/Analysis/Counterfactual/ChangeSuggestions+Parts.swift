internal import Engine
internal import Model
internal import Policies

extension ChangeSuggestions {
    /// Changes that give a list some number of elements, or a map some number of entries.
    func resized(_ whole: ObservedFact, to count: Int) -> [Change] {
        // The schema's type, with the restrictions of the elements: it refuses any other value.
        switch (property(whole).flatMap(type) ?? whole.type, whole.value) {
        case (.list(let type), .list(let elements)):
            let more = values(of: type)
            guard count <= elements.count || !more.isEmpty else { return [] }
            let added = (0..<max(0, count - elements.count)).map { more[$0 % more.count] }
            return set(whole, to: .list(Array((elements + added).prefix(count))))
        case (.map(let type), .map(let entries)):
            let names = policies.literals.map { ExactName($0) } + (0..<max(0, count)).map { "key\($0)" }
            return resized(whole, entries, to: count, keys: names, type)
        case (.restricted(.map(let type), .keys(let keys)), .map(let entries)):
            return resized(whole, entries, to: count, keys: keys, type)
        default: return []
        }
    }

    private func resized(
        _ map: ObservedFact, _ entries: [Value.Entry], to count: Int, keys: [ExactName], _ type: ValueType
    ) -> [Change] {
        guard count > entries.count else { return set(map, to: .map(Array(entries.prefix(max(0, count))))) }
        var seen = Set(entries.map(\.key))
        let new = keys.filter { seen.insert($0).inserted }.prefix(count - entries.count)
        guard new.count == count - entries.count, let value = values(of: type).first else { return [] }
        return set(map, to: .map((entries + new.map { .init($0, value) }).sorted { $0.key < $1.key }))
    }
}
