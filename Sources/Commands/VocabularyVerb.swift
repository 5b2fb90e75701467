internal import Model
internal import Plugins
internal import Policies
internal import Workbench

extension Verb {
    /// `vocabulary`: what a policy can read.
    static let vocabulary = Verb(
        name: "vocabulary", summary: "prints everything that a policy can read",
        options: [
            Option(
                name: "luacats",
                help: "write it into the folder of the policies, for the Lua language servers of editors")
        ],
        details: [
            "--luacats writes `.luacats/language.lua` and `.luacats/schema.lua`, and `.luarc.json` where there is none."
        ],
        run: { invocation throws(CommandError) in
            if invocation.has("luacats") { return try annotate(invocation) }
            if invocation.has("json") {
                let rows = (attributes + methods + provided(invocation)).map { row in
                    JSON.object(zip(["owner", "name", "type", "help"], row).map { .init($0, .string($1)) })
                }
                invocation.terminal.print(JSON.array(rows).pretty)
                return ExitStatus.done
            }
            var table = Table(["OF", "NAME", "IS", "MEANING"])
            for row in attributes + methods + provided(invocation) { table.add(row) }
            table.print(to: invocation.terminal)
            return ExitStatus.done
        })

    private static func annotate(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let folder = invocation.value("policies") ?? "policies"
        let loaded = PolicySet.load(try invocation.policySource().loadedPlugins().source)
        guard let schema = loaded.schema else {
            for diagnostic in loaded.diagnostics { invocation.terminal.note(Terminal.escaped(diagnostic.description)) }
            throw CommandError("the schema in `\(folder)` does not load", status: ExitStatus.policies)
        }
        let name = ".luacats"
        try Descriptor.makeFolder("\(folder)/\(name)", mayExist: true)
        var written: [String] = []
        for file in LuaAnnotations(schema).files {
            written.append("\(folder)/\(name)/\(file.name)")
            try Descriptor.replace(written.last!, with: Array(file.text.utf8))
        }
        let configuration = "\(folder)/.luarc.json"
        if !Descriptor.exists(configuration) {
            written.append(configuration)
            try Descriptor.replace(configuration, with: Array(LuaAnnotations.configuration(folder: name).utf8))
        }
        for path in written { invocation.terminal.print(Terminal.escaped(path)) }
        return ExitStatus.done
    }

    private static var attributes: [[String]] {
        Vocabulary.entries.map { entry in
            [entry.owner.name, ".\(entry.name)", entry.type.name + (entry.isOptional ? ", optional" : ""), entry.help]
        }
    }

    /// What the plugins add: attributes, functions and tables.
    private static func provided(_ invocation: Invocation) -> [[String]] {
        guard let folder = invocation.pluginFolder(beside: invocation.policyFolder),
            let source = try? PluginSource.folder(folder)
        else { return [] }
        return PluginLoader.load(source).set.provided.flatMap { plugin in
            plugin.attributes.map { attribute in
                let function = attribute.function
                let help = "\(function.about) (plugin \(plugin.name))"
                return [attribute.owner.name, ".\(function.name)", function.result.shown, help]
            }
                + plugin.functions.map { function in
                    let parameters = function.parameters.map(\.shown).joined(separator: ", ")
                    return [
                        "plugin \(plugin.name)", ".\(function.name)(\(parameters))", function.result.shown,
                        function.about,
                    ]
                }
                + plugin.tables.map { table in ["plugin \(plugin.name)", ".\(table.name)", "table", table.about] }
        }
    }

    private static var methods: [[String]] {
        Vocabulary.methods.map { entry in
            [entry.owners.map(\.name).joined(separator: ", "), ":\(entry.method.name)()", "method", entry.help]
        }
    }
}
