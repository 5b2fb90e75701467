internal import Model
internal import Policies

extension LuaAnnotations {
    /// The attributes that plugins add to a type, as fields.
    func attributes(of owner: ValueType) -> [String] {
        plugins.flatMap { plugin in
            plugin.attributes.filter { $0.owner == owner }.map { attribute in
                let function = attribute.function
                return Self.field(
                    function.name, Self.name(function.result), "\(function.about) (plugin \(plugin.name))")
            }
        }
    }

    /// The classes that `use` returns: one for each plugin, and for each of its tables and their rows.
    var provided: String {
        ([Self.head]
            + plugins.flatMap { plugin in [Self.type(plugin)] + plugin.tables.map { Self.type($0, of: plugin) } }
            + [use])
            .joined(separator: "\n")
    }

    private static func name(of plugin: Plugin) -> String { "demilune.plugin.\(plugin.name)" }

    private static func name(of table: PluginTable, _ plugin: Plugin) -> String {
        "\(name(of: plugin)).\(table.name)"
    }

    private static func type(_ plugin: Plugin) -> String {
        let functions = plugin.functions.map { function in
            let parameters = function.parameters.map { "\($0.name)\($0.isOptional ? "?" : ""): \(argument($0.type))" }
            let signature = "fun(\(parameters.joined(separator: ", "))): \(name(function.result))"
            return field(function.name, signature, function.about)
        }
        let tables = plugin.tables.map { field($0.name, name(of: $0, plugin), $0.about) }
        let about = "---" + plugin.about.split(whereSeparator: \.isNewline).joined(separator: " ")
        return ([about, "---@class \(name(of: plugin))"] + functions + tables).joined(separator: "\n") + "\n"
    }

    private static func type(_ table: PluginTable, of plugin: Plugin) -> String {
        let own = name(of: table, plugin)
        let row = "\(own).row"
        let lookUp = table.key.map { key in
            let taken = "self: \(own), \(table.columns[key].name): \(argument(table.columns[key].type))"
            return [
                field("get", "fun(\(taken)): \(row)", "the row with this key, which must exist"),
                field("has", "fun(\(taken)): boolean", "true when a row has this key"),
            ]
        }
        let indexed = table.index.map { table.columns[$0] }
        let given = indexed.map { ", \($0.name): \(argument($0.type))" }.joined()
        let all =
            indexed.isEmpty
            ? []
            : [
                field("all", "fun(self: \(own)\(given)): \(row)[]", "every row with these values")
            ]
        let rows =
            ["---@class \(own)"] + (lookUp ?? []) + all + [
                "---@field [integer] \(row)", "---@operator len: integer", "",
            ]
        let columns = table.columns.map { column in
            field(column.name, name(column.type), column.isOptional ? "may be absent" : "in every row")
        }
        return (rows + ["---@class \(row)"] + columns + [has(row, names: table.columns.map(\.name))])
            .joined(separator: "\n") + "\n"
    }

    private static func name(_ result: PluginFunction.Result) -> String {
        // A character that would end the string, or the line, cannot appear in an annotation.
        let isPlain = result.choices.allSatisfy { !$0.text.contains { "\"\\".contains($0) || $0.isNewline } }
        return isPlain && !result.choices.isEmpty ? texts(result.choices) : name(result.type)
    }

    /// The types that a function accepts for a type: some values may be given as strings, and lists as tables.
    private static func argument(_ type: ValueType) -> String {
        switch type {
        case .instant, .date, .ip: "\(name(type))|string"
        case .list(.instant), .list(.date), .list(.ip): "\(name(type))|string[]"
        case .list(let element): "\(name(type))|\(name(element))[]"
        default: name(type)
        }
    }

    /// The declaration of `use`, without an overload for any string: language servers would choose that one for every
    /// plugin.
    private var use: String {
        let first = plugins.first.map { ("\"\($0.name)\"", Self.name(of: $0)) } ?? ("string", "any")
        let others = plugins.dropFirst().map { "---@overload fun(plugin: \"\($0.name)\"): \(Self.name(of: $0))\n" }
        return """
            ---The functions and tables of a plugin.
            ---@param plugin \(first.0)
            ---@return \(first.1)
            \(others.joined())function use(plugin) end

            """
    }
}
