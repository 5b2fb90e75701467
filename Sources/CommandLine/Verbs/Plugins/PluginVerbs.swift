internal import Files
internal import Model
internal import Plugins
internal import Policies
internal import Presentation

extension Verb {
    /// `plugins`: lists the plugins that policies can `use`.
    static let plugins = Verb(
        name: "plugins", summary: "lists the plugins, what each provides and what it needs",
        uses: .policies.removing(Option.locked).adding(Option.json),
        details: ["exit status: 0, or 3 when one does not load"],
        run: { invocation throws(CommandError) in
            let loaded = PluginLoader.load(try invocation.plugins())
            if invocation[.json] {
                let rows = loaded.set.provided.map { PluginListing.json($0, loaded.extras[$0.name] ?? PluginExtras()) }
                invocation.terminal.print(JSON.array(rows).pretty)
            } else {
                var table = Table(.plugins)
                for plugin in loaded.set.provided {
                    table.add([
                        plugin.name.text, plugin.version,
                        PluginListing.provided(plugin, loaded.extras[plugin.name] ?? PluginExtras()),
                        plugin.needs.joined(separator: ", "), plugin.requires.joined(separator: ", "),
                    ])
                }
                table.print(to: invocation.terminal)
            }
            invocation.terminal.report(loaded.faults)
            return loaded.faults.isEmpty ? ExitStatus.done : ExitStatus.policies
        })

    /// `plugins show`: prints the reference of one plugin.
    static let pluginsShow = Verb(
        name: "plugins show", summary: "prints what a plugin provides, in the words of its own comments",
        positionals: [.init(name: "NAME", help: "a plugin")],
        uses: .policies.removing(Option.locked).adding(Option.json),
        run: { invocation throws(CommandError) in
            let name = invocation.positionals[0]
            let loaded = PluginLoader.load(try invocation.plugins())
            guard let plugin = loaded.set.provided.first(where: { $0.name == ExactName(name) }) else {
                let faults = loaded.set.broken[ExactName(name)] ?? []
                invocation.terminal.report(faults)
                let known = loaded.set.provided.map(\.name)
                throw CommandError(
                    faults.isEmpty
                        ? "there is no plugin `\(name)`\(Suggestion.hint(for: name, among: known))"
                        : "the plugin `\(name)` does not load", status: ExitStatus.policies)
            }
            let extras = loaded.extras[plugin.name] ?? PluginExtras()
            if invocation[.json] {
                invocation.terminal.print(PluginListing.json(plugin, extras).pretty)
            } else {
                PluginListing.printReference(plugin, extras, to: invocation.terminal)
            }
            return ExitStatus.done
        })

    /// `plugins lock`: records the hashes of the reviewed files.
    static let pluginsLock = Verb(
        name: "plugins lock", summary: "writes the hash of every file of plugins and policies, for --locked",
        uses: .policies,
        details: ["The file is `plugins.lock`, beside the folder of the policies; an older one is replaced."],
        run: { invocation throws(CommandError) in
            let files = try invocation.policyFiles(invocation.policyFolder)
            let path = PolicyFiles.beside(invocation.policyFolder, PluginLock.name)
            if let fault = files.plugins.folders.compactMap(\.fault).first {
                throw CommandError(fault, status: ExitStatus.policies)
            }
            let (bytes, count) = PluginLock.made(of: files.policies, files.plugins)
            try File.replace(path, with: bytes)
            invocation.terminal.print("\(Terminal.escaped(path)) lists \(counted(count, "file"))")
            return ExitStatus.done
        })

    /// `plugins new`: makes a template of a plugin.
    static let pluginsNew = Verb(
        name: "plugins new", summary: "makes a new plugin to start from, with a test that passes",
        positionals: [.init(name: "NAME", help: "lower-case letters, digits and `_`")],
        uses: .policies.removing(Option.locked),
        run: { invocation throws(CommandError) in
            let name = invocation.positionals[0]
            guard let files = PluginTemplate.files(ExactName(name)) else {
                throw .usage(
                    "the name of a plugin has lower-case letters, digits and `_`, begins with a letter, and is neither "
                        + "a word of Lua nor a capability of the host; got `\(name)`")
            }
            let parent = invocation[.plugins] ?? PolicyFiles.beside(invocation.policyFolder, "plugins")
            let folder = "\(parent)/\(name)"
            guard !File.exists(folder) else { throw CommandError("`\(folder)` exists; nothing was changed") }
            try Folder.new(parent, mayExist: true)
            try NewFolder.make(folder, files)
            let shown = Terminal.escaped(folder)
            invocation.terminal.print(
                "\(shown) is a plugin; try `demilune test \(shown)` and `demilune plugins show \(name)`")
            return ExitStatus.done
        })
}

extension Invocation {
    /// The files of the plugins, which must exist.
    fileprivate func plugins() throws(CommandError) -> PluginSource {
        guard let folder = pluginFolder(beside: policyFolder) else {
            throw CommandError(
                "there are no plugins beside `\(policyFolder)`; `demilune plugins new NAME` makes one",
                status: ExitStatus.policies)
        }
        do throws(PolicyError) { return try PluginSource.folder(folder) } catch {
            throw CommandError(error.message, status: ExitStatus.policies)
        }
    }
}
