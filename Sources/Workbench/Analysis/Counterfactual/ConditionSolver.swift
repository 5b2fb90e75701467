internal import Decisions
internal import Model
internal import Policies

/// Answers one question for token after token, and tells what each answer depends on that the question does not state.
///
/// The question is judged by the trees as it stands. Only where policies read what is not stated, and only those could
/// still turn it, are values of it tried, alone and together. What was found out for one path of facts is not found out
/// again.
final class ConditionSolver {
    private let authorizer: Authorizer
    private let directory: Directory
    /// As it is asked; the token is put in.
    private let question: AuthorizationRequest
    /// What the question does not state.
    private let open: Set<Change.Property>
    private let obligations: AuthorizationRequest.Obligations
    private var branches: [Set<Change>: Branch] = [:]
    private var classes: EquivalenceClasses
    private var generation: Int

    /// More than these are not tried for one token.
    private static let mostTries = 400
    private static let mostChanges = 4
    private static let mostBranches = 8_192

    /// The question with something stated beside it.
    final class Branch {
        let changes: [Change]
        /// Ready for any token; `nil` when it is no question.
        fileprivate var request: ResolvedRequest?
        /// By path.
        fileprivate var nodes: [[UInt32]: ClassCache<Node>] = [:]
        /// By path, who else is on it.
        fileprivate var likenesses: [[UInt32]: TokenEquivalence] = [:]

        fileprivate init(_ changes: [Change]) { self.changes = changes }
    }

    /// What is known of a path.
    fileprivate struct Node {
        /// What may turn the answer; nothing, where nothing that is open can.
        var next: [(change: Change, branch: Branch)] = []
        /// What is read in a way that changes cannot make up for.
        var contents: Set<Change.Property> = []
        /// For which tokens on the same path it holds: what compares something open with what belongs to a token, suggests
        /// what others would not.
        var kin = TokenEquivalence.all
        /// Who else is on the path.
        var likeness = TokenEquivalence.none
    }

    private struct Judged {
        let isPermitted: Bool
        let path: [UInt32]?
        let isOfPolicies: Bool
    }

    /// - Parameter question: by any token of the tenant; required properties that it does not state are made up, and open.
    init(_ question: AuthorizationRequest, _ authorizer: Authorizer, on directory: Directory) {
        var question = question
        self.authorizer = authorizer
        self.directory = directory
        obligations = question.obligations
        var open: Set<Change.Property> = []
        for (record, type) in authorizer.policies.schema.records(of: question) {
            for declared in type.properties {
                let property = Change.Property(record, declared.name)
                guard question.value(of: property) == nil else { continue }
                open.insert(property)
                guard !declared.isOptional, let value = Self.sample(declared.type, directory, question) else {
                    continue
                }
                question.set(property, to: value)
            }
        }
        self.open = open
        self.question = question
        classes = EquivalenceClasses(directory)
        generation = authorizer.generation
    }

    /// The question with something stated beside it, for `answer`.
    func branch(stating changes: [Change] = []) -> Branch {
        let key = Set(changes)
        if let known = branches[key] { return known }
        if branches.count >= Self.mostBranches { branches = [:] }
        let branch = Branch(changes)
        branches[key] = branch
        return branch
    }

    /// What a live token is answered, and which others are answered the same.
    /// - Parameter stated: what is stated beside the question.
    func answer(for token: Int, _ stated: Branch) -> (answer: ConditionalDecision, likeness: TokenEquivalence) {
        if authorizer.generation != generation {
            for branch in branches.values { (branch.nodes, branch.likenesses) = ([:], [:]) }
            generation = authorizer.generation
        }
        guard let first = summary(token, stated), first.isOfPolicies else { return (.no, .none) }
        return search(token, stated, first)
    }

    /// The number of a token's standing.
    func equivalenceClass(of token: Int) -> Int {
        classes.number(directory.tokens[token].assignment, directory.tokens[token].kind)
    }

    /// Looks for what turns a judgement.
    private func search(_ token: Int, _ stated: Branch, _ first: Judged) -> (
        answer: ConditionalDecision, likeness: TokenEquivalence
    ) {
        let root = node(token, stated, first)
        let plain: ConditionalDecision = first.isPermitted ? .yes : .no
        if root.next.isEmpty, root.contents.isEmpty { return (plain, root.likeness) }
        var tries = 0
        var contents: Set<Change.Property> = []
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(stated)]
        var queue = [(branch: stated, judged: first, node: root)]
        var isCut = false
        var likeness = TokenEquivalence.all
        var place = 0
        while place < queue.count, !isCut {
            let (_, judged, node) = queue[place]
            place += 1
            contents.formUnion(node.contents)
            likeness = min(likeness, node.likeness)
            for (_, next) in node.next where seen.insert(ObjectIdentifier(next)).inserted {
                guard tries < Self.mostTries else {
                    isCut = true
                    break
                }
                guard let answer = summary(token, next) else { continue }
                // What has to be run takes its time.
                tries += answer.path == nil && answer.isOfPolicies ? 8 : 1
                // What makes no difference makes none together with others.
                if let path = answer.path, path == judged.path { continue }
                if answer.isPermitted != first.isPermitted {
                    let found = Array(next.changes.dropFirst(stated.changes.count))
                    likeness = min(likeness, self.likeness(token, next, answer))
                    return (first.isPermitted ? .unless(found) : .when(found), likeness)
                }
                let node = self.node(token, next, answer)
                if next.changes.count - stated.changes.count < Self.mostChanges {
                    queue.append((next, answer, node))
                } else {
                    likeness = min(likeness, node.likeness)
                    isCut = isCut || !node.next.isEmpty
                }
            }
        }
        if isCut {
            contents.formUnion(queue.flatMap { $0.branch.changes.compactMap(\.property) }.filter(open.contains))
        }
        if isCut { likeness = .none }
        guard !contents.isEmpty else { return (plain, likeness) }
        let properties = contents.sorted { $0.text < $1.text }
        return (.reads(properties, isPermitted: first.isPermitted), likeness)
    }

    private func summary(_ token: Int, _ branch: Branch) -> Judged? {
        if branch.request == nil {
            var asked = Scenario(branch.changes, tenant: "").apply(to: question)
            asked.subject = .token(directory.tokens[token].id.description)
            branch.request = try? authorizer.request(asked, on: directory)
        }
        guard branch.request != nil else { return nil }
        branch.request!.set(.token, .listed(token))
        var summary = authorizer.summary(&branch.request!, obligations: obligations)
        guard summary.isOfPolicies else { return Judged(isPermitted: false, path: nil, isOfPolicies: false) }
        if let path = authorizer.path {
            return Judged(isPermitted: summary.isPermitted, path: path, isOfPolicies: true)
        }
        // What was run may be known by now.
        summary = authorizer.summary(&branch.request!, obligations: obligations)
        return Judged(isPermitted: summary.isPermitted, path: authorizer.path, isOfPolicies: true)
    }

    /// Who else is judged so: what was read decides it.
    private func likeness(_ token: Int, _ branch: Branch, _ judged: Judged) -> TokenEquivalence {
        if let path = judged.path, let known = branch.likenesses[path] { return known }
        let likeness = node(token, branch, judged).likeness
        if let path = judged.path { branch.likenesses[path] = likeness }
        return likeness
    }

    private func node(_ token: Int, _ branch: Branch, _ judged: Judged) -> Node {
        guard let path = judged.path else { return examined(token, branch) }
        let equivalenceClass = equivalenceClass(of: token)
        if let known = branch.nodes[path]?.value(directory.tokens[token], equivalenceClass: equivalenceClass) {
            return known
        }
        let node = examined(token, branch)
        branch.nodes[path, default: ClassCache()].note(
            node, for: directory.tokens[token], equivalenceClass: equivalenceClass, node.kin)
        return node
    }

    private func examined(_ token: Int, _ branch: Branch) -> Node {
        var asked = Scenario(branch.changes, tenant: "").apply(to: question)
        asked.subject = .token(directory.tokens[token].id.description)
        guard let traced = try? authorizer.examine(asked, on: directory),
            let suggestions = ChangeSuggestions(traced, authorizer)
        else { return Node() }
        var node = Node()
        node.likeness = traced.likeness
        let (facts, canTurn) = openFacts(traced)
        guard canTurn else { return node }
        for fact in facts {
            node.kin = min(node.kin, fact.parts.map(\.likeness).min() ?? .all)
            // Also of what was only tried: it is one content of many.
            if fact.readsContent { node.contents.formUnion(fact.properties.filter(open.contains)) }
            if fact.readsIdentity { node.contents.insert(Change.Property(.resource, "id")) }
        }
        var seen: Set<Change> = []
        for change in facts.flatMap(suggestions.requests) {
            guard let property = change.property, open.contains(property), seen.insert(change).inserted else {
                continue
            }
            // What was tried of it first may have shown what else it could be.
            let others = branch.changes.filter { $0.property != property }
            node.next.append((change, self.branch(stating: others + [change])))
        }
        return node
    }

    /// The facts that depend on something open, and whether they could turn the answer.
    ///
    /// A policy that reads nothing open says the same whatever that is: its deny stands, and where none of the others may
    /// permit, nothing does.
    private func openFacts(_ traced: TracedDecision) -> (facts: [ObservedFact], canTurn: Bool) {
        var facts: [ObservedFact] = []
        var isDenied = false
        var canPermit = false
        for readings in traced.readings {
            guard let policy = authorizer.policies.policies.first(where: { $0.id == readings.policy }),
                !policy.isObserving
            else { continue }
            let own = readings.readings.filter { fact in
                fact.properties.contains(where: open.contains) || fact.readsIdentity && question.resource?.id == nil
            }
            guard own.isEmpty else {
                canPermit = canPermit || !policy.grants.isEmpty
                facts += own
                continue
            }
            let statements = traced.statements(of: policy.id)
            isDenied =
                isDenied || statements.contains { $0.effect == .deny } || !traced.failures(of: policy.id).isEmpty
            canPermit = canPermit || statements.contains { $0.effect == .permit }
        }
        return (facts, !facts.isEmpty && !isDenied && canPermit)
    }

    private static func sample(_ type: ValueType, _ directory: Directory, _ question: AuthorizationRequest) -> JSON? {
        let tenant = question.tenant.flatMap(directory.tenant) ?? 0
        switch type {
        case .boolean: return .boolean(false)
        case .number: return .integer(0)
        case .string: return .string("")
        case .instant: return .string(question.now.description)
        case .date: return .string(Zone.utc.date(of: question.now).description)
        case .ip: return .string("192.0.2.1")
        case .department: return directory.departments.first { $0.tenant == tenant }.map { .string($0.id) }
        case .user: return directory.users.first { $0.tenant == tenant }.map { .string($0.id) }
        case .list: return .array([])
        default: return nil
        }
    }
}

extension Change {
    var property: Property? { if case .property(let property, _) = self { property } else { nil } }
}

extension ObservedFact {
    /// Whether it asks for the resource's id, which no change can make up for.
    fileprivate var readsIdentity: Bool {
        parts.contains { part in
            guard case .attribute(.recordID) = part.operation else { return false }
            return part.operands.first?.type == .resource
        }
    }

    /// Whether the very content is read: what else it could be has no end.
    fileprivate var readsContent: Bool {
        switch operation {
        case .property, .element, .length, .plus, .attribute: type != .boolean
        default: parts.contains(where: \.isOfPlugin)
        }
    }

    /// Whether a plugin makes it of something else, in a way that is not known.
    private var isOfPlugin: Bool {
        switch operation {
        case .call, .data, .argument: true
        default: false
        }
    }
}

extension Schema {
    /// The records whose properties a question may bring, as the schema declares them.
    func records(of question: AuthorizationRequest) -> [(Change.Property.Record, RecordType)] {
        var records: [(Change.Property.Record, RecordType)] = [(.context, context)]
        if let type = question.resource.flatMap({ resource($0.type) }) { records.append((.resource, resources[type])) }
        if case .external(let name, _, _) = question.subject, let type = subject(name) {
            records.append((.subject, subjects[type]))
        }
        return records
    }
}
