internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Decides one request for token after token, and finds what each decision depends on that the request leaves open.
///
/// The decision trees decide the request as it is. Other values are tried, alone and together, only where policies read
/// an open property that could still turn the decision. The results for one path of facts are kept for the next token
/// on it.
final class ConditionSolver {
    private let authorizer: Authorizer
    private let directory: Directory
    /// The request; the token is filled in for each decision.
    private let question: AuthorizationRequest
    /// The properties that the request leaves open.
    private let open: Set<Change.Property>
    private let obligations: AuthorizationRequest.Obligations
    private var branches: [Set<Change>: Branch] = [:]
    /// The paths on which no open property can turn the decision, whatever is stated: the facts of a path are the same
    /// in every branch. By path, the tokens to which the decision applies.
    private var settled: [[UInt32]: TokenEquivalence] = [:]
    /// The searches that are known, by the path of the request from which they start.
    private var searches: [[UInt32]: [Search]] = [:]
    private var classes: EquivalenceClasses
    private var generation: Int

    /// The greatest number of tries for one token.
    private static let mostTries = 400
    private static let mostChanges = 4
    private static let mostBranches = 8_192
    /// The greatest number of known searches that start from one path.
    private static let mostSearches = 32

    /// The request with some open properties stated.
    final class Branch {
        let changes: [Change]
        /// The request, resolved for any token; `nil` when it is not valid.
        fileprivate var request: ResolvedRequest?
        /// The same request, to be moved from one department to another.
        fileprivate var moved: ResolvedRequest?
        /// By path.
        fileprivate var nodes: [[UInt32]: ClassCache<Node>] = [:]
        /// The tokens to which a decision applies, by path.
        fileprivate var equivalences: [[UInt32]: TokenEquivalence] = [:]

        fileprivate init(_ changes: [Change]) { self.changes = changes }
    }

    /// The knowledge about a path.
    fileprivate struct Node {
        /// The changes that may turn the decision; empty when no open property can.
        var next: [(change: Change, branch: Branch)] = []
        /// True when no open property can turn the decision.
        var isSettled = false
        /// The open properties whose content is read in a way that no list of changes can cover.
        var contents: Set<Change.Property> = []
        /// True when the changes were found by facts that also read a property that is stated, such as the department.
        var readsStated = false
        /// The tokens on the same path for which the node is valid. A fact that compares an open property with the
        /// token's own data suggests changes that other tokens would not.
        var validFor = TokenEquivalence.all
        /// The tokens that take the same path.
        var equivalence = TokenEquivalence.none
    }

    /// A search for changes that turn a decision. Where each of its steps takes the same path, it finds the same.
    private struct Search {
        let token: Int?
        /// The changes that were tried, without those that are stated, and the path that each led to.
        let steps: [Step]
        let answer: ConditionalDecision

        typealias Step = (branch: Branch, path: [UInt32])
    }

    private struct PathDecision {
        let isPermitted: Bool
        let path: [UInt32]?
        let isOfPolicies: Bool
        /// The answer where no open property can turn the decision.
        var answer: ConditionalDecision { isPermitted ? .yes : .no }
    }

    /// - Parameter question: a request by any token of the tenant, or by an external subject. Required properties that it
    ///   does not state get made-up values, and count as open.
    init(_ question: AuthorizationRequest, _ authorizer: Authorizer, on directory: Directory) {
        var question = question
        self.authorizer = authorizer
        self.directory = directory
        obligations = question.supported
        var open: Set<Change.Property> = []
        for (record, type) in authorizer.policies.schema.records(of: question) {
            Self.open(type.properties, of: record, [], in: question, &open)
            for declared in type.properties where !declared.isOptional {
                let property = Change.Property(record, declared.name)
                guard question.value(of: property) == nil else { continue }
                let value = Self.sample(declared.type, directory, question)
                if let value { question.set(property, to: value) }
            }
        }
        self.open = open
        self.question = question
        classes = EquivalenceClasses(directory)
        generation = authorizer.generation
    }

    /// The request with some open properties stated, for `answer`.
    func branch(stating changes: [Change] = []) -> Branch {
        let key = Set(changes)
        if let known = branches[key] { return known }
        if branches.count >= Self.mostBranches { branches = [:] }
        let branch = Branch(changes)
        branches[key] = branch
        return branch
    }

    /// The conditional decision for a valid token, and the tokens to which it also applies.
    /// - Parameters:
    ///   - token: `nil` for the external subject of the request.
    ///   - stated: the branch with the properties that are stated in addition.
    func answer(for token: Int?, _ stated: Branch) -> (answer: ConditionalDecision, equivalence: TokenEquivalence) {
        if authorizer.generation != generation {
            for branch in branches.values { (branch.nodes, branch.equivalences) = ([:], [:]) }
            (settled, searches) = ([:], [:])
            generation = authorizer.generation
        }
        guard let first = pathDecision(token, stated), first.isOfPolicies else { return (.no, .none) }
        if let path = first.path, let equivalence = settled[path] { return (first.answer, equivalence) }
        let root = node(token, stated, first)
        if root.isSettled, let path = first.path { settled[path] = root.equivalence }
        let (answer, equivalence, steps) = search(token, stated, first, root)
        if let path = first.path, let steps, !stated.changes.isEmpty {
            let search = Search(token: token, steps: steps, answer: answer)
            if searches[path, default: []].count < Self.mostSearches { searches[path, default: []].append(search) }
        }
        return (answer, equivalence)
    }

    /// The answer of `answer` for the request in another department, where the trees decide all that a known search tried
    /// on the same paths; `nil` where no such search is known. It costs a few walks through the trees.
    /// - Parameters:
    ///   - department: its number.
    ///   - place: the place of the property that names it.
    func knownAnswer(for token: Int?, department: Int, at place: Int) -> ConditionalDecision? {
        guard authorizer.generation == generation,
            let first = moved(branch(), token, department, place)
        else { return nil }
        guard first.isOfPolicies else { return .no }
        guard let path = first.path else { return nil }
        if settled[path] != nil { return first.answer }
        return searches[path]?.first { search in
            search.token == token
                && search.steps.allSatisfy { moved($0.branch, token, department, place)?.path == $0.path }
        }?.answer
    }

    /// The decision of a branch in another department, by the trees alone.
    private func moved(_ branch: Branch, _ token: Int?, _ department: Int, _ place: Int) -> PathDecision? {
        if branch.moved == nil {
            if branch.request == nil { _ = pathDecision(token, branch) }
            branch.moved = branch.request
        }
        guard branch.moved != nil else { return nil }
        if let token { branch.moved!.set(.token, .listed(token)) }
        branch.moved!.put(.department(department), at: place)
        let (summary, path) = authorizer.tracedSummary(&branch.moved!, obligations: obligations)
        return PathDecision(isPermitted: summary.isPermitted, path: path, isOfPolicies: summary.isOfPolicies)
    }

    /// The number of a token's equivalence class.
    func equivalenceClass(of token: Int) -> Int {
        classes.number(directory.tokens[token].assignment, directory.tokens[token].kind)
    }

    /// Searches for changes that turn a decision.
    /// - Returns: also the steps of the search; `nil` where it could go otherwise although the paths are the same.
    private func search(_ token: Int?, _ stated: Branch, _ first: PathDecision, _ root: Node) -> (
        answer: ConditionalDecision, equivalence: TokenEquivalence, steps: [Search.Step]?
    ) {
        var tries = 0
        var contents: Set<Change.Property> = []
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(stated)]
        var queue = [(branch: stated, decided: first, node: root)]
        var isCut = false
        var equivalence = TokenEquivalence.all
        var steps: [Search.Step]? = root.readsStated ? nil : []
        var place = 0
        while place < queue.count, !isCut {
            let (_, decided, node) = queue[place]
            place += 1
            contents.formUnion(node.contents)
            equivalence = min(equivalence, node.equivalence)
            for (_, next) in node.next where seen.insert(ObjectIdentifier(next)).inserted {
                guard tries < Self.mostTries else {
                    isCut = true
                    break
                }
                guard let answer = pathDecision(token, next) else { continue }
                // An uncacheable policy runs Lua each time, which is slow.
                tries += answer.path == nil && answer.isOfPolicies ? 8 : 1
                let changes = Array(next.changes.dropFirst(stated.changes.count))
                if let path = answer.path { steps?.append((branch(stating: changes), path)) } else { steps = nil }
                // A change that makes no difference alone makes none together with others.
                if let path = answer.path, path == decided.path { continue }
                if answer.isPermitted != first.isPermitted {
                    equivalence = min(equivalence, self.equivalence(token, next, answer))
                    return (first.isPermitted ? .unless(changes) : .when(changes), equivalence, steps)
                }
                let node = self.node(token, next, answer)
                if node.readsStated { steps = nil }
                if next.changes.count - stated.changes.count < Self.mostChanges {
                    queue.append((next, answer, node))
                } else {
                    equivalence = min(equivalence, node.equivalence)
                    isCut = isCut || !node.next.isEmpty
                }
            }
        }
        if isCut {
            contents.formUnion(queue.flatMap { $0.branch.changes.compactMap(\.property) }.filter(isOpen))
        }
        if isCut { equivalence = .none }
        guard !contents.isEmpty else { return (first.answer, equivalence, steps) }
        let properties = contents.sorted { $0.text < $1.text }
        return (.reads(properties, isPermitted: first.isPermitted), equivalence, steps)
    }

    private func pathDecision(_ token: Int?, _ branch: Branch) -> PathDecision? {
        if branch.request == nil {
            var asked = Scenario(branch.changes, tenant: "").apply(to: question)
            if let token { asked.subject = .token(directory.tokens[token].id.description) }
            branch.request = try? authorizer.request(asked, on: directory)
        }
        guard branch.request != nil else { return nil }
        if let token { branch.request!.set(.token, .listed(token)) }
        var (summary, path) = authorizer.tracedSummary(&branch.request!, obligations: obligations)
        guard summary.isOfPolicies else { return PathDecision(isPermitted: false, path: nil, isOfPolicies: false) }
        // The trees may have learned the path from this run.
        if path == nil { (summary, path) = authorizer.tracedSummary(&branch.request!, obligations: obligations) }
        return PathDecision(isPermitted: summary.isPermitted, path: path, isOfPolicies: true)
    }

    /// The tokens that are decided in the same way, according to the facts that were read.
    private func equivalence(_ token: Int?, _ branch: Branch, _ decided: PathDecision) -> TokenEquivalence {
        if let path = decided.path, let known = branch.equivalences[path] { return known }
        let equivalence = node(token, branch, decided).equivalence
        if let path = decided.path { branch.equivalences[path] = equivalence }
        return equivalence
    }

    private func node(_ token: Int?, _ branch: Branch, _ decided: PathDecision) -> Node {
        guard let path = decided.path, let token else { return examined(token, branch) }
        let equivalenceClass = equivalenceClass(of: token)
        if let known = branch.nodes[path]?.value(directory.tokens[token], equivalenceClass: equivalenceClass) {
            return known
        }
        let node = examined(token, branch)
        branch.nodes[path, default: ClassCache()].note(
            node, for: directory.tokens[token], equivalenceClass: equivalenceClass, node.validFor)
        return node
    }

    private func examined(_ token: Int?, _ branch: Branch) -> Node {
        var asked = Scenario(branch.changes, tenant: "").apply(to: question)
        if let token { asked.subject = .token(directory.tokens[token].id.description) }
        guard let traced = try? authorizer.examine(asked, on: directory),
            let suggestions = ChangeSuggestions(traced, authorizer)
        else { return Node() }
        var node = Node()
        node.equivalence = traced.equivalence
        let (facts, canTurn) = openFacts(traced)
        guard canTurn else {
            node.isSettled = true
            return node
        }
        for fact in facts {
            node.validFor = min(node.validFor, fact.parts.map(\.equivalence).min() ?? .all)
            // Also for a property that was only tried: the value is one of many.
            node.readsStated = node.readsStated || fact.properties.contains { !isOpen($0) }
            if fact.readsContent { node.contents.formUnion(fact.properties.filter(isOpen)) }
            if fact.readsIdentity { node.contents.insert(Change.Property(.resource, "id")) }
        }
        var seen: Set<Change> = []
        for change in facts.flatMap(suggestions.requests) {
            guard let property = change.property, isOpen(property), seen.insert(change).inserted else {
                continue
            }
            // Trying a first value of a property may have shown further values.
            node.next.append((change, self.branch(stating: Self.changes(branch.changes, and: change, of: property))))
        }
        return node
    }

    /// Changes with one more, which replaces those of the same property and becomes part of that of a whole.
    private static func changes(
        _ changes: [Change], and change: Change, of property: Change.Property
    ) -> [Change] {
        var others = changes.filter { $0.property.map(property.contains) != true }
        for (place, other) in others.enumerated() {
            guard let whole = other.absorbing(change) else { continue }
            others[place] = whole
            return others
        }
        return others + [change]
    }

    /// True for a property that the request does not state, or a part of one.
    private func isOpen(_ property: Change.Property) -> Bool {
        open.contains(property)
            || property.path.count > 1
                && (1..<property.path.count).contains { count in
                    open.contains(Change.Property(property.record, path: Array(property.path.prefix(count))))
                }
    }

    /// The facts that depend on an open property, and true when they could turn the decision.
    ///
    /// A policy that reads no open property decides the same whatever its value. If such a policy denies, or if no
    /// policy may still permit, nothing can turn the decision.
    private func openFacts(_ traced: TracedDecision) -> (facts: [ObservedFact], canTurn: Bool) {
        var facts: [ObservedFact] = []
        var isDenied = false
        var canPermit = false
        for observedFacts in traced.observedFacts {
            guard let policy = authorizer.policies.policies.first(where: { $0.id == observedFacts.policy }),
                !policy.isObserving
            else { continue }
            let own = observedFacts.observedFacts.filter { fact in
                fact.properties.contains(where: isOpen) || fact.readsIdentity && question.resource?.id == nil
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
}

extension Change {
    var property: Property? { if case .property(let property, _) = self { property } else { nil } }
}

extension ObservedFact {
    /// True when it reads the resource's id, which no change can replace.
    fileprivate var readsIdentity: Bool {
        parts.contains { part in
            guard case .attribute(.recordID) = part.operation else { return false }
            return part.operands.first?.type == .resource
        }
    }

    /// True when the content itself is read, which has unlimited other values.
    fileprivate var readsContent: Bool {
        switch operation {
        case .property, .element, .key, .entry, .length, .plus, .sum, .difference, .attribute: type != .boolean
        default: parts.contains(where: \.isOfPlugin)
        }
    }

    /// True when a plugin computes it from something else, in a way that cannot be analysed.
    private var isOfPlugin: Bool {
        switch operation {
        case .call, .data, .argument: true
        default: false
        }
    }
}

extension Schema {
    /// The records whose properties a request may bring, as the schema declares them.
    func records(of question: AuthorizationRequest) -> [(Change.Property.Record, RecordType)] {
        var records: [(Change.Property.Record, RecordType)] = [(.context, context)]
        if question.kind == .access, let type = action(question.action) { records.append((.action, type)) }
        if let type = question.resource.flatMap({ resource($0.type) }) { records.append((.resource, resources[type])) }
        if case .external(let name, _, _) = question.subject, let type = subject(name) {
            records.append((.subject, subjects[type]))
        }
        return records
    }
}
