internal import Decisions
internal import Model
internal import Policies

/// Answers one question for token after token, and tells what each answer depends on that the question does not state.
///
/// The question is judged by the trees as it stands. Only where policies read what is not stated, and only those could
/// still turn it, are values of it tried, alone and together. What was found out for one path of facts is not found out
/// again.
final class Prober {
    private let point: DecisionPoint
    private let directory: Directory
    /// As it is asked; the token is put in.
    private let question: Question
    /// What the question does not state.
    private let open: Set<Change.Property>
    private let obligations: Question.Obligations
    private var branches: [Set<Change>: Branch] = [:]
    private var generation: Int

    /// More than these are not tried for one token.
    private static let mostTries = 400
    private static let mostChanges = 4
    private static let mostBranches = 8_192

    /// The question with something stated beside it.
    final class Branch {
        let changes: [Change]
        /// Ready for any token; `nil` when it is no question.
        fileprivate var request: Request?
        fileprivate var nodes: [Place: Node] = [:]
        /// By path, whether it reads nothing of the token but its assignment and its kind.
        fileprivate var shared: [[UInt32]: Bool] = [:]
        /// By assignment and kind, answers that hold for every live token of these.
        fileprivate var answers: [Int: Answer] = [:]

        fileprivate init(_ changes: [Change]) { self.changes = changes }
    }

    fileprivate struct Place: Hashable {
        let path: [UInt32]
        /// Of the token, where what was read compares something open with what belongs to it; else -1.
        let assignment: Int
    }

    /// What is known of a path.
    fileprivate struct Node {
        /// What may turn the answer; nothing, where nothing that is open can.
        var next: [(change: Change, branch: Branch)] = []
        /// What is read in a way that changes cannot make up for.
        var contents: Set<Change.Property> = []
        var kin = Kin.all
        /// Whether nothing was read of the token but its assignment and its kind: others of these are answered the same.
        var isShared = false
    }

    /// For which other tokens on the same path a node holds.
    fileprivate enum Kin {
        case all
        case sameAssignment
        case none
    }

    private struct Judged {
        let isPermitted: Bool
        let path: [UInt32]?
        let isOfPolicies: Bool
    }

    /// - Parameter question: by any token of the tenant; required properties that it does not state are made up, and open.
    init(_ question: Question, _ point: DecisionPoint, on directory: Directory) {
        var question = question
        self.point = point
        self.directory = directory
        obligations = question.obligations
        var open: Set<Change.Property> = []
        for (record, type) in point.policies.schema.records(of: question) {
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
        generation = point.generation
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

    /// - Parameter stated: what is stated beside the question.
    func answer(for token: Int, _ stated: Branch) -> Answer {
        if point.generation != generation {
            for branch in branches.values { (branch.nodes, branch.shared) = ([:], [:]) }
            generation = point.generation
        }
        let record = directory.tokens[token]
        let kin = record.assignment * 2 + (record.kind == .api ? 0 : 1)
        if let known = stated.answers[kin] {
            return Liveness.fault(record, in: directory, now: question.now) == nil ? known : .no
        }
        guard let first = judge(token, stated), first.isOfPolicies else { return .no }
        let (answer, isShared) = search(token, stated, first)
        if isShared { stated.answers[kin] = answer }
        return answer
    }

    /// Looks for what turns a judgement.
    /// - Returns: also whether it holds for all live tokens of the same assignment and kind.
    private func search(_ token: Int, _ stated: Branch, _ first: Judged) -> (answer: Answer, isShared: Bool) {
        let root = node(token, stated, first)
        let plain: Answer = first.isPermitted ? .yes : .no
        if root.next.isEmpty, root.contents.isEmpty { return (plain, root.isShared) }
        var tries = 0
        var contents: Set<Change.Property> = []
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(stated)]
        var queue = [(branch: stated, judged: first, node: root)]
        var isCut = false
        var isShared = true
        var place = 0
        while place < queue.count, !isCut {
            let (_, judged, node) = queue[place]
            place += 1
            contents.formUnion(node.contents)
            isShared = isShared && node.isShared
            for (_, next) in node.next where seen.insert(ObjectIdentifier(next)).inserted {
                guard tries < Self.mostTries else {
                    isCut = true
                    break
                }
                guard let answer = judge(token, next) else { continue }
                // What has to be run takes its time.
                tries += answer.path == nil && answer.isOfPolicies ? 8 : 1
                // What makes no difference makes none together with others.
                if let path = answer.path, path == judged.path { continue }
                if answer.isPermitted != first.isPermitted {
                    let found = Array(next.changes.dropFirst(stated.changes.count))
                    isShared = isShared && self.isShared(token, next, answer)
                    return (first.isPermitted ? .unless(found) : .when(found), isShared)
                }
                let node = self.node(token, next, answer)
                if next.changes.count - stated.changes.count < Self.mostChanges {
                    queue.append((next, answer, node))
                } else {
                    isShared = isShared && node.isShared
                    isCut = isCut || !node.next.isEmpty
                }
            }
        }
        if isCut {
            contents.formUnion(queue.flatMap { $0.branch.changes.compactMap(\.property) }.filter(open.contains))
        }
        guard !contents.isEmpty else { return (plain, isShared && !isCut) }
        let properties = contents.sorted { $0.text < $1.text }
        return (.reads(properties, isPermitted: first.isPermitted), isShared && !isCut)
    }

    private func judge(_ token: Int, _ branch: Branch) -> Judged? {
        if branch.request == nil {
            var asked = Supposition(branch.changes, tenant: "").apply(to: question)
            asked.subject = .token(directory.tokens[token].id.description)
            branch.request = try? point.request(asked, on: directory)
        }
        guard branch.request != nil else { return nil }
        branch.request!.set(.token, .listed(token))
        var judgement = point.judge(&branch.request!, obligations: obligations)
        guard judgement.isOfPolicies else { return Judged(isPermitted: false, path: nil, isOfPolicies: false) }
        if let path = point.path { return Judged(isPermitted: judgement.isPermitted, path: path, isOfPolicies: true) }
        // What was run may be known by now.
        judgement = point.judge(&branch.request!, obligations: obligations)
        return Judged(isPermitted: judgement.isPermitted, path: point.path, isOfPolicies: true)
    }

    /// Whether a judgement holds for all live tokens of the same assignment and kind: what was read decides it.
    private func isShared(_ token: Int, _ branch: Branch, _ judged: Judged) -> Bool {
        if let path = judged.path, let known = branch.shared[path] { return known }
        let isShared = node(token, branch, judged).isShared
        if let path = judged.path { branch.shared[path] = isShared }
        return isShared
    }

    private func node(_ token: Int, _ branch: Branch, _ judged: Judged) -> Node {
        guard let path = judged.path else { return examined(token, branch) }
        let assignment = directory.tokens[token].assignment
        for kin in [-1, assignment] {
            if let known = branch.nodes[Place(path: path, assignment: kin)] { return known }
        }
        let node = examined(token, branch)
        switch node.kin {
        case .all: branch.nodes[Place(path: path, assignment: -1)] = node
        case .sameAssignment: branch.nodes[Place(path: path, assignment: assignment)] = node
        case .none: break
        }
        return node
    }

    private func examined(_ token: Int, _ branch: Branch) -> Node {
        var asked = Supposition(branch.changes, tenant: "").apply(to: question)
        asked.subject = .token(directory.tokens[token].id.description)
        guard let examination = try? point.examine(asked, on: directory), let levers = Levers(examination, point)
        else { return Node() }
        var node = Node()
        node.isShared = examination.readsOnlyAssignment
        let (facts, canTurn) = openFacts(examination)
        guard canTurn else { return node }
        for fact in facts {
            node.kin = Self.stricter(node.kin, Self.kin(fact))
            // Also of what was only tried: it is one content of many.
            if fact.readsContent { node.contents.formUnion(fact.properties.filter(open.contains)) }
            if fact.readsIdentity { node.contents.insert(Change.Property(.resource, "id")) }
        }
        var seen: Set<Change> = []
        for change in facts.flatMap(levers.requests) {
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
    private func openFacts(_ examination: Examination) -> (facts: [Reading], canTurn: Bool) {
        var facts: [Reading] = []
        var isDenied = false
        var canPermit = false
        for readings in examination.readings {
            guard let policy = point.policies.policies.first(where: { $0.id == readings.policy }), !policy.isObserving
            else { continue }
            let own = readings.readings.filter { fact in
                fact.properties.contains(where: open.contains) || fact.readsIdentity && question.resource?.id == nil
            }
            guard own.isEmpty else {
                canPermit = canPermit || !policy.grants.isEmpty
                facts += own
                continue
            }
            let statements = examination.statements(of: policy.id)
            isDenied =
                isDenied || statements.contains { $0.effect == .deny } || !examination.failures(of: policy.id).isEmpty
            canPermit = canPermit || statements.contains { $0.effect == .permit }
        }
        return (facts, !facts.isEmpty && !isDenied && canPermit)
    }

    /// What it reads of the token decides for which others it reads the same.
    private static func kin(_ fact: Reading) -> Kin {
        var kin = Kin.all
        for part in fact.parts {
            if part.holder != nil { kin = .sameAssignment }
            // Its kind belongs to the token, and not to its assignment.
            if !part.readsOnlyAssignment || part.operation == .attribute(.kind) { return .none }
        }
        return kin
    }

    private static func stricter(_ one: Kin, _ other: Kin) -> Kin {
        switch (one, other) {
        case (.none, _), (_, .none): .none
        case (.sameAssignment, _), (_, .sameAssignment): .sameAssignment
        default: .all
        }
    }

    private static func sample(_ type: ValueType, _ directory: Directory, _ question: Question) -> JSON? {
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

extension Examination {
    /// Whether nothing was read of who acts but the assignment and the kind: every live token of these reads the same.
    var readsOnlyAssignment: Bool {
        readings.allSatisfy { $0.readings.allSatisfy { $0.parts.allSatisfy(\.readsOnlyAssignment) } }
    }
}

extension Reading {
    /// Whether it reads nothing of a token that others of its assignment and kind have not.
    fileprivate var readsOnlyAssignment: Bool {
        guard operands.contains(where: { $0.holder != nil }) else { return true }
        switch operation {
        case .attribute(let attribute): return [.department, .user, .userType, .kind].contains(attribute)
        case .can, .meets, .covers: return true
        // What a function of a plugin makes of a whole token is not known.
        default: return false
        }
    }

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
    func records(of question: Question) -> [(Change.Property.Record, RecordType)] {
        var records: [(Change.Property.Record, RecordType)] = [(.context, context)]
        if let type = question.resource.flatMap({ resource($0.type) }) { records.append((.resource, resources[type])) }
        if case .external(let name, _, _) = question.subject, let type = subject(name) {
            records.append((.subject, subjects[type]))
        }
        return records
    }
}
