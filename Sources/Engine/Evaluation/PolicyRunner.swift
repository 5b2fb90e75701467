internal import Lua
internal import Model
internal import Policies

/// The policies of a set in an interpreter, ready to be run, and the resources that their runs have used.
struct PolicyRunner: ~Copyable {
    private let set: PolicySet
    private var interpreter: Interpreter
    /// The policies whose programs exhausted an interpreter before any request was asked: they may do so again for
    /// every request, so that they are run within each evaluation's own budget.
    private var restless: Set<Int> = []
    /// The policies that exhausted an interpreter again, while they were loaded. They are not loaded any more, so that
    /// the others are not stopped with them.
    private var unloadable: Set<Int> = []
    private(set) var host: EvaluationHost
    /// For each policy, the number of its request shape, and the expression of that shape.
    private let shapeNumbers: [Int]
    private var requestHandles: [UInt32]
    private(set) var count = 0
    /// For each policy, the most bytes that one run of it has allocated in its interpreter.
    private(set) var bytes: [Int]
    /// True when more expressions were formed than are kept.
    private(set) var isCrowded = false

    /// - Throws: `.interpreter` when there is no memory for one.
    init(_ set: PolicySet, _ host: EvaluationHost, shapes numbers: [Int]) throws(PolicyError) {
        self.set = set
        self.host = host
        interpreter = try Interpreter(set)
        shapeNumbers = numbers
        requestHandles = numbers.map(host.requestHandle)
        bytes = [Int](repeating: 0, count: set.policies.count)
    }

    /// Runs policies one after the other; the host's `records` have their effects and facts.
    mutating func run(_ policies: [Int], _ limits: Limits) {
        if interpreter.isSpent || interpreter.lacks(policies[...]) { load(policies[...]) }
        host.take(policies)
        host.coverageLog?.open()
        defer { host.coverageLog?.close() }
        count += policies.count
        var next = 0
        while next < policies.count {
            let runnable = interpreter.runnable(policies[next...])
            guard !interpreter.isSpent, runnable > 0 else {
                // There was no memory for another interpreter, or for the policy: fail closed.
                host.begin()
                host.records.ended(.memory, of: next)
                next += 1
                continue
            }
            let (count, termination) = interpreter.decide(
                policies[next..<(next + runnable)], handles: requestHandles, host, limits)
            // A policy that was stopped before it began has no record yet.
            while host.records.count < next + count { host.begin() }
            for run in 0..<count {
                let used = interpreter.used(run)
                host.records.used(used.fuel, by: next + run)
                let policy = policies[next + run]
                if used.bytes > bytes[policy] { bytes[policy] = used.bytes }
            }
            next += count
            if termination != .finished { host.records.ended(Outcome.Termination(termination), of: next - 1) }
            // An interpreter that was stopped may be in any state: it is discarded, never used again.
            if interpreter.isSpent {
                renewInterpreter()
                // Loading runs the policies, too; the records so far are kept.
                host.pause { load(policies[next...]) }
            }
        }
        isCrowded = host.isCrowded
    }

    /// Continues with another host, which has no expressions yet.
    mutating func renew(_ host: EvaluationHost) {
        self.host = host
        requestHandles = shapeNumbers.map(host.requestHandle)
        isCrowded = false
        unloadable = []
        renewInterpreter()
    }

    private mutating func renewInterpreter() {
        // Handles belong to the interpreter, expressions to the host: the numbers stay valid.
        if let fresh = try? Interpreter(set) { interpreter = fresh }
    }

    /// Loads the policies that are not loaded yet.
    private mutating func load(_ policies: ArraySlice<Int>) {
        if interpreter.isSpent { renewInterpreter() }
        var next = policies.startIndex
        while next < policies.endIndex, !interpreter.isSpent {
            let number = policies[next]
            if unloadable.contains(number)
                || interpreter.load(number, of: set, isRestless: restless.contains(number), host)
            {
                next += 1
            } else {
                // Each policy makes this happen twice at most.
                if !restless.insert(number).inserted { unloadable.insert(number) }
                renewInterpreter()
                next = policies.startIndex
            }
        }
    }
}

extension Outcome.Termination {
    fileprivate init(_ termination: CallResult.Termination) {
        switch termination {
        case .finished: self = .finished
        case .failed(let message, let line): self = .failed(message: message, line: line)
        case .exceeded(.fuel): self = .fuel
        case .exceeded(.memory): self = .memory
        case .exceeded(.deadline): self = .deadline
        }
    }
}
