internal import Lua
internal import Model

/// What a policy talks to while it is loaded: it may declare settings, and nothing else.
final class DeclarationHost: SandboxHost {
    private(set) var settings: [String: Setting] = [:]
    private let expressions = Expressions()
    private var hasDeclared = false

    func attribute(_ handle: UInt32, _ key: String) -> AttributeAnswer {
        guard let setting = settings[key] else {
            return .failure(
                "this policy has no setting `\(key)`" + Suggestion.hint(for: key, among: settings.keys.sorted()))
        }
        let name = expressions.name(key)
        let id = expressions.intern(.setting, 0, name, type: setting.type)
        return setting.type == .boolean ? .fact(id) : .expression(id)
    }

    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        guard let handle = arguments.handle(0) else { return .failure("a setting is not compared while loading") }
        let node = expressions.nodes[Int(handle)]
        guard node.operation == .setting, let setting = settings[expressions.names[Int(node.b)]] else {
            return .failure("there is nothing to read while loading")
        }
        switch (operation, setting.initial) {
        case (.read, .boolean(let value)), (.content, .boolean(let value)): return .boolean(value)
        case (.content, .integer(let value)): return .integer(value)
        case (.content, .number(let value)): return .number(value)
        case (.content, .string(let value)): return .string(value)
        case (.length, .list(let list)): return .integer(Int64(list.count))
        default: return .failure("a setting is read inside `decide`, not while loading")
        }
    }

    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        guard function == EvaluationHost.Function.settings.rawValue else {
            return .failure("effects are called inside `decide`, not while loading")
        }
        guard !hasDeclared else { return .failure("`settings` is called once") }
        hasDeclared = true
        do throws(TypeReader.Fault) {
            settings = try SettingsReader.declared(arguments[0])
            return .handle(expressions.intern(.settings, 0, type: .settings))
        } catch {
            return .failure(error.message)
        }
    }

    func typeName(_ handle: UInt32) -> String { expressions.types[Int(handle)].name }
}
