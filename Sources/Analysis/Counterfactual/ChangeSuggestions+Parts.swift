internal import Engine
internal import Model
internal import Policies

extension ChangeSuggestions {
    /// Changes that give a list some number of elements.
    func resized(_ list: ObservedFact, to count: Int) -> [Change] {
        guard case .list(let type) = list.type, case .list(let elements) = list.value else { return [] }
        let more = values(of: type)
        guard count <= elements.count || !more.isEmpty else { return [] }
        let added = (0..<max(0, count - elements.count)).map { more[$0 % more.count] }
        return set(list, to: .list(Array((elements + added).prefix(count))))
    }
}
