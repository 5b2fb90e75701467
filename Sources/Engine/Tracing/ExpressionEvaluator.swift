internal import Lua
internal import Model
package import Policies
internal import Syntax

/// The result of evaluating a Lua expression with `request` bound: its type, its value, and the facts that it read.
package struct EvaluatedExpression: Sendable {
    /// The expression in a policy's words: `token.department`; `nil` for a plain value of Lua.
    package let expression: String?
    /// `department`, `boolean`, `list of department`, `table` …
    package let type: String
    /// Its value for this request: `Sales`.
    package let value: String
    /// The facts that evaluating it read, in order.
    package let observedFacts: [ObservedFact]
    /// The effects that it called: `permit`, `deny` …, in order. They are without consequence.
    package let effects: [String]
}

/// Evaluates expressions in a sandbox like that of policies; each evaluation has a new one.
package struct ExpressionEvaluator {
    private let set: PolicySet
    private let budget: Budget
    private let limits: Limits

    package init(_ set: PolicySet, budget: Budget = Budget()) {
        self.set = set
        self.budget = budget
        limits = budget.limits
    }

    /// - Parameter text: an expression, or statements that end in `return`.
    /// - Throws: `.expression`, in words, with the line where there are several.
    package func evaluate(_ text: String, of request: ResolvedRequest) throws(PolicyError) -> EvaluatedExpression {
        let program = try program(text)
        let shape = RequestShape(
            kinds: [request.kind],
            subject: { if case .external(let type) = request.subject { .external(type) } else { .token } }())
        // The expression runs as one more policy, numbered after those of the set: without settings, and free to permit
        // anything.
        let number = set.policies.count
        let all = Set(set.plugins.plugins.indices.filter { !set.plugins.plugins[$0].isCapability })
        let host = EvaluationHost(
            resolver: Resolver(
                schema: set.schema, shapes: [shape], settings: set.policies.map(\.settings) + [[:]],
                plugins: set.plugins,
                uses: set.policies.map(\.plugins) + [all],
                libraries: set.policies.map { Set($0.libraries) } + [Set(set.libraries.libraries.map(\.name))]),
            facts: UnsafeBox(
                Facts(
                    schema: set.schema,
                    policies: set.facts + [PolicyFacts(grants: PermissionSet(["*"]))], plugins: set.plugins,
                    runner: set.runner(budget))))
        guard
            host.facts.begin({ current in
                current = request
                return true
            })
        else { throw PolicyError(.expression, "there is no request") }
        host.take([number])
        host.begin()
        let outcome: CallResult
        do throws(LuaError) {
            var sandbox = try Sandbox(
                functions: BuiltinFunction.ofPolicies + [HostFunction(name: Self.binding, code: ExpressionHost.code)],
                tags: TypeReader.tagsOfPolicies)
            for library in set.libraries.libraries {
                host.libraryChunks[library.name] = try sandbox.load(
                    library.program, name: library.file.text, limits: limits)
            }
            let chunk = try sandbox.load(program, name: "=", limits: limits)
            outcome = sandbox.run(chunk, host: ExpressionHost(host), limits: limits)
        } catch { throw PolicyError(.expression, error.message) }
        switch outcome.termination {
        case .finished: break
        case .failed(let message, _): throw PolicyError(.expression, message)
        case .exceeded(let limit): throw PolicyError(.expression, "it \(limit.excess)")
        }
        return evaluated(outcome.value, host)
    }

    private static let binding = "bound_request"
    private static let head = "local request = \(binding)() "

    /// The text with `request` bound, checked and rewritten like a policy.
    private func program(_ text: String) throws(PolicyError) -> [UInt8] {
        guard text.utf8.count <= 65_536 else { throw PolicyError(.expression, "an expression has at most 64 KiB") }
        let known = Dialect.ofPolicies
        var chunk = try parsed(text, after: Self.head)
        // Plugins are known by their names, which traces show too.
        let plugins = set.plugins.provided.map(\.name.text).filter { name in
            !known.contains(name) && chunk.globals.contains { $0.name == name && !$0.isAssigned }
        }
        var head = plugins.map { "local \($0) = use \"\($0)\" " }.joined()
        // Libraries are known as fields of `lib`, so that their names are those that policies use.
        let shared = PolicyFile.libraryFolder
        if !libraryNames.isEmpty, !plugins.contains(shared),
            chunk.globals.contains(where: { $0.name == shared && !$0.isAssigned })
        {
            let fields = libraryNames.map { "[\"\($0)\"] = use \"\(PolicyFile.libraryPrefix)\($0)\"" }
            head += "local \(shared) = { \(fields.joined(separator: ", ")) } "
        }
        if !head.isEmpty { chunk = try parsed(text, after: head + Self.head) }
        for use in chunk.globals where use.name != Self.binding {
            if use.isAssigned {
                throw PolicyError(.expression, "assignment to the global `\(use.name)`: write `local \(use.name)`")
            }
            guard known.contains(use.name), !use.name.hasPrefix("__") else {
                let others = set.plugins.provided.map(\.name.text) + (libraryNames.isEmpty ? [] : [shared])
                let hint = ForeignNames.hint(for: use.name, among: known.sorted() + ["request"] + others)
                throw PolicyError(.expression, "`\(use.name)` is not available in expressions\(hint)")
            }
        }
        if chunk.declaredNames.contains(where: { $0.name == "_ENV" || $0.name.hasPrefix("__") }) {
            throw PolicyError(.expression, "names that begin with `__`, and `_ENV`, are reserved")
        }
        return chunk.rewritten()
    }

    /// The names of the libraries without `lib.`, as fields of the table `lib`.
    private var libraryNames: [String] {
        self.set.libraries.libraries.map { String($0.name.text.dropFirst(PolicyFile.libraryPrefix.count)) }
    }

    private func parsed(_ text: String, after head: String) throws(PolicyError) -> Chunk {
        do throws(SyntaxError) {
            return try Chunk.parse(Array("\(head)return \(text)\n".utf8))
        } catch {
            let first = error
            do throws(SyntaxError) { return try Chunk.parse(Array("\(head)\(text)\n".utf8)) } catch {
                throw PolicyError(.expression, text.contains("return") ? error.message : first.message)
            }
        }
    }

    private func evaluated(_ value: LuaValue, _ host: EvaluationHost) -> EvaluatedExpression {
        let words = words(value, host)
        let said = host.records.outcome(of: 0)
        return EvaluatedExpression(
            expression: words.expression, type: words.type, value: words.value,
            observedFacts: said.trace.map { host.observedFact($0) { set.policies[$0].id } },
            effects: said.effects.map { "\($0.kind.rawValue) \($0.text)" })
    }

    private func words(
        _ value: LuaValue, _ host: EvaluationHost, depth: Int = 0
    ) -> (expression: String?, type: String, value: String) {
        switch value {
        case .nil: return (nil, "nil", "nil")
        case .boolean(let value): return (nil, "boolean", "\(value)")
        case .integer(let value): return (nil, "number", "\(value)")
        case .number(let value): return (nil, "number", "\(value)")
        case .string(let value): return (nil, "string", value)
        case .handle(let id):
            let text = host.facts.value(host.expressions.content(of: id)).words(in: host.facts.request.directory)
            return (host.expressions.text(id), host.type(id).name, text)
        case .table(let entries):
            guard depth < 4 else { return (nil, "table", "{ … }") }
            let shown = entries.prefix(50).map { entry in
                let value = words(entry.value, host, depth: depth + 1).value
                if case .integer = entry.key { return value }
                return "\(words(entry.key, host, depth: depth + 1).value) = \(value)"
            }
            let more = entries.count > 50 ? ", …" : ""
            return (nil, "table", "{ \(shown.joined(separator: ", "))\(more) }")
        case .function: return (nil, "function", "function")
        case .other: return (nil, "value", "a value of Lua")
        }
    }
}

/// The host of a policy with one more function, which returns `request`.
private final class ExpressionHost: SandboxHost {
    static let code: UInt32 = 90
    private let host: EvaluationHost

    init(_ host: EvaluationHost) { self.host = host }

    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer { host.attribute(handle, key) }
    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        host.operate(operation, arguments)
    }
    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        function == Self.code ? .handle(host.requestHandle(0)) : host.call(function, arguments, line: line)
    }
    func typeName(_ handle: UInt32) -> String { host.typeName(handle) }
    var port: FastCallbacks? { unsafe host.port }
}
