internal import Lua
internal import Model
internal import Policies

/// One plugin's interpreter, with the facts that its functions read.
final class RunningPlugin {
    private let plugins: PluginSet
    let path: String
    private let sandbox: UnsafeBox<Sandbox>
    private let chunk: Int
    let facts: UnsafeBox<Facts>
    let host: EvaluationHost
    private let budget: Budget

    init(
        _ number: Int, _ plugins: PluginSet, schema: Schema, shapes: [RequestShape], budget: Budget
    ) throws(PolicyError) {
        let plugin = plugins.plugins[number]
        self.plugins = plugins
        (path, self.budget) = (plugin.path, budget)
        // Its own runner for other plugins' functions, so that no runner is called while it runs.
        let runner = PluginRunner(plugins: plugins, schema: schema, shapes: shapes, budget: budget)
        facts = UnsafeBox(Facts(schema: schema, plugins: plugins, runner: runner))
        let uses = (plugin.needs + plugin.requires).compactMap(plugins.number)
        host = EvaluationHost(
            resolver: Resolver(
                schema: schema, shapes: shapes, settings: [[:]], plugins: plugins, uses: [Set(uses)], owner: number),
            facts: facts)
        host.isFunction = true
        guard let program = plugin.program else { throw PolicyError(.interpreter, "it has no program in Lua") }
        do throws(LuaError) {
            var sandbox = try Sandbox(functions: PluginScript.functions, tags: TypeReader.tags)
            chunk = try sandbox.load(program.bytes, name: "plugin.lua", limits: Budget().limits)
            if !program.keepsState {
                host.take([0])
                host.begin()
                _ = sandbox.keepTable(chunk, host: host, limits: Budget().limits)
            }
            self.sandbox = UnsafeBox(sandbox)
        } catch { throw PolicyError(.interpreter, error.message) }
    }

    private func limits(_ fuel: Int) -> Limits {
        Limits(fuel: fuel, memory: budget.memory, deadline: budget.deadline, interrupt: budget.interrupt)
    }

    /// True when it must be made anew: a budget stopped it, or its functions have formed more expressions than are
    /// kept.
    var isWorn: Bool { sandbox.value.isSpent || host.isCrowded }

    @unsafe func value(
        _ number: Int, of asked: [Expressions.ID], _ values: [Value], in expressions: Expressions,
        _ request: UnsafeMutablePointer<ResolvedRequest>
    ) -> PluginResult {
        let function = plugins.functions[number].function
        guard case .lua(let field, let fuel) = function.body else {
            return PluginResult(value: .absent, reads: ReadSet(), isStopped: false)
        }
        unsafe facts.value.begin(nested: request, values)
        host.take([0])
        host.begin()
        let arguments = function.parameters.indices.prefix(asked.count).map { index in
            argument(index, of: number, function.parameters[index].type, values[index], asked[index], expressions)
        }
        let outcome = sandbox.value.apply(chunk, field, arguments, host: host, limits: limits(fuel))
        let (value, isStopped) = value(outcome, of: number, fuel)
        return PluginResult(value: value, reads: facts.value.readsOfFunction, isStopped: isStopped)
    }

    /// The value of a call, and whether memory or time stopped it.
    private func value(_ outcome: CallResult, of number: Int, _ fuel: Int) -> (Value, isStopped: Bool) {
        let function = plugins.functions[number].function
        let name = plugins.name(of: number)
        switch outcome.termination {
        case .finished:
            let value =
                result(outcome.value, function.result) ?? .failure(mistaken(name, function.result, outcome.value))
            return (value, facts.value.hasStopped)
        case .failed(let message, let line):
            let place = line.map { "\(path):\($0): " } ?? ""
            return (.failure("`\(name)` failed: \(place)\(message)"), facts.value.hasStopped)
        case .exceeded(.fuel): return (.failure("`\(name)` exceeds its budget of \(fuel) instructions"), false)
        case .exceeded(let limit): return (.failure("`\(name)` \(limit.excess)"), true)
        }
    }

    /// Calls a function outside of any decision.
    /// - Parameter host: the host of the call, in place of this plugin's own.
    @unsafe func call(
        _ path: String, _ arguments: [LuaValue], through host: any SandboxHost,
        _ request: UnsafeMutablePointer<ResolvedRequest>
    ) -> CallResult {
        unsafe facts.value.begin(nested: request, [])
        self.host.take([0])
        self.host.begin()
        return sandbox.value.apply(
            chunk, path, arguments, host: host, limits: limits(5_000_000))
    }

    /// Strings, numbers and booleans arrive as themselves; a value with attributes and methods arrives as one of the
    /// request.
    private func argument(
        _ index: Int, of function: Int, _ type: ValueType, _ value: Value, _ asked: Expressions.ID,
        _ others: Expressions
    ) -> LuaValue {
        switch value {
        case .string(let text): .string(text)
        case .integer(let number): .integer(number)
        case .number(let number): .number(number)
        case .boolean(let boolean): .boolean(boolean)
        case .entity: .handle(copy(asked, of: others))
        default: .handle(host.expressions.intern(.argument, UInt32(index), UInt32(function), type: type))
        }
    }

    /// The same part of the request, in this plugin's own expressions.
    private func copy(_ id: Expressions.ID, of others: Expressions) -> Expressions.ID {
        let node = others.nodes[Int(id)]
        let base = node.operation == .request ? node.a : copy(node.a, of: others)
        return host.expressions.intern(node.operation, base, node.b, type: others.types[Int(id)])
    }

    private func result(_ value: LuaValue, _ expected: PluginFunction.Result) -> Value? {
        guard let value = self.value(value, expected.type) else { return nil }
        if !expected.choices.isEmpty {
            guard case .string(let text) = value, expected.choices.contains(ExactName(text)) else { return nil }
        }
        return value
    }

    private func value(_ value: LuaValue, _ expected: ValueType) -> Value? {
        if case .handle(let id) = value {
            guard host.expressions.types[Int(id)] == expected else { return nil }
            let content = facts.value.value(id)
            switch content {
            case .absent, .entity: return nil
            default: return content
            }
        }
        if case .list(let element) = expected, case .table(let entries) = value {
            var list: [Value] = []
            for (index, entry) in entries.enumerated() {
                guard entry.key == .integer(Int64(index + 1)), let item = self.value(entry.value, element) else {
                    return nil
                }
                list.append(item)
            }
            return .list(list)
        }
        return Value(value, as: expected)
    }

    private func mistaken(_ name: ExactName, _ expected: PluginFunction.Result, _ value: LuaValue) -> String {
        let wanted = expected.choices.isEmpty ? expected.type.withArticle : expected.shown
        var got = value.shown
        if case .handle(let id) = value { got = host.typeName(id) }
        return "`\(name)` must return \(wanted), and returned \(got)  [\(path)]"
    }
}
