internal import Lua
internal import Model

/// The host of a policy while it loads: it may declare settings and use plugins, and nothing else.
final class DeclarationHost: SandboxHost {
    private(set) var settings: [ExactName: Setting] = [:]
    /// The plugins it uses, by number.
    private(set) var used: Set<Int> = []
    /// The plugin that it asks for and that is missing or does not load.
    private(set) var lost: ExactName?
    /// The setting whose declaration is wrong.
    private(set) var faultySetting: ExactName?
    /// The chunks of the libraries that it may use, by name.
    var chunks: [ExactName: Int] = [:]
    private let plugins: PluginSet
    private let libraries: LibrarySet
    private let expressions: Expressions
    private var hasDeclared = false

    init(_ plugins: PluginSet, libraries: LibrarySet = .none) {
        self.plugins = plugins
        self.libraries = libraries
        expressions = Expressions(plugins: plugins)
    }

    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer {
        if case .plugin = expressions.types[Int(handle)] { return member(key, of: handle) }
        if case .table = expressions.types[Int(handle)] { return .failure("a table is read inside `decide`") }
        if expressions.nodes[Int(handle)].operation == .constant {
            return .failure("a constant is used inside `decide`, not while loading")
        }
        guard let setting = settings[key] else {
            return .failure(
                "this policy has no setting `\(key)`" + Suggestion.hint(for: key, among: settings.keys.sorted()))
        }
        let name = expressions.name(key)
        let id = expressions.intern(.setting, 0, name, type: setting.type)
        return setting.type == .boolean ? .fact(id) : .expression(id)
    }

    private func member(_ name: ExactName, of plugin: UInt32) -> AttributeAnswer {
        let resolver = Resolver(schema: Schema(), shapes: [], settings: [], plugins: plugins)
        do throws(Resolver.Fault) {
            switch try resolver.meaning(of: name, on: plugin, in: expressions) {
            case .function(let number): return .method(PluginFunction.firstCode + UInt32(number))
            case .expression(let id): return .expression(id)
            case .fact, .method: return .failure("there is nothing to read while loading")
            }
        } catch { return .failure(error.message) }
    }

    private func use(_ name: LuaValue) -> HostAnswer {
        guard let name = name.name else {
            return .failure("`use` takes the name of a plugin or a library as a string")
        }
        if name.hasPrefix(ExactName(PolicyFile.libraryPrefix)) {
            return chunks[name].map(HostAnswer.chunk)
                ?? .failure("write the name of a library as it is: `use \"\(name)\"`")
        }
        if plugins.number(of: name) == nil, let other = libraryMeant(by: name) {
            return .failure("there is no plugin `\(name)`: the library is `use \"\(other)\"`")
        }
        do throws(Resolver.Fault) {
            let number = try plugins.policyUse(name)
            used.insert(number)
            return .handle(expressions.intern(.plugin, UInt32(number), type: .plugin(number)))
        } catch {
            if plugins.number(of: name) == nil { lost = name }
            return .failure(error.message)
        }
    }

    /// The library that a name stands for, written otherwise: `names`, `lib/names`, `lib/names.lua`.
    private func libraryMeant(by name: ExactName) -> ExactName? {
        let plain = name.withoutFolder.hasSuffix(".lua") ? name.withoutFolder.withoutExtension : name.withoutFolder
        let full = ExactName(PolicyFile.libraryPrefix + plain.text)
        return libraries.all.contains(full) ? full : nil
    }

    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        if operation == .add || operation == .subtract { return arithmetic(arguments) }
        guard let handle = arguments.handle(0) else {
            return .failure("a setting is compared inside `decide`, not while loading")
        }
        let node = expressions.nodes[Int(handle)]
        guard node.operation == .setting, let setting = settings[expressions.names[Int(node.b)]] else {
            return .failure("there is nothing to read while loading")
        }
        switch (operation, setting.initial) {
        case (.read, .boolean(let value)), (.content, .boolean(let value)): return .boolean(value)
        case (.content, .integer(let value)): return .integer(value)
        case (.content, .number(let value)): return .number(value)
        case (.content, .string(let value)): return .string(value)
        case (.length, .string(let text)): return .integer(Int64(text.utf8.count))
        case (.length, .list(let list)): return .integer(Int64(list.count))
        default: return .failure("a setting is read inside `decide`, not while loading")
        }
    }

    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        if function == PolicyInstrumentation.function.code { return .nothing }
        if function >= PluginFunction.firstCode {
            return .failure("functions of plugins are called inside `decide`, not while loading")
        }
        do throws(Resolver.Fault) {
            if let function = BuiltinFunction(rawValue: function) {
                try Arity.hold(arguments, to: function.arity, of: function.name)
            }
        } catch { return .failure(error.message) }
        if function == BuiltinFunction.use.rawValue { return use(arguments[0]) }
        if let type = BuiltinFunction(rawValue: function)?.constantType {
            do throws(ValueFault) {
                return .handle(expressions.constant(try Value(constant: arguments[0], of: type), type: type))
            } catch { return .failure(error.message) }
        }
        guard function == BuiltinFunction.settings.rawValue else {
            return .failure("effects are called inside `decide`, not while loading")
        }
        guard !hasDeclared else { return .failure("`settings` is called twice: declare all settings in one call") }
        hasDeclared = true
        do throws(TypeReader.Fault) {
            let reader = SettingsReader { [expressions] id in
                let node = expressions.nodes[Int(id)]
                guard node.operation == .constant else { return nil }
                return (expressions.types[Int(id)], expressions.constants[Int(node.a)])
            }
            settings = try reader.declared(arguments[0])
            return .handle(expressions.intern(.settings, 0, type: .settings))
        } catch {
            faultySetting = error.name
            return .failure(error.message)
        }
    }

    /// Leaves numbers to Lua; times are computed for a request.
    private func arithmetic(_ arguments: LuaArguments) -> HostAnswer {
        let types = [0, 1].compactMap(arguments.handle).map { expressions.types[Int($0)] }
        return types.contains(where: TimeArithmetic.concerns)
            ? .failure("a time is computed inside `decide`, not while loading") : .nothing
    }

    func typeName(_ handle: UInt32) -> String { expressions.types[Int(handle)].name }
}
