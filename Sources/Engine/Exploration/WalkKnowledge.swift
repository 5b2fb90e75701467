internal import Model
internal import Policies

/// The knowledge that the answers on a branch give about later facts, so that no branch contradicts itself in the simplest
/// ways. The rest is left to the laws.
struct WalkKnowledge {
    let table: FactTable
    let context: DecisionContext
    private var present: Set<FactTable.ID> = []
    private var absent: Set<FactTable.ID> = []
    private var content: [FactTable.ID: ExactName] = [:]
    private var excluded: [FactTable.ID: Set<ExactName>] = [:]
    private var counts: [FactTable.ID: Int64] = [:]

    init(_ table: FactTable, _ context: DecisionContext) {
        self.table = table
        self.context = context
    }

    mutating func forget() {
        present = []
        absent = []
        content = [:]
        excluded = [:]
        counts = [:]
    }

    // MARK: Presence

    /// The presence of a term, as far as the branch tells.
    func presence(_ id: FactTable.ID) -> TermPresence {
        if present.contains(id) { return .always }
        if absent.contains(id) { return .never }
        let node = table.node(id)
        if node.operation == .element, let count = counts[node.a] { return Int64(node.b) < count ? .always : .never }
        var presence = table.ownPresence(id, in: context)
        if table.answersAbsence(id) { return table.canFail(id) ? .perhaps : .always }
        for operand in table.operands(id) { presence = presence.and(self.presence(operand)) }
        return presence
    }

    /// The same for the operands of a fact, which has an answer where they have values.
    private func presenceOfOperands(_ id: FactTable.ID) -> TermPresence {
        if table.answersAbsence(id) { return table.canFail(id) ? .perhaps : .always }
        return table.operands(id).reduce(TermPresence.always) { $0.and(presence($1)) }
    }

    private mutating func notePresent(_ id: FactTable.ID) {
        guard present.insert(id).inserted, !table.answersAbsence(id) else { return }
        for operand in table.operands(id) { notePresent(operand) }
    }

    // MARK: Answers

    /// The answers that a boolean fact can have on this branch.
    func answers(_ id: FactTable.ID) -> [BranchTree.FactAnswer] {
        if case .boolean(let holds)? = table.constant(id) { return [holds ? .yes : .no] }
        if let target = table.presenceTarget(id), !table.canFail(id) {
            switch presence(target) {
            case .always: return [.yes]
            case .never: return [.no]
            case .perhaps: return [.yes, .no]
            }
        }
        let isBoolean: [BranchTree.FactAnswer]
        if let holds = settled(id) { isBoolean = [holds ? .yes : .no] } else { isBoolean = [.yes, .no] }
        // A value that is a fact itself may be absent as well.
        let presence = table.isOperation(id) ? presenceOfOperands(id) : self.presence(id)
        switch presence {
        case .always: return isBoolean
        case .never: return [.fails]
        case .perhaps: return isBoolean + [.fails]
        }
    }

    /// The answer of a comparison of a name with a constant, where the branch tells it.
    private func settled(_ id: FactTable.ID) -> Bool? {
        if let only = table.truths(ofSetting: id), only.count == 1 { return only.first }
        guard let (term, name) = table.comparison(id) else { return nil }
        if let known = content[term] { return known == name }
        if excluded[term]?.contains(name) == true { return false }
        guard let domain = table.names(of: term, in: context) else { return nil }
        if !domain.contains(name) { return false }
        let rest = domain.filter { excluded[term]?.contains($0) != true }
        return rest == [name] ? true : nil
    }

    /// The names that a term can be on this branch; `nil` where these are unlimited.
    func names(of term: FactTable.ID) -> [ExactName]? {
        if let known = content[term] { return [known] }
        return table.names(of: term, in: context)?.filter { excluded[term]?.contains($0) != true }
    }

    mutating func note(_ id: FactTable.ID, _ answer: BranchTree.FactAnswer) {
        switch answer {
        case .fails, .other: return
        case .yes, .no:
            let holds = answer == .yes
            if let target = table.presenceTarget(id) {
                if holds { notePresent(target) } else { absent.insert(target) }
            }
            notePresent(id)
            guard let (term, name) = table.comparison(id) else { return }
            if holds { content[term] = name } else { excluded[term, default: []].insert(name) }
        case .constant(let constant):
            notePresent(id)
            switch table.constant(constant) {
            case .string(let text)?: content[id] = ExactName(text)
            case .integer(let count)?:
                let node = table.node(id)
                if node.operation == .length { counts[node.a] = count }
            default: break
            }
        }
    }
}
