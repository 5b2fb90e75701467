internal import Lua
internal import Model
internal import Policies

/// Elements of lists, and entries of maps.
extension EvaluationHost {
    func element(_ arguments: LuaArguments) -> HostAnswer {
        if let handle = arguments.handle(0), case .table(let table) = type(handle),
            case .integer(let index) = arguments[1], index >= 1, index <= resolver.plugins.tables[table].table.count
        {
            return .handle(expressions.intern(.rowAt, UInt32(table), UInt32(index - 1), type: .row(table)))
        }
        guard let handle = arguments.handle(0), case .integer(let index) = arguments[1] else {
            return .failure("only a list has elements")
        }
        switch declared(handle) {
        case .list(let type) where (1...Self.mostElements).contains(index):
            let id = expressions.intern(.element, handle, UInt32(index - 1), type: type)
            return type.plain == .boolean ? answer(read(id), of: id) : .handle(id)
        case .list: return .failure(Self.beyond(index))
        case .map: return .failure("a map is read with `for key, value in pairs(map) do`")
        default: return .failure("only a list has elements")
        }
    }

    /// An element that need not be there.
    func indexed(_ arguments: LuaArguments) -> HostAnswer {
        guard let handle = arguments.handle(0), case .list(let type) = declared(handle),
            case .integer(let index) = arguments[1]
        else { return .failure("only a list has elements") }
        guard expressions.carries(handle) else { return .failure(Self.tooDeep) }
        guard (1...Self.mostElements).contains(index) else { return .failure(Self.beyond(index)) }
        let presence = expressions.intern(.hasElement, handle, UInt32(index - 1))
        let id = expressions.intern(.element, handle, UInt32(index - 1), type: type)
        let isThere = read(presence)
        guard case .boolean(true) = isThere else {
            if case .failure(let message) = isThere { return .failure(message) }
            return answer(facts.absence(id), of: id)
        }
        return type.plain == .boolean ? answer(read(id), of: id) : .handleWhile(id, fact: presence)
    }

    /// The key or the value of an entry of a map, by its place.
    func entry(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        guard let handle = arguments.handle(0), case .map(let type) = declared(handle),
            case .integer(let index) = arguments[1], (1...Self.mostElements).contains(index)
        else { return .failure("only a map has keys") }
        guard expressions.carries(handle) else { return .failure(Self.tooDeep) }
        let isKey = operation == .key
        var keyType = ValueType.string
        if case .restricted(_, .keys(let names)) = expressions.declared(handle) {
            keyType = .restricted(.string, .oneOf(names))
        }
        let id = expressions.intern(
            isKey ? .key : .element, handle, UInt32(index - 1), type: isKey ? keyType : type)
        return !isKey && type.plain == .boolean ? answer(read(id), of: id) : .handle(id)
    }

    /// The declared type of a list or a map, whose parts have their restrictions.
    private func declared(_ id: Expressions.ID) -> ValueType { expressions.declared(id).unrestricted }

    /// The greatest number of an element.
    private static let mostElements: Int64 = 100_000

    private static func beyond(_ index: Int64) -> String {
        "the elements of a list are counted from 1 to 100,000, got \(index)"
    }

    /// The value of a key of a map, `labels:get("env")`, or the presence of such an entry.
    func entry(
        _ operation: Expressions.Operation, _ target: Expressions.ID, _ arguments: LuaArguments
    ) throws(Resolver.Fault) -> HostAnswer {
        guard case .map(let type) = declared(target) else { throw resolver.unknown("get", on: type(target)) }
        let name = operation == .hasEntry ? "has" : "get"
        let key = try operand(arguments, 1)
        guard self.type(key) == .string else {
            throw Resolver.Fault(message: "`\(name)` takes a key, a string, got \(self.type(key).withArticle)")
        }
        if case .restricted(_, .keys(let names)) = expressions.declared(target) {
            try refuseOdd(key, amongst: names, of: target, "never has a key")
        }
        let presence = expressions.intern(.hasEntry, target, key)
        if operation == .hasEntry { return ask(presence) }
        guard case .boolean(true) = read(presence) else {
            if case .failure(let message) = facts.value(presence) { return .failure(message) }
            throw Resolver.Fault(
                message: "`\(expressions.text(target))` has no `\(expressions.text(key))`: ask `:has` first")
        }
        let id = expressions.intern(.entry, target, key, type: type)
        return type.plain == .boolean ? answer(read(id), of: id) : .handleWhile(id, fact: presence)
    }
}
