internal import Lua
package import Model

/// Limits of one policy's evaluation. Fuel decides; memory and time are safety nets.
package struct Budget: Sendable {
    /// Instructions, and what C functions charge for their work.
    package var fuel: Int
    /// Bytes above what the interpreter holds anyway.
    package var memory: Int
    package var deadline: Duration

    package init(fuel: Int = 1_000_000, memory: Int = 8 << 20, deadline: Duration = .seconds(1)) {
        self.fuel = fuel
        self.memory = memory
        self.deadline = deadline
    }

    fileprivate var limits: Limits {
        Limits(fuel: fuel, memory: memory, deadline: deadline, sourceBytes: 1 << 18)
    }
}

/// What the policies said of one request, not yet combined.
package struct Evaluation {
    package struct Outcome {
        /// Its number in the set.
        package let policy: Int
        package let ending: Ending
        package let fuel: Int
        let effects: [EvaluationHost.Effect]
        let trace: [Expressions.ID]
    }

    package enum Ending: Equatable {
        case finished
        case failed(message: String, line: Int?)
        case fuel
        case memory
        case deadline
    }

    /// In the order of the policies' ids.
    package let outcomes: [Outcome]
}

/// Runs policies on requests. Owns an interpreter and the expressions its policies form: for one thread only.
package final class Evaluator {
    package let set: PolicySet
    private let budget: Budget
    private let roots: [Root]
    /// For each policy, the number of its root.
    private let rootNumbers: [Int]
    private var interpreter: Interpreter
    private var host: EvaluationHost
    private var templates: [TemplateKey: Template] = [:]

    private struct TemplateKey: Hashable {
        let policy: Int
        let text: String
    }

    /// - Throws: `.interpreter` when there is no memory for one.
    package init(_ set: PolicySet, budget: Budget = Budget()) throws(PolicyError) {
        self.set = set
        self.budget = budget
        let roots = set.roots
        self.roots = roots
        rootNumbers = set.policies.map { policy in roots.firstIndex(of: policy.root)! }
        interpreter = try Interpreter.loaded(set)
        host = Self.host(set)
    }

    private static func host(_ set: PolicySet) -> EvaluationHost {
        let resolver = Resolver(schema: set.schema, roots: set.roots, settings: set.policies.map(\.settings))
        return EvaluationHost(resolver: resolver, facts: Facts(schema: set.schema, policies: set.facts))
    }

    /// Runs every policy that applies to a request.
    package func evaluate(_ request: Request) -> Evaluation {
        if host.expressions.count > EvaluationHost.mostExpressions
            || host.expressions.textBytes > EvaluationHost.mostTextBytes
        {
            renew()
        }
        host.facts.begin(request)
        let tenant = request.tenant < 0 ? nil : request.directory.tenants[request.tenant].id
        var outcomes: [Evaluation.Outcome] = []
        for (number, policy) in set.policies.enumerated()
        where applies(policy, to: request) && set.isEnabled(policy, tenant: tenant) {
            outcomes.append(run(number, policy))
        }
        return Evaluation(outcomes: outcomes)
    }

    private func applies(_ policy: Policy, to request: Request) -> Bool {
        guard policy.root.points.contains(request.point) else { return false }
        guard request.point == .access else { return true }
        switch (policy.root.subject, request.subject) {
        case (.any, _), (.token, .token): return true
        case (.external(let type), .external(let record)): return record.type == type
        default: return false
        }
    }

    private func run(_ number: Int, _ policy: Policy) -> Evaluation.Outcome {
        host.begin(policy: number)
        guard !interpreter.isSpent else {
            // There was no memory for another interpreter: fail closed.
            return Evaluation.Outcome(policy: number, ending: .memory, fuel: 0, effects: [], trace: [])
        }
        let root = host.root(rootNumbers[number])
        let outcome = interpreter.decide(number, root, host, budget.limits)
        let ending: Evaluation.Ending
        switch outcome.ending {
        case .finished: ending = .finished
        case .failed(let message, let line): ending = .failed(message: message, line: line)
        case .fuelExhausted: ending = .fuel
        case .memoryExhausted: ending = .memory
        case .deadlineExceeded: ending = .deadline
        }
        let result = Evaluation.Outcome(
            policy: number, ending: ending, fuel: outcome.fuel, effects: host.effects, trace: host.trace)
        // An interpreter that was stopped may be in any state: it is thrown away, never used again.
        if interpreter.isSpent { renewInterpreter() }
        return result
    }

    private func renewInterpreter() {
        // Handles live in the interpreter, expressions in the host: the numbers stay good.
        do throws(PolicyError) { interpreter = try Interpreter.loaded(set) } catch { return }
    }

    private func renew() {
        renewInterpreter()
        host = Self.host(set)
        templates = [:]
    }
}

/// A sandbox with every policy of a set loaded.
private struct Interpreter: ~Copyable {
    private var sandbox: Sandbox
    private var chunks: [Int] = []

    private init(_ sandbox: consuming Sandbox) {
        self.sandbox = sandbox
    }

    static func loaded(_ set: PolicySet) throws(PolicyError) -> Interpreter {
        var interpreter = Interpreter(try sandbox())
        for policy in set.policies { try interpreter.load(policy) }
        return interpreter
    }

    private static func sandbox() throws(PolicyError) -> Sandbox {
        do throws(LuaError) {
            return try Sandbox(functions: EvaluationHost.functions, tags: EvaluationHost.tags)
        } catch {
            throw PolicyError(.interpreter, error.message)
        }
    }

    private mutating func load(_ policy: Policy) throws(PolicyError) {
        do throws(LuaError) {
            chunks.append(try sandbox.load(policy.program, name: "\(policy.id).lua", limits: Budget().limits))
        } catch {
            throw PolicyError(.interpreter, error.message)
        }
    }

    var isSpent: Bool { sandbox.isSpent }

    mutating func decide(_ number: Int, _ root: UInt32, _ host: EvaluationHost, _ limits: Limits) -> Outcome {
        sandbox.call(chunks[number], "decide", argument: root, host: host, limits: limits)
    }
}

// MARK: What people read

extension Evaluator {
    /// What a policy said, with its templates filled in for the request it was said of.
    /// - Precondition: `evaluate` has not been called since.
    /// - Parameter fills: whether templates are filled in; without, they stay as written.
    package func statements(_ outcome: Evaluation.Outcome, fills: Bool = true) -> [Statement] {
        outcome.effects.map { effect in
            let asWritten = effect.kind == .oblige || !fills
            return Statement(
                policy: set.policies[outcome.policy].id, line: effect.line, effect: effect.kind,
                text: asWritten ? effect.text : fill(effect.text, of: outcome.policy), code: effect.code,
                details: effect.details.map { JSON.Member($0.name, json($0.value)) })
        }
    }

    /// What a policy read, in order, in words.
    /// - Precondition: as for `statements`.
    package func trace(_ outcome: Evaluation.Outcome) -> PolicyTrace {
        let facts = outcome.trace.map { id in
            PolicyTrace.Fact(
                text: host.expressions.text(id), value: shown(host.facts.value(id, in: host.expressions)))
        }
        return PolicyTrace(policy: set.policies[outcome.policy].id, facts: facts, fuel: outcome.fuel)
    }

    private func fill(_ text: String, of policy: Int) -> String {
        guard set.policies[policy].templates.contains(text) else { return text }
        let key = TemplateKey(policy: policy, text: text)
        if templates[key] == nil {
            let root = host.root(rootNumbers[policy])
            templates[key] = try? Template(text, root: root, resolver: host.resolver, in: host.expressions)
        }
        guard let template = templates[key] else { return text }
        return template.parts.map { part in
            switch part {
            case .text(let text): text
            case .expression(let id):
                Self.cut(shown(host.facts.value(id, in: host.expressions)), to: Self.mostFilled)
            }
        }.joined()
    }

    /// A reason names many things, and a policy gives many reasons: what fills them must not multiply without bounds.
    private static let mostFilled = 200
    private static let mostDetail = 4_096

    private static func cut(_ text: String, to bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        let end = text.unicodeScalars.index(before: text.utf8.index(text.startIndex, offsetBy: bytes + 1))
        return text[..<end] + "…"
    }

    private func json(_ detail: EvaluationHost.Detail) -> JSON {
        switch detail {
        case .json(.string(let text)): return .string(Self.cut(text, to: Self.mostDetail))
        case .json(let json): return json
        case .expression(let id):
            switch host.facts.value(id, in: host.expressions) {
            case .boolean(let value): return .boolean(value)
            case .integer(let value): return .integer(value)
            case .number(let value): return .number(value)
            case .absent, .failure: return .null
            case .department(let index): return .string(host.facts.request.directory.departments[index].id)
            case .user(let index): return .string(host.facts.request.directory.users[index].id)
            case .userType(let index): return .string(host.facts.request.directory.userTypes[index].id)
            case let value: return .string(Self.cut(shown(value), to: Self.mostDetail))
            }
        }
    }

    private func shown(_ value: Value) -> String {
        let directory = host.facts.request.directory
        switch value {
        case .absent: return "(absent)"
        case .boolean(let value): return "\(value)"
        case .integer(let value): return "\(value)"
        case .number(let value): return "\(value)"
        case .string(let value): return value
        case .instant(let value): return value.description
        case .date(let value): return value.description
        case .department(let index): return directory.departments[index].name
        case .user(let index): return directory.users[index].name
        case .userType(let index): return directory.userTypes[index].name
        case .ip(let value): return value.description
        case .list(let list):
            let more = list.count > 100 ? ", …" : ""
            return "[\(list.prefix(100).map { shown($0) }.joined(separator: ", "))\(more)]"
        case .entity: return "(there)"
        case .failure(let message): return "(\(message))"
        }
    }
}
