internal import Lua
internal import Model
internal import Policies

/// The host of a plugin while it is loaded: it records what the plugin uses, and computes nothing.
final class ManifestHost: SandboxHost {
    /// A capability or plugin that was named by `use`, and the members that were named of it.
    struct Use {
        let name: ExactName
        let line: Int
        var members: Set<ExactName> = []
    }

    /// The uses, by handle.
    private(set) var uses: [Use] = []
    /// The tables that were named by `data`, with the line.
    private(set) var tables: [(name: ExactName, line: Int)] = []
    private static let firstTable: UInt32 = 1 << 20
    private static let most = 1_000

    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer {
        guard handle < Self.firstTable else { return .failure(Self.tooEarly) }
        uses[Int(handle)].members.insert(key)
        return .method(Self.firstTable)
    }

    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer { .failure(Self.tooEarly) }

    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        guard uses.count < Self.most, tables.count < Self.most else { return .failure("too many of `use` and `data`") }
        if function == PluginScript.use || function == PluginScript.data, arguments.stated > 1 {
            let name = function == PluginScript.use ? "use" : "data"
            return .failure("`\(name)` takes one argument, got \(arguments.stated)")
        }
        switch function {
        case PluginScript.use:
            guard let name = arguments[0].name else {
                return .failure("`use` takes the name of a capability or a plugin as a string")
            }
            uses.append(Use(name: name, line: line))
            return .handle(UInt32(uses.count - 1))
        case PluginScript.data:
            guard let name = arguments[0].name else {
                return .failure("`data` takes the name of a table as a string")
            }
            tables.append((name, line))
            return .handle(Self.firstTable + UInt32(tables.count))
        default:
            guard let type = BuiltinFunction(rawValue: function)?.constantType else {
                return .failure(Self.tooEarly)
            }
            guard arguments.stated <= 1 else { return .failure("`\(type.name)` takes one argument") }
            do throws(ValueFault) { _ = try Value(constant: arguments[0], of: type) } catch {
                return .failure(error.message)
            }
            // It is used only in functions, which run elsewhere.
            return .handle(Self.constant)
        }
    }

    private static let constant = UInt32.max

    func typeName(_ handle: UInt32) -> String {
        handle == Self.constant ? "constant" : handle < Self.firstTable ? "plugin" : "table"
    }

    private static let tooEarly = "the host cannot be called while a plugin is loaded, only inside its functions"
}
