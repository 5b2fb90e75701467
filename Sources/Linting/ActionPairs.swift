internal import Model
internal import Policies

/// The actions and the types of resource that a request may still have at a place of a policy, each by itself.
struct ActionPairs {
    enum Part { case action, type }

    private let schema: Schema
    private let actions: Set<ExactName>
    private let types: Set<ExactName>

    /// - Parameters:
    ///   - actions: those that comparisons have left; `nil` for all.
    ///   - types: the same of the resource.
    init(_ inference: TypeInference, actions: Set<ExactName>?, types: Set<ExactName>?) {
        schema = inference.schema
        let acts = inference.shape.kinds.filter(\.isAdministrative).map { ExactName($0.rawValue) }
        self.actions = actions ?? Set(inference.schema.actionNames + acts)
        self.types = types ?? Set(inference.schema.resources.map(\.name))
    }

    /// The actions that apply to a possible type, and the types that a possible action applies to.
    var possible: (actions: Set<ExactName>, types: Set<ExactName>) {
        let own = actions.filter { action in
            schema.actions[action]?.resources == nil || types.contains { applies(action, $0) }
        }
        return (own, types.filter { type in own.contains { applies($0, type) } })
    }

    private func applies(_ action: ExactName, _ type: ExactName) -> Bool {
        schema.actions[action]?.applies(to: type) ?? true
    }

    /// The reason why a request never has an action or a type here: no possible action applies to a possible type.
    ///
    /// `nil` for what comparisons have excluded already, which is a finding of its own, and where nothing is possible.
    func mismatch(_ name: ExactName, as part: Part) -> String? {
        let (known, others) = possible
        guard !known.isEmpty, !others.isEmpty else { return nil }
        switch part {
        case .action:
            guard actions.contains(name), let own = schema.actions[name]?.resources,
                !own.contains(where: others.contains)
            else { return nil }
            return "the action is never `\(name)` here: it applies to \(Self.listed(own, "and")), and the type is "
                + Self.listed(others, "or")
        case .type:
            guard types.contains(name), !known.contains(where: { applies($0, name) }) else { return nil }
            let verb = known.count == 1 ? "only applies" : "apply"
            return
                "the type is never `\(name)` here: \(Self.listed(known, "and")) \(verb) to \(Self.listed(others, "and"))"
        }
    }

    private static func listed(_ names: some Sequence<ExactName>, _ word: String) -> String {
        let shown = names.sorted().prefix(4).map { "`\($0)`" }
        return shown.count < 2
            ? shown.joined() : shown.dropLast().joined(separator: ", ") + " \(word) \(shown.last!)"
    }
}
