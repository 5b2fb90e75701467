package import Model

/// All values of one thing that have the same effect. Each part was decided, or is bounded by values that were.
package enum ValueRange: Equatable, Sendable {
    /// These values, by themselves.
    case values([JSON])
    /// These departments, by id, each with all under it.
    case departments([ExactName])
    /// Ordered values between two ends, either of which may be open: numbers, or days and instants in their written
    /// form.
    case between(low: End?, high: End?)
    case network(IPNetwork)
    /// Every string but these.
    case anythingBut([JSON])

    package struct End: Equatable, Sendable {
        package let value: JSON
        package let isIncluded: Bool
    }

    /// The range in words, to follow `is`: `Sales or under it`, `at most 500`.
    package func words(in directory: Directory, tenant: ExactName) -> String {
        let names = NamesByID(directory: directory, tenant: directory.tenant(tenant))
        switch self {
        case .values(let values): return Self.list(values.map(names.anything))
        case .departments(let ids): return Self.list(ids.map { "\(names.department($0)) or under it" })
        case .network(let network): return "within \(network)"
        case .anythingBut([]): return "anything"
        case .anythingBut(let values): return "anything but \(Self.list(values.map(names.anything)))"
        case .between(let low?, let high?):
            if low == high { return low.text }
            let (from, to) = (low.isIncluded ? "from" : "more than", high.isIncluded ? "to" : "and less than")
            return "\(from) \(low.text) \(to) \(high.text)"
        case .between(let low?, nil): return "\(low.isIncluded ? "at least" : "more than") \(low.text)"
        case .between(nil, let high?): return "\(high.isIncluded ? "at most" : "less than") \(high.text)"
        case .between(nil, nil): return "anything"
        }
    }

    private static func list(_ words: [String]) -> String {
        let shown = words.prefix(6)
        let more = words.count > 6 ? ["\(words.count - 6) more"] : []
        let all = shown + more
        return all.count < 2 ? all.first ?? "nothing" : "\(all.dropLast().joined(separator: ", ")) or \(all.last!)"
    }
}

extension ValueRange.End {
    fileprivate var text: String { value.string ?? value.compact }
}
