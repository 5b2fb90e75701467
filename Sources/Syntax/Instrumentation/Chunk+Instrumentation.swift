extension Chunk {
    /// The program with checked operations and calls that report which parts of its functions run. Code outside of
    /// functions runs whenever the program is loaded, and reports nothing.
    ///
    /// Values and lines are those of `rewritten`; it needs more instructions, and two local variables.
    /// - Parameters:
    ///   - questions: methods that return a Boolean.
    ///   - effectCalls: global functions whose calls are listed.
    ///   - base: the number that is reported for the first site.
    package func instrumented(questions: Set<String>, effects: Set<String>, base: Int = 0) -> InstrumentedProgram {
        var finder = CoverageSiteFinder(self, questions: questions, effects: effects)
        finder.find()
        var edits = [Edit(offset: firstLine, order: Int.min + 1, text: Self.prelude)]
        for (number, site) in finder.sites.enumerated() where site.kind == .statement {
            edits.append(Edit(offset: site.start, order: 0, text: "__probe(\(base + number));"))
        }
        for (id, number) in finder.truths {
            surround(id, .truth, "__truth(\(base + number),", ")", into: &edits)
            guard finder.sites[number].orders, case .binary(_, let left, let right, _) = self[id].kind else { continue }
            surround(left, .operand, "__operand(\(base + number),1,", ")", into: &edits)
            surround(right, .operand, "__operand(\(base + number),2,", ")", into: &edits)
        }
        return InstrumentedProgram(source: rewritten(with: edits), sites: finder.sites, effectCalls: finder.effectCalls)
    }

    /// Both functions return their value unchanged.
    private static let prelude = """
        local function __truth(n, v) __probe(n, not not v) return v end \
        local function __operand(n, s, v) __probe(n, s, v) return v end 
        """

    /// The offset at which code can be inserted: after a first line that begins with `#`.
    private var firstLine: Int {
        guard source.first == UInt8(ascii: "#") else { return 0 }
        return source.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? source.count
    }
}

/// The search for the coverage sites of a program.
struct CoverageSiteFinder {
    private let chunk: Chunk
    private let questions: Set<String>
    private let effects: Set<String>
    private(set) var sites: [CoverageSite] = []
    /// The site numbers of expressions.
    private(set) var truths: [Expression.ID: Int] = [:]
    private(set) var effectCalls: [EffectCall] = []

    private var statements: [CoverageSite] = []
    private var expressions: [Expression.ID: CoverageSite] = [:]
    private var calls: [(name: String, position: Position)] = []

    init(_ chunk: Chunk, questions: Set<String>, effects: Set<String>) {
        self.chunk = chunk
        self.questions = questions
        self.effects = effects
    }

    mutating func find() {
        var functions: [Block] = []
        chunk.walk { node in
            switch node {
            case .statement(let statement):
                switch statement.kind {
                case .function(_, let function), .localFunction(_, let function):
                    functions.append(chunk[function].block)
                    return false
                default: return true
                }
            case .expression(let id):
                guard case .function(let function) = chunk[id].kind else { return true }
                functions.append(chunk[function].block)
                return false
            }
        }
        var nodes: [Node] = []
        for block in functions {
            chunk.walk(block) { node in
                nodes.append(node)
                return true
            }
        }
        for node in nodes {
            switch node {
            case .statement(let statement): note(statement)
            case .expression(let id): note(id)
            }
        }
        number()
    }

    /// Puts everything in source order, an outer site before those inside it.
    private mutating func number() {
        let all = statements.map { (site: $0, id: Expression.ID?.none) } + expressions.map { ($0.value, $0.key) }
        let sorted = all.sorted { one, other in
            if one.site.start != other.site.start { return one.site.start < other.site.start }
            if one.site.kind != other.site.kind { return one.site.kind == .statement }
            return one.site.end > other.site.end
        }
        for (number, entry) in sorted.enumerated() {
            sites.append(entry.site)
            if let id = entry.id { truths[id] = number }
        }
        for call in calls.sorted(by: { $0.position < $1.position }) {
            let enclosing = sites.lastIndex { site in
                site.kind == .statement && site.start <= call.position.offset && call.position.offset < site.end
            }
            if let enclosing {
                effectCalls.append(EffectCall(name: call.name, position: call.position, statement: enclosing))
            }
        }
    }

    private mutating func note(_ statement: Statement) {
        switch statement.kind {
        case .empty, .label, .block: return
        case .if(let branches, _): for branch in branches { decide(branch.condition, .if) }
        case .while(let condition, _): decide(condition, .while)
        case .repeat(_, let condition): decide(condition, .until)
        default: break
        }
        statements.append(CoverageSite(.statement, statement.position, end: statement.end))
    }

    private mutating func note(_ id: Expression.ID) {
        switch chunk[id].kind {
        case .binary(let operation, let left, _, _):
            switch operation {
            case .and: decide(left, .and)
            case .or: decide(left, .or)
            case .equal, .notEqual: change(id) { $0.asks = true }
            case .less, .lessEqual, .greater, .greaterEqual:
                change(id) { site in
                    site.asks = true
                    site.orders = true
                }
            default: break
            }
        case .unary(.not, let operand): ask(operand)
        case .method(_, let name, _) where questions.contains(name.name): change(id) { $0.asks = true }
        case .call(let callee, _):
            if case .name(let name) = chunk[callee].kind, name.target == .global, effects.contains(name.name) {
                calls.append((name.name, chunk[callee].position))
            }
        default: break
        }
    }

    /// Notes an expression that decides which way a branch goes.
    private mutating func decide(_ id: Expression.ID, _ branch: CoverageSite.Branch) {
        let id = bare(id)
        ask(id)
        guard !isLiteral(id) else { return }
        change(id) { site in
            if site.branch == nil || branch == .if || branch == .while || branch == .until { site.branch = branch }
        }
    }

    /// Notes the conditions that an expression is joined from by `and`, `or` and `not`.
    private mutating func ask(_ id: Expression.ID) {
        var rest = [id]
        while let next = rest.popLast().map(bare) {
            switch chunk[next].kind {
            case .binary(.and, let left, let right, _), .binary(.or, let left, let right, _): rest += [left, right]
            case .unary(.not, let operand): rest.append(operand)
            default: if !isLiteral(next) { change(next) { $0.asks = true } }
            }
        }
    }

    private mutating func change(_ id: Expression.ID, _ body: (inout CoverageSite) -> Void) {
        let expression = chunk[id]
        body(&expressions[id, default: CoverageSite(.truth, expression.position, end: expression.end)])
    }

    /// The expression without the parentheses around it.
    private func bare(_ id: Expression.ID) -> Expression.ID {
        var id = id
        while case .parenthesized(let inner) = chunk[id].kind { id = inner }
        return id
    }

    private func isLiteral(_ id: Expression.ID) -> Bool {
        switch chunk[id].kind {
        case .nil, .boolean, .integer, .float, .string, .table, .function: true
        default: false
        }
    }
}
