internal import Model
internal import Policies

/// The branch that is walked: the facts that were read so far, the answer of each, and the answers that are left.
final class BranchPath {
    private struct Step {
        let fact: FactTable.ID
        let answers: [BranchTree.FactAnswer]
        var taken = 0
        /// The number of its node in the tree, once it has one.
        var node = -1
    }

    private let table: FactTable
    private let source: Expressions
    private let offset: Int
    private let elements: Int
    private var knowledge: WalkKnowledge
    private var steps: [Step] = []
    /// The number of steps that the present run has made.
    private var depth = 0
    /// The answers of the present run, by fact.
    private var answers: [FactTable.ID: BranchTree.FactAnswer] = [:]
    private(set) var isUnsteady = false
    /// The reason why the present branch was not walked to its end.
    private(set) var unexplored: BranchTree.Unexplored?

    init(_ table: FactTable, _ context: DecisionContext, _ source: Expressions, offset: Int, elements: Int) {
        self.table = table
        self.source = source
        self.offset = offset
        self.elements = elements
        knowledge = WalkKnowledge(table, context)
    }

    /// Begins another run.
    func begin() {
        depth = 0
        answers.removeAll(keepingCapacity: true)
        knowledge.forget()
        unexplored = nil
    }

    /// The value with which the present run goes on.
    func value(of expression: Expressions.ID) -> Value {
        let fact = table.take(expression, from: source, offset: offset)
        // After what cannot be walked, the run only has to end.
        guard unexplored == nil else { return .failure(Self.notWalked) }
        let answer = answers[fact] ?? next(fact)
        if case .other = answer {
            unexplored = reason(fact)
            return .failure(Self.notWalked)
        }
        return value(answer, of: fact)
    }

    private static let notWalked = "this branch is not walked"

    private func next(_ fact: FactTable.ID) -> BranchTree.FactAnswer {
        if depth == steps.count {
            steps.append(Step(fact: fact, answers: possible(fact)))
        } else if steps[depth].fact != fact {
            isUnsteady = true
            return .other
        }
        let answer = steps[depth].answers[steps[depth].taken]
        depth += 1
        answers[fact] = answer
        knowledge.note(fact, answer)
        return answer
    }

    /// Every answer of a fact on the present branch.
    private func possible(_ fact: FactTable.ID) -> [BranchTree.FactAnswer] {
        if table.type(fact) == .boolean { return knowledge.answers(fact) }
        if table.constant(fact) != nil { return [.constant(fact)] }
        var answers: [BranchTree.FactAnswer]
        if let names = knowledge.names(of: fact) {
            answers = names.map { .constant(table.constant(.string($0), .string)) }
        } else if let numbers = table.numbers(of: fact) {
            answers = numbers.compactMap { number in
                if case .absent = number { nil } else { .constant(table.constant(number, .number)) }
            }
        } else if table.node(fact).operation == .length, table.type(table.node(fact).a) != .string {
            answers = lengths(fact)
        } else {
            answers = [.other]
        }
        switch knowledge.presence(fact) {
        case .always: return answers.isEmpty ? [.other] : answers
        case .never: return [.fails]
        case .perhaps: return answers + [.fails]
        }
    }

    private func lengths(_ fact: FactTable.ID) -> [BranchTree.FactAnswer] {
        let list = table.node(fact).a
        if case .restricted(_, .count(let count)) = table.expressions.declared(list) {
            return [.constant(table.constant(.integer(Int64(count)), .number))]
        }
        if let counts = table.counts(ofSetting: list) {
            return counts.map { .constant(table.constant(.integer(Int64($0)), .number)) }
        }
        return (0...elements).map { .constant(table.constant(.integer(Int64($0)), .number)) } + [.other]
    }

    private func reason(_ fact: FactTable.ID) -> BranchTree.Unexplored {
        if isUnsteady { return .unsteady }
        if table.node(fact).operation == .length, table.type(table.node(fact).a) != .string {
            return .longList(table.node(fact).a, most: elements)
        }
        return .content(fact)
    }

    private func value(_ answer: BranchTree.FactAnswer, of fact: FactTable.ID) -> Value {
        switch answer {
        case .yes: .boolean(true)
        case .no: .boolean(false)
        case .constant(let constant): table.constant(constant)!
        case .fails: .failure(table.failure(of: fact))
        case .other: .failure(Self.notWalked)
        }
    }

    // MARK: The tree

    /// The facts of the present branch that have no node yet, each with the answer that leads on.
    func extend(_ tree: inout BranchTree, to leaf: BranchTree.Leaf) {
        var parent: (node: Int, answer: BranchTree.FactAnswer)?
        for index in 0..<depth {
            if steps[index].node < 0 {
                steps[index].node = tree.add(.fact(steps[index].fact, branches: []), under: parent)
            }
            parent = (steps[index].node, steps[index].answers[steps[index].taken])
        }
        _ = tree.add(.leaf(leaf), under: parent)
    }

    /// Goes to the next branch.
    /// - Returns: false when every branch was walked.
    func advance(_ tree: inout BranchTree) -> Bool {
        steps.removeSubrange(depth...)
        while let last = steps.last {
            if last.taken + 1 < last.answers.count {
                steps[steps.count - 1].taken += 1
                return true
            }
            steps.removeLast()
        }
        return false
    }

    /// Adds a leaf for every branch that is left.
    func giveUp(_ tree: inout BranchTree, _ reason: BranchTree.Unexplored) {
        // The branch that is next was not begun; the answers after the present ones of every step are left, too.
        while let last = steps.last {
            if last.node >= 0 {
                for answer in last.answers[last.taken...] {
                    tree.addUnlessThere(.leaf(.unexplored(reason)), under: (last.node, answer))
                }
            }
            steps.removeLast()
            if let before = steps.indices.last { steps[before].taken += 1 }
        }
    }
}

extension BranchTree {
    mutating func add(_ leaf: Leaf, _ path: BranchPath) { path.extend(&self, to: leaf) }

    fileprivate mutating func add(_ node: Node, under parent: (node: Int, answer: FactAnswer)?) -> Int {
        let number = nodes.count
        nodes.append(node)
        if let parent, case .fact(let fact, var branches) = nodes[parent.node] {
            branches.append((parent.answer, number))
            nodes[parent.node] = .fact(fact, branches: branches)
        }
        return number
    }

    fileprivate mutating func addUnlessThere(_ node: Node, under parent: (node: Int, answer: FactAnswer)) {
        guard case .fact(_, let branches) = nodes[parent.node],
            !branches.contains(where: { $0.answer == parent.answer })
        else { return }
        _ = add(node, under: parent)
    }
}
