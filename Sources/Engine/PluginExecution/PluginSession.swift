internal import Lua
package import Model
package import Policies

/// Calls functions of one plugin outside of any decision: its checks and its commands.
///
/// The functions see the plugin's data, the plugins and capabilities it uses, and their arguments; never a request. One
/// thread only.
package final class PluginSession {
    /// An argument of a function.
    package enum Argument {
        case value(Value, ValueType)
        /// Read like a value of the request: by names, `#` and `ipairs`, and `:has("name")`.
        case document(JSON)
    }

    private let running: RunningPlugin
    private let host: DocumentHost
    private let request: UnsafeBox<ResolvedRequest>

    /// - Parameters:
    ///   - directory: the directory of departments and users.
    ///   - tenant: the tenant whose time zone applies; -1 for none.
    /// - Throws: `.interpreter`.
    package init(
        _ plugin: ExactName, of set: PluginSet, schema: Schema, directory: Directory = .empty, tenant: Int = -1,
        now: Instant = Instant(microseconds: 0)
    ) throws(PolicyError) {
        guard let number = set.number(of: plugin) else {
            throw PolicyError(.interpreter, "there is no plugin `\(plugin)`")
        }
        var request = ResolvedRequest(kind: .access, directory: directory, propertyCount: schema.layout.count, now: now)
        request.set(tenant: tenant)
        self.request = UnsafeBox(request)
        running = try RunningPlugin(
            number, set, schema: schema, shapes: [RequestShape(kinds: [.access], subject: .any)], budget: Budget())
        host = DocumentHost(running.host)
    }

    /// Calls a function of the table that `plugin.lua` returns.
    /// - Parameter path: the path of the function, with dots.
    /// - Throws: the reason of a failure, in words, with the place in the plugin where that is known.
    package func call(_ path: String, _ arguments: [Argument]) throws(NativeFault) -> JSON {
        let values = arguments.map { argument -> LuaValue in
            switch argument {
            case .value(.string(let text), _): .string(text)
            case .value(.integer(let number), _): .integer(number)
            case .value(.number(let number), _): .number(number)
            case .value(.boolean(let boolean), _): .boolean(boolean)
            case .value(let value, let type): .handle(running.host.expressions.constant(value, type: type))
            case .document(let json): .handle(host.handle(of: json))
            }
        }
        let outcome = unsafe running.call(path, values, through: host, request.place)
        switch outcome.termination {
        case .finished: return try json(outcome.value)
        case .failed(let message, let line):
            throw NativeFault((line.map { "\(running.path):\($0): " } ?? "\(running.path): ") + message)
        case .exceeded(let limit): throw NativeFault("\(running.path): it \(limit.excess)")
        }
    }

    private func json(_ value: LuaValue) throws(NativeFault) -> JSON {
        switch value {
        case .nil: return .null
        case .boolean(let boolean): return .boolean(boolean)
        case .integer(let number): return .integer(number)
        case .number(let number): return .number(number)
        case .string(let text): return .string(text)
        case .handle(let id) where !DocumentHost.isDocument(id):
            switch running.facts.value.value(id) {
            case .boolean(let boolean): return .boolean(boolean)
            case .integer(let number): return .integer(number)
            case .number(let number): return .number(number)
            case .string(let text): return .string(text)
            case .instant, .date, .time, .duration, .ip, .network:
                return .string(running.facts.value.value(id).words(in: request.value.directory))
            case .department(let index): return .string(request.value.directory.departments[index].name)
            case .user(let index): return .string(request.value.directory.users[index].name)
            case .userType(let index): return .string(request.value.directory.userTypes[index].name)
            case .failure(let message): throw NativeFault(message)
            case .absent, .entity, .list, .map, .record:
                throw NativeFault("\(running.path): its result cannot be written as JSON")
            }
        case .table(let entries):
            if entries.indices.allSatisfy({ entries[$0].key == .integer(Int64($0 + 1)) }) {
                return .array(try entries.map { entry throws(NativeFault) in try json(entry.value) })
            }
            return .object(
                try entries.map { entry throws(NativeFault) in
                    guard let name = entry.key.name else {
                        throw NativeFault("\(running.path): it returns a table with mixed keys")
                    }
                    return JSON.Member(name, try json(entry.value))
                })
        default: throw NativeFault("\(running.path): it returns \(value.kindName)")
        }
    }
}

/// The host of such functions: it serves documents, and everything that the plugin's other functions can use.
private final class DocumentHost: SandboxHost {
    private static let first: UInt32 = 1 << 30
    private static let has: UInt32 = 1 << 30
    private let other: EvaluationHost
    /// By handle. A handle always stands for the same part, because interpreters remember what a handle is.
    private var parts: [JSON] = []

    init(_ other: EvaluationHost) {
        self.other = other
    }

    static func isDocument(_ handle: UInt32) -> Bool { handle >= first }

    func handle(of json: JSON) -> UInt32 {
        parts.append(json)
        return Self.first + UInt32(parts.count - 1)
    }

    private func part(_ handle: UInt32) -> JSON { parts[Int(handle - Self.first)] }

    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer {
        guard Self.isDocument(handle) else { return other.attribute(handle, key) }
        guard case .object(let members) = part(handle) else { return .failure("a list has no `\(key)`") }
        if key == "has" { return .method(Self.has) }
        guard let value = members.first(where: { $0.key == key })?.value, value != .null else {
            return .failure(
                "`\(key)` is absent: ask `:has` first" + Suggestion.hint(for: key, among: members.map(\.key)))
        }
        return .fact(self.handle(of: value))
    }

    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        // Numbers of a document are read, and Lua adds them up.
        if operation == .add || operation == .subtract,
            [0, 1].compactMap(arguments.handle).contains(where: Self.isDocument)
        {
            return .nothing
        }
        guard let handle = arguments.handle(0), Self.isDocument(handle) else {
            if let second = arguments.handle(1), Self.isDocument(second) {
                return .failure("a part of a document cannot be compared")
            }
            return other.operate(operation, arguments)
        }
        switch (operation, part(handle)) {
        case (.read, let json): return answer(json, handle)
        case (.length, .array(let list)): return .integer(Int64(list.count))
        case (.element, .array(let list)):
            guard case .integer(let index) = arguments[1], index >= 1, index <= list.count else { return .nothing }
            return answer(list[Int(index) - 1], nil)
        default: return .failure("this has parts, and no value of its own")
        }
    }

    private func answer(_ json: JSON, _ handle: UInt32?) -> HostAnswer {
        switch json {
        case .null: .nothing
        case .boolean(let boolean): .boolean(boolean)
        case .integer(let number): .integer(number)
        case .number(let number): .number(number)
        // A number that cannot be represented is passed as it is written: its sender must not be able to make a sink
        // fail.
        case .string(let text), .unrepresentable(let text): .string(text)
        case .array, .object: .handle(handle ?? self.handle(of: json))
        }
    }

    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        guard function == Self.has else { return other.call(function, arguments, line: line) }
        guard let handle = arguments.handle(0), Self.isDocument(handle), let name = arguments[1].name else {
            return .failure("`has` takes the name of a part as a string")
        }
        guard arguments.stated <= 2 else { return .failure(Arity.surplus("has", 1, got: arguments.stated - 1)) }
        if let value = part(handle)[name], value != JSON.null { return .boolean(true) }
        return .boolean(false)
    }

    func typeName(_ handle: UInt32) -> String {
        guard Self.isDocument(handle) else { return other.typeName(handle) }
        if case .array = part(handle) { return "list" }
        return "record"
    }
}
