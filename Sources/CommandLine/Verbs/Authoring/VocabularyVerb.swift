internal import Files
internal import Linting
internal import Model
internal import Plugins
internal import Policies
internal import Presentation

extension Verb {
    /// `vocabulary`: prints everything that a policy can read.
    static let vocabulary = Verb(
        name: "vocabulary", summary: "prints everything that a policy can read",
        options: [
            Option.luacats
        ],
        uses: .policies.adding(Option.json),
        details: [
            "--luacats writes `language.lua`, `schema.lua` and `plugins.lua` into `.luacats`, and `.luarc.json` where there is none."
        ],
        run: { invocation throws(CommandError) in
            if invocation[.luacats] { return try annotate(invocation) }
            let (rows, status) = try rows(invocation)
            if invocation[.json] {
                let objects = rows.map { row in
                    JSON.object(zip(["owner", "name", "type", "help"], row).map { .init($0, .string($1)) })
                }
                invocation.terminal.print(JSON.array(objects).pretty)
                return status
            }
            var table = Table(.vocabulary)
            for row in rows { table.add(row) }
            table.print(to: invocation.terminal)
            return status
        })

    /// The names of the language, of the schema, of the plugins and of the libraries.
    /// - Returns: status 3 with what there is, when the schema or a plugin does not load.
    private static func rows(_ invocation: Invocation) throws(CommandError) -> (rows: [[String]], status: Int32) {
        let terminal = invocation.terminal
        let folder = invocation.policyFolder
        let language = attributes + methods + constants
        // The language itself needs no folder; one that is named must exist.
        guard invocation.text(of: Option.policies) != nil || File.exists(folder) else {
            terminal.note("there is no folder `\(folder)`: only the names of the language are listed")
            return (language, ExitStatus.done)
        }
        let (source, plugins) = try invocation.policySource().loadedPlugins()
        terminal.report(plugins.faults)
        let provided = plugins.set.provided.flatMap(rows)
        let loaded = PolicySet.load(source)
        let shared = loaded.libraries.libraries.sorted { $0.name < $1.name }.flatMap(rows)
        guard let schema = loaded.schema else {
            terminal.report(loaded.diagnostics)
            return (language + provided + shared, ExitStatus.policies)
        }
        return (
            language + rows(schema) + provided + shared, plugins.faults.isEmpty ? ExitStatus.done : ExitStatus.policies
        )
    }

    /// The names that a schema declares.
    private static func rows(_ schema: Schema) -> [[String]] {
        func rows(_ record: Schema.RecordType, of owner: String) -> [[String]] {
            Self.rows(record.properties, of: owner, "")
        }
        let actions = schema.actionNames.map { name in
            let types = schema.actions[name]?.resources.map { " on \($0.joined(separator: ", "))" } ?? ""
            let kind = schema.actions[name]?.kind.rawValue ?? ""
            return ["action", name.text, kind + types, "declared in the schema"]
        }
        return actions + schema.actionRecords.flatMap { rows($0, of: "action \($0.name)") }
            + schema.resources.flatMap { rows($0, of: "resource \($0.name)") }
            + schema.subjects.flatMap { rows($0, of: "subject \($0.name)") } + rows(schema.context, of: "context")
    }

    /// The properties of a record, each with those of the records inside it.
    private static func rows(_ properties: [Schema.Property], of owner: String, _ prefix: String) -> [[String]] {
        properties.flatMap { property in
            let name = "\(prefix).\(property.name)"
            let type = property.type.shown + (property.isOptional ? ", optional" : "")
            return [[owner, name, type, "declared in the schema"]]
                + rows(property.type.parts ?? [], of: owner, name + property.type.step)
        }
    }

    private static func annotate(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let folder = invocation.policyFolder
        let (source, plugins) = try invocation.policySource().loadedPlugins()
        let loaded = PolicySet.load(source)
        guard let schema = loaded.schema else {
            invocation.terminal.report(loaded.diagnostics)
            throw CommandError("the schema in `\(folder)` does not load", status: ExitStatus.policies)
        }
        invocation.terminal.report(plugins.faults)
        let name = ".luacats"
        try Folder.new("\(folder)/\(name)", mayExist: true)
        var written: [String] = []
        for file in LuaAnnotations(schema, plugins.set.provided, loaded.libraries).files {
            written.append("\(folder)/\(name)/\(file.name)")
            try File.replace(written.last!, with: Array(file.text.utf8))
        }
        let configuration = "\(folder)/.luarc.json"
        if !File.exists(configuration) {
            written.append(configuration)
            try File.replace(configuration, with: Array(LuaAnnotations.configuration(folder: name).utf8))
        }
        for path in written { invocation.terminal.print(Terminal.escaped(path)) }
        return plugins.faults.isEmpty ? ExitStatus.done : ExitStatus.policies
    }

    private static var attributes: [[String]] {
        Vocabulary.entries.map { entry in
            [entry.owner.name, ".\(entry.name)", entry.type.name + (entry.isOptional ? ", optional" : ""), entry.help]
        }
    }

    /// The additions of a plugin: attributes, functions, tables and their columns.
    private static func rows(_ plugin: Plugin) -> [[String]] {
        let attributes = plugin.attributes.map { attribute in
            let function = attribute.function
            let help = "\(function.about) (plugin \(plugin.name))"
            return [attribute.owner.name, ".\(function.name)", function.result.shown, help]
        }
        let functions = plugin.functions.map { function in
            let parameters = function.parameters.map(\.shown).joined(separator: ", ")
            return [
                "plugin \(plugin.name)", ".\(function.name)(\(parameters))", function.result.shown, function.about,
            ]
        }
        return attributes + functions + plugin.tables.flatMap { table in rows(table, of: plugin.name.text) }
    }

    /// The functions and constants of a library.
    private static func rows(_ library: Library) -> [[String]] {
        library.members.map { member in
            let form = member.parameters == nil ? "\(member.name)" : member.form
            return [library.name.text, ".\(form)", member.parameters == nil ? member.type : "function", member.about]
        }
    }

    private static func rows(_ table: PluginTable, of plugin: String) -> [[String]] {
        let name = "\(plugin).\(table.name)"
        let lookUp = table.key.map { key in
            let column = table.columns[key]
            let call = "(\(column.name): \(column.type.name))"
            return [
                [name, ":get\(call)", "row of \(name)", "the row with this key, which must exist"],
                [name, ":has\(call)", "boolean", "true when a row has this key"],
            ]
        }
        let columns = table.columns.map { column in
            let type = column.type.name + (column.isOptional ? ", optional" : "")
            return ["row of \(name)", ".\(column.name)", type, "the column `\(column.name)`"]
        }
        return [["plugin \(plugin)", ".\(table.name)", "table", table.about]] + (lookUp ?? []) + columns
    }

    private static var constants: [[String]] {
        ValueType.constants.map { type in
            let parts = type == .duration ? ", or of parts: `duration { hours = 1, minutes = 30 }`" : ""
            return ["constant", type.exampleConstant!, type.name, "checked when the policy loads\(parts)"]
        }
    }

    private static var methods: [[String]] {
        Vocabulary.methods.map { entry in
            [entry.owners.map(\.name).joined(separator: ", "), ":\(entry.method.name)()", "method", entry.help]
        }
            + Vocabulary.partMethods.map { [$0.owner, ":\($0.method.name)()", "method", $0.help] }
    }
}

extension Option<Bool> {
    fileprivate static var luacats: Self {
        Self(
            flag: "luacats",
            "write annotations into the folder of the policies, for the Lua language servers of editors")
    }
}
