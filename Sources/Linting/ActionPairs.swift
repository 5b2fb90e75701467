internal import Model
internal import Policies

/// The actions and the types of resource that a request may still have at a place of a policy.
struct ActionPairs {
    enum Part { case action, type }

    private var actions: Set<ExactName>
    private var types: Set<ExactName>

    init(_ inference: TypeInference) {
        let administrative = inference.shape.kinds.filter(\.isAdministrative).map { ExactName($0.rawValue) }
        actions = Set(inference.schema.actionNames + administrative)
        types = Set(inference.schema.resources.map(\.name))
    }

    /// The pairs where two ways meet.
    func union(_ other: ActionPairs) -> ActionPairs {
        var union = self
        union.actions.formUnion(other.actions)
        union.types.formUnion(other.types)
        return union
    }

    /// Learns the action, or the type of the resource.
    /// - Returns: the reason why it cannot be that, when no possible action applies to a possible type.
    mutating func take(_ name: ExactName, as part: Part, _ schema: Schema) -> String? {
        let before = possible(schema)
        // What comparisons have excluded is a finding of its own; and where nothing is possible, nothing is new.
        let isNew = part == .action ? actions.contains(name) : types.contains(name)
        switch part {
        case .action: actions = [name]
        case .type: types = [name]
        }
        guard isNew, !before.actions.isEmpty, !before.types.isEmpty else { return nil }
        switch part {
        case .action:
            guard let own = schema.actions[name]?.resources, !before.types.contains(where: own.contains) else {
                return nil
            }
            let types = Self.listed(before.types, "or")
            return
                "the action is never `\(name)` here: it applies to \(Self.listed(own, "and")), and the type is \(types)"
        case .type:
            guard !before.actions.contains(where: { Self.applies($0, name, schema) }) else { return nil }
            let verb = before.actions.count == 1 ? "applies" : "apply"
            let first = before.actions.count == 1 ? "only " : ""
            let types = Self.listed(before.types, "and")
            return "the type is never `\(name)` here: \(Self.listed(before.actions, "and")) \(first)\(verb) to \(types)"
        }
    }

    /// Learns that the action, or the type of the resource, is another.
    mutating func drop(_ name: ExactName, as part: Part) {
        switch part {
        case .action: actions.remove(name)
        case .type: types.remove(name)
        }
    }

    private static func applies(_ action: ExactName, _ type: ExactName, _ schema: Schema) -> Bool {
        schema.actions[action]?.applies(to: type) ?? true
    }

    /// The actions that apply to a possible type, and the types that a possible action applies to.
    private func possible(_ schema: Schema) -> (actions: Set<ExactName>, types: Set<ExactName>) {
        let own = actions.filter { action in
            schema.actions[action]?.resources == nil || types.contains { Self.applies(action, $0, schema) }
        }
        return (own, types.filter { type in own.contains { Self.applies($0, type, schema) } })
    }

    /// True when each possible action, or each possible type of resource, requires a property.
    /// - Parameter owner: the record that has it, as reasons call it.
    func require(_ property: ExactName, of owner: String?, _ schema: Schema) -> Bool {
        let (actions, types) = possible(schema)
        let records =
            switch owner {
            case "action": schema.actionRecords.filter { actions.contains($0.name) }
            case "resource": schema.resources.filter { types.contains($0.name) }
            default: [Schema.RecordType]()
            }
        return !records.isEmpty && Schema.requires(property, records)
    }

    private static func listed(_ names: some Sequence<ExactName>, _ word: String) -> String {
        let shown = names.sorted().prefix(4).map { "`\($0)`" }
        return shown.count < 2
            ? shown.joined() : shown.dropLast().joined(separator: ", ") + " \(word) \(shown.last!)"
    }
}
