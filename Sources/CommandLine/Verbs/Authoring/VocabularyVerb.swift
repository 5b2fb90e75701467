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
        uses: .policies.removing(Option.locked).adding(Option.json),
        details: [
            "--luacats writes `language.lua`, `schema.lua` and `plugins.lua` into `.luacats`, and `.luarc.json` where there is none."
        ],
        run: { invocation throws(CommandError) in
            if invocation[.luacats] { return try annotate(invocation) }
            if invocation[.json] {
                let rows = (attributes + methods + provided(invocation)).map { row in
                    JSON.object(zip(["owner", "name", "type", "help"], row).map { .init($0, .string($1)) })
                }
                invocation.terminal.print(JSON.array(rows).pretty)
                return ExitStatus.done
            }
            var table = Table(.vocabulary)
            for row in attributes + methods + provided(invocation) { table.add(row) }
            table.print(to: invocation.terminal)
            return ExitStatus.done
        })

    private static func annotate(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let folder = invocation.policyFolder
        let (source, plugins) = try invocation.policySource().loadedPlugins()
        for fault in plugins.faults { invocation.terminal.note(Terminal.escaped(fault.description)) }
        let loaded = PolicySet.load(source)
        guard let schema = loaded.schema else {
            for diagnostic in loaded.diagnostics { invocation.terminal.note(Terminal.escaped(diagnostic.description)) }
            throw CommandError("the schema in `\(folder)` does not load", status: ExitStatus.policies)
        }
        let name = ".luacats"
        try Folder.new("\(folder)/\(name)", mayExist: true)
        var written: [String] = []
        for file in LuaAnnotations(schema, plugins.set.provided).files {
            written.append("\(folder)/\(name)/\(file.name)")
            try File.replace(written.last!, with: Array(file.text.utf8))
        }
        let configuration = "\(folder)/.luarc.json"
        if !File.exists(configuration) {
            written.append(configuration)
            try File.replace(configuration, with: Array(LuaAnnotations.configuration(folder: name).utf8))
        }
        for path in written { invocation.terminal.print(Terminal.escaped(path)) }
        return ExitStatus.done
    }

    private static var attributes: [[String]] {
        Vocabulary.entries.map { entry in
            [entry.owner.name, ".\(entry.name)", entry.type.name + (entry.isOptional ? ", optional" : ""), entry.help]
        }
    }

    /// The additions of plugins: attributes, functions, tables and their columns.
    private static func provided(_ invocation: Invocation) -> [[String]] {
        guard let folder = invocation.pluginFolder(beside: invocation.policyFolder) else { return [] }
        do throws(PolicyError) {
            let loaded = PluginLoader.load(try PluginSource.folder(folder))
            for fault in loaded.faults { invocation.terminal.note(Terminal.escaped(fault.description)) }
            return loaded.set.provided.flatMap(rows)
        } catch {
            invocation.terminal.note(Terminal.escaped(error.message))
            return []
        }
    }

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

    private static var methods: [[String]] {
        Vocabulary.methods.map { entry in
            [entry.owners.map(\.name).joined(separator: ", "), ":\(entry.method.name)()", "method", entry.help]
        }
    }
}

extension Option<Bool> {
    fileprivate static var luacats: Self {
        Self(
            flag: "luacats",
            "write annotations into the folder of the policies, for the Lua language servers of editors")
    }
}
