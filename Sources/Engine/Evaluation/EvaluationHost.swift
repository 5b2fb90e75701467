internal import Lua
internal import Model
internal import Policies

/// The host of a running policy: it forms expressions, reads facts and gathers effects.
///
/// INVARIANT: no access to one of its properties is open while the interpreter runs; each call opens and closes its
/// own.
final class EvaluationHost: SandboxHost {
    /// More questions than any honest policy asks in one evaluation; a policy that asks more is stopped.
    static let mostQuestions = 40_000
    static let tooMany =
        "this policy asks too much in one evaluation: too many questions or facts, or too costly functions of plugins"
    /// The evaluator starts over beyond this number of expressions or bytes of text.
    static let mostExpressions = 65_536
    /// The limit of expressions within one request, however many policies form them: half of those that facts can
    /// have as numbers.
    static let mostAtOnce = Int(CompiledFact.noFact) / 2
    static let mostTextBytes = 16 << 20
    static let mostEffects = 256
    static let mostFacts = 20_000
    /// The most fuel for all calls to functions of plugins in one evaluation.
    static let mostPluginFuel = 2_000_000
    static let tooDeep = "this value is computed from too many nested values"

    let expressions: Expressions
    private let factsBox: UnsafeBox<Facts>
    let resolver: Resolver
    fileprivate let runBox = UnsafeBox(Run())

    /// The state that changes while policies run.
    fileprivate struct Run: ~Copyable {
        /// The policies that are run, one after the other.
        var policies: [Int] = []
        var policy: UInt32 = 0
        var records = EvaluationRecords()
        /// The index of the first fact that the current policy has read.
        var start = 0
        /// For each expression, the last run that read it.
        var traced = UncheckedArray<UInt32>()
        var number: UInt32 = 0
        var questions = 0
        var noise: ((Value) -> Value)?
        var oracle: ((Expressions.ID) -> Value)?
        /// The cost of the plugin functions that were called, in fuel.
        var spent = 0
    }

    /// The log of instrumented policies; `nil` where no policy is instrumented.
    var coverageLog: CoverageLog?
    var effectCache = EffectCache()
    /// The chunks of the libraries in the interpreter that runs, by name.
    var libraryChunks: [ExactName: Int] = [:]
    /// True when a plugin's function runs instead of a policy: its facts are about its arguments, and every question is
    /// asked in full.
    var isFunction = false
    /// True when every question is asked in full, without what earlier ones have shown.
    var asksInFull = false

    /// Methods that were called on an expression whose type has them: expression and method in one number.
    var known: Set<UInt64> = []
    /// The expression of each request shape.
    private let requestHandles: [Expressions.ID]

    /// - Parameter facts: shared by the host and the evaluator, which use them in turn.
    init(resolver: Resolver, facts: UnsafeBox<Facts>) {
        self.resolver = resolver
        let expressions = facts.value.expressions
        self.expressions = expressions
        requestHandles = resolver.shapes.indices.map { expressions.intern(.request, UInt32($0), type: .request) }
        factsBox = facts
    }

    var facts: Facts {
        _read { yield factsBox.value }
        _modify { yield &factsBox.value }
    }

    private var run: Run {
        _read { yield runBox.value }
        _modify { yield &runBox.value }
    }

    /// The policy that runs now, by its number.
    var policy: UInt32 { run.policy }
    /// The records of the runs since policies were last taken.
    var records: EvaluationRecords {
        _read { yield runBox.value.records }
        _modify { yield &runBox.value.records }
    }

    /// Changes the values that policies read. Only tests set it, to plant a policy that is not a function of its facts.
    var noise: ((Value) -> Value)? {
        get { run.noise }
        set { run.noise = newValue }
    }

    /// Gives the value of each fact that policies read, instead of the request. `BranchWalk` sets it, to walk every branch.
    var oracle: ((Expressions.ID) -> Value)? {
        get { run.oracle }
        set { run.oracle = newValue }
    }

    /// Forgets the records, and takes the policies to run next.
    func take(_ policies: [Int]) {
        run.policies = policies
        run.records.forget()
    }

    /// Runs `body`, which may take other policies, and restores the current ones.
    func pause(while body: () -> Void) {
        let policies = run.policies
        var records = EvaluationRecords()
        swap(&run.records, &records)
        let wasOpen = coverageLog?.isOpen ?? false
        coverageLog?.close()
        body()
        if wasOpen { coverageLog?.open() }
        run.policies = policies
        swap(&run.records, &records)
    }

    /// Begins the next of the taken policies.
    func begin() {
        run.begin()
        coverageLog?.begin(Int(policy))
    }

    /// The number of facts that the current policy has read.
    var factCount: Int { run.factCount }

    /// Records an effect.
    /// - Returns: true when there was room for it.
    func append(_ effect: CalledEffect) -> Bool {
        run.records.append(effect)
        return run.records.effectCount <= Self.mostEffects
    }

    func requestHandle(_ index: Int) -> UInt32 { requestHandles[index] }

    /// True when more expressions were formed than are kept.
    var isCrowded: Bool {
        expressions.count > Self.mostExpressions || expressions.textBytes > Self.mostTextBytes
    }

    /// Counts a question. Each evaluation has its own count, so that the same policy fails the same way every time.
    func mayAsk() -> Bool {
        run.questions += 1
        return run.questions <= Self.mostQuestions && run.factCount < Self.mostFacts
            && expressions.nodes.count < Self.mostAtOnce
            && run.spent <= Self.mostPluginFuel
    }

    /// Counts the cost of calling a plugin's function.
    func spend(_ fuel: Int) { run.spent += fuel }

    // MARK: Reading

    /// The value of an expression, read as a fact and noted in the trace.
    func read(_ id: Expressions.ID) -> Value {
        run.note(id, of: expressions)
        if let oracle = run.oracle { return oracle(id) }
        let value = facts.value(id)
        return run.noise.map { $0(value) } ?? value
    }

    var port: FastCallbacks? {
        if isFunction { return nil }
        return unsafe FastCallbacks(
            Unmanaged.passUnretained(self).toOpaque(),
            fact: { host, fact in
                unsafe Unmanaged<EvaluationHost>.fromOpaque(host!)._withUnsafeGuaranteedRef { $0.holds(fact) }
            },
            begin: { host in
                unsafe Unmanaged<EvaluationHost>.fromOpaque(host!)._withUnsafeGuaranteedRef { $0.begin() }
            })
    }

    /// Answers a fact that the same question has asked before; it is counted and noted in the trace as it was then.
    private func holds(_ fact: Expressions.ID) -> Int32 {
        guard run.questions < Self.mostQuestions, run.factCount < Self.mostFacts, run.noise == nil,
            run.oracle == nil, !asksInFull, run.spent <= Self.mostPluginFuel
        else { return -1 }
        let truth = facts.truth(of: fact)
        guard truth != .other else { return -1 }
        run.questions += 1
        run.note(fact, of: expressions)
        return truth == .yes ? 1 : 0
    }

    /// Asks a boolean fact.
    func ask(_ id: Expressions.ID) -> HostAnswer {
        let value = read(id)
        if case .boolean(let holds) = value { return .fact(id, holds: holds) }
        return answer(value, of: id)
    }

    /// The answer that a script gets for the value of an expression.
    func answer(_ value: Value, of id: Expressions.ID) -> HostAnswer {
        if case .absent = value { return answer(facts.absence(id)) }
        return answer(value)
    }

    private func answer(_ value: Value) -> HostAnswer {
        switch value {
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        case .instant(let value): .string(value.description)
        case .date(let value): .string(value.description)
        case .time(let value): .string(value.description)
        case .duration(let value): .string(value.description)
        case .ip(let value): .string(value.description)
        case .network(let value): .string(value.description)
        case .failure(let message): .failure(message)
        case .absent: .failure("this is absent: ask `:has` first")
        case .department, .user, .userType, .list, .map, .record, .entity:
            .failure("this has parts, and no value of its own")
        }
    }

    func type(_ handle: UInt32) -> ValueType { expressions.types[Int(handle)] }

    func typeName(_ handle: UInt32) -> String {
        switch type(handle) {
        case .string: "string"
        case .number: "number"
        case .boolean: "boolean"
        // The action is its name wherever a string is wanted.
        case .action: "string"
        case let type: type.name
        }
    }

    // Called once for each handle and name, and so never counted: the count must be the same for every evaluation.
    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer {
        if [.string, .action].contains(type(handle)), Vocabulary.textMethods.contains(key) { return .text }
        guard expressions.carries(handle) else { return .failure(Self.tooDeep) }
        do throws(Resolver.Fault) {
            switch try resolver.meaning(of: key, on: handle, in: expressions) {
            case .expression(let id): return .expression(id)
            case .fact(let id): return .fact(id)
            case .method(.any): return .walk(until: true)
            case .method(.all) where !type(handle).isTable: return .walk(until: false)
            case .method(let method): return .method(method.rawValue)
            case .function(let number): return .method(PluginFunction.firstCode + UInt32(number))
            }
        } catch {
            return .failure(error.message)
        }
    }

    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        if operation == .add || operation == .subtract, !isOfTimes(arguments) { return .nothing }
        guard mayAsk() else { return .failure(Self.tooMany) }
        switch operation {
        case .add: return arithmetic(.sum, arguments)
        case .subtract: return arithmetic(.difference, arguments)
        case .read: return readNamed(arguments.handle(0)!)
        case .content: return content(expressions.content(of: arguments.handle(0)!))
        case .equal: return compare(.equal, "compare", arguments)
        case .less: return compare(.less, "order", arguments)
        case .lessEqual: return compare(.lessEqual, "order", arguments)
        case .length:
            let handle = arguments.handle(0)!
            if case .table(let table) = type(handle) {
                return .integer(Int64(resolver.plugins.tables[table].table.count))
            }
            guard type(handle).hasLength else { return .failure("\(type(handle).withArticle) has no length") }
            let length = expressions.intern(.length, expressions.content(of: handle), type: .number)
            return answer(read(length), of: length)
        case .element: return element(arguments)
        case .index: return indexed(arguments)
        case .key, .value: return entry(operation, arguments)
        }
    }

    /// Reads a boolean, or a value that may be absent, where a script names it.
    private func readNamed(_ id: UInt32) -> HostAnswer {
        if let presence = expressions.presence[Int(id)] {
            let isPresent = read(presence)
            guard case .boolean(true) = isPresent else {
                if case .failure(let message) = isPresent { return .failure(message) }
                let node = expressions.nodes[Int(presence)]
                let name = expressions.names[Int(node.b)]
                return .failure("`\(expressions.text(id))` is absent: ask `:has(\"\(name)\")` first")
            }
        }
        guard type(id) != .boolean else {
            return expressions.presence[Int(id)] == nil ? ask(id) : answer(read(id), of: id)
        }
        return expressions.presence[Int(id)].map { .handleWhile(id, fact: $0) } ?? .handle(id)
    }

    private func content(_ id: UInt32) -> HostAnswer {
        let type = type(id)
        switch type {
        case .string, .number, .boolean, .instant, .date, .time, .duration, .ip, .network:
            return answer(read(id), of: id)
        case .department, .userType, .user:
            return .failure("\(type.withArticle) is not a string: write `.id` or `.name`")
        default: return .failure("\(type.withArticle) is neither a string nor a number")
        }
    }

    // MARK: Comparing

    private func compare(
        _ operation: Expressions.Operation, _ verb: String, _ arguments: LuaArguments
    ) -> HostAnswer {
        do throws(Resolver.Fault) {
            let one = try operand(arguments, 0)
            let other = try operand(arguments, 1)
            try Resolver.same(type(one), type(other), verb)
            if operation != .equal, !type(one).isOrdered {
                throw Resolver.Fault(message: "\(type(one).withArticle) has no order")
            }
            if type(one).hasParts {
                throw Resolver.Fault(message: "\(type(one).withArticle) has parts: compare those")
            }
            if operation == .equal { try refuseOdd(one, other) }
            return ask(expressions.intern(operation, one, other))
        } catch {
            return .failure(error.message)
        }
    }

    /// An argument as an expression: itself, or a constant.
    func operand(_ arguments: LuaArguments, _ index: Int) throws(Resolver.Fault) -> Expressions.ID {
        if let handle = arguments.handle(index) { return expressions.content(of: handle) }
        switch arguments[index] {
        case .string(let value): return expressions.constant(.string(value), type: .string)
        case .integer(let value): return expressions.constant(.integer(value), type: .number)
        case .number(let value): return expressions.constant(.number(value), type: .number)
        case .boolean(let value): return expressions.constant(.boolean(value), type: .boolean)
        case .nil:
            throw Resolver.Fault(message: "a value of the request is never nil: test with `:has` whether it is present")
        case let other: throw Resolver.Fault(message: "cannot compare a value of the request with \(other.kindName)")
        }
    }
}

extension EvaluationHost.Run {
    var factCount: Int { records.factCount - start }

    fileprivate mutating func begin() {
        let number = policies[records.count]
        policy = UInt32(number)
        start = records.factCount
        records.begin(number)
        questions = 0
        spent = 0
        self.number &+= 1
        if self.number == 0 {
            for index in 0..<traced.count { traced[index] = 0 }
            self.number = 1
        }
    }

    fileprivate mutating func note(_ id: Expressions.ID, of expressions: Expressions) {
        let index = Int(id)
        if index >= traced.count {
            traced.fill(to: max(expressions.count, 256), with: 0)
        }
        guard traced[index] != number else { return }
        traced[index] = number
        records.append(id)
        let node = expressions.nodes[index]
        if node.operation == .call { spent += expressions.plugins.functions[Int(node.b)].function.fuel }
    }
}
