internal import Model
internal import Policies

/// The loader of plugins: it reads each by itself, and then orders them by their requirements.
package struct PluginLoader {
    private let source: PluginSource
    private var read: [ExactName: ReadPlugin] = [:]
    private var broken: [ExactName: [Diagnostic]] = [:]
    /// The plugins that do not load only because another one does not.
    private var unmet: [(plugin: ExactName, required: ExactName, place: Diagnostic.Place)] = []

    private init(_ source: PluginSource) {
        self.source = source
    }

    /// Loads every plugin. A plugin that does not load is reported with the reason, and the others load as if it were
    /// missing.
    package static func load(_ source: PluginSource) -> LoadedPlugins {
        var loader = PluginLoader(source)
        return loader.load()
    }

    /// The longest chain of plugins, each of which requires the next; each of them may use its own part of the stack.
    private static let deepest = 4
    private static let mostPlugins = 200

    private func path(_ plugin: ExactName) -> String { "\(source.path)/\(plugin)/\(PluginReader.file)" }

    private mutating func load() -> LoadedPlugins {
        guard !source.folders.isEmpty else { return .none }
        for (number, folder) in source.folders.enumerated() {
            if number >= Self.mostPlugins {
                broken[folder.name] = [
                    Diagnostic("there are more than \(Self.mostPlugins) plugins", path: "\(source.path)/\(folder.name)")
                ]
                continue
            }
            if let fault = folder.fault {
                broken[folder.name] = [Diagnostic(fault, path: "\(source.path)/\(folder.name)")]
                continue
            }
            var reader = PluginReader(folder, path: path(folder.name), folder: "\(source.path)/\(folder.name)")
            let plugin = reader.read()
            if reader.faults.isEmpty, let plugin {
                read[folder.name] = plugin
            } else {
                broken[folder.name] = reader.faults
            }
        }
        refuseUnknown()
        let ordered = order()
        refuseSameAttributes(ordered)
        refuseMisuse(ordered)
        refuseDependents(ordered)
        nameCauses()
        return loaded(ordered.filter { broken[$0] == nil })
    }

    private mutating func blame(_ plugin: ExactName, _ message: String, line: Int) {
        broken[plugin, default: []].append(Diagnostic(message, path: path(plugin), line: line))
        read[plugin] = nil
    }

    /// Refuses plugins that require a missing plugin.
    private mutating func refuseUnknown() {
        let names = source.folders.map(\.name)
        for (name, plugin) in read.sorted(by: { $0.key < $1.key }) {
            for required in plugin.plugin.requires where !names.contains(required) {
                blame(
                    name,
                    "it requires the unknown plugin `\(required)`\(Suggestion.hint(for: required, among: names))",
                    line: plugin.line("requires"))
            }
        }
    }

    /// The plugins, each after those it requires; a cycle is reported with all of its plugins.
    private mutating func order() -> [ExactName] {
        var ordered: [ExactName] = []
        var done: Set<ExactName> = []
        var circles: [[ExactName]] = []
        func visit(_ name: ExactName, _ path: [ExactName]) {
            guard !done.contains(name), let plugin = read[name] else { return }
            if let start = path.firstIndex(of: name) { return circles.append(Array(path[start...])) }
            for required in plugin.plugin.requires { visit(required, path + [name]) }
            if done.insert(name).inserted { ordered.append(name) }
        }
        for name in read.keys.sorted() { visit(name, []) }
        let lines = read.mapValues { $0.line("requires") }
        for circle in circles {
            for (index, name) in circle.enumerated() {
                let shown = (circle[index...] + circle[...index]).map { "`\($0)`" }.joined(separator: " requires ")
                blame(name, "plugins cannot require each other in a cycle: \(shown)", line: lines[name] ?? 1)
            }
        }
        var depths: [ExactName: Int] = [:]
        for name in ordered {
            guard let plugin = read[name] else { continue }
            depths[name] = 1 + (plugin.plugin.requires.compactMap { depths[$0] }.max() ?? 0)
            if let lost = plugin.plugin.requires.first(where: { broken[$0] != nil }) {
                refuse(plugin, without: lost)
            } else if depths[name]! > Self.deepest {
                blame(
                    name, "at most \(Self.deepest) plugins may require one another in a chain",
                    line: plugin.line("requires"))
            } else {
                refuseMembers(of: plugin)
            }
        }
        return ordered
    }

    /// Refuses a plugin because one that it requires does not load.
    private mutating func refuse(_ plugin: ReadPlugin, without lost: ExactName) {
        let name = plugin.plugin.name
        broken[name] = []
        read[name] = nil
        unmet.append((name, lost, Diagnostic.Place(path: path(name), line: plugin.line("requires"))))
    }

    /// Gives the plugins that do not load because of another one the faults of that, which have the cause.
    private mutating func nameCauses() {
        // In the order of requirements, so that each cause is known before its effects.
        var roots: [ExactName: ExactName] = [:]
        for (plugin, required, place) in unmet {
            let root = roots[required] ?? required
            roots[plugin] = root
            if broken[root]?.isEmpty == false { broken[root]?[0].affected.append(place) }
        }
        for (plugin, root) in roots { broken[plugin] = broken[root] }
    }

    /// Refuses the use of members of other plugins that these do not provide.
    private mutating func refuseMembers(of plugin: ReadPlugin) {
        for use in plugin.uses {
            for member in use.members {
                let used = Capabilities.all.first { $0.name == use.name } ?? read[use.name]?.plugin
                guard let used else { continue }
                let known = used.functions.map(\.name) + used.tables.map(\.name)
                if known.contains(member) { continue }
                blame(
                    plugin.plugin.name,
                    "`\(use.name)` has no `\(member)`\(Suggestion.hint(for: member, among: known))", line: use.line)
            }
        }
    }

    private mutating func refuseSameAttributes(_ ordered: [ExactName]) {
        var owners: [ExactName: ExactName] = [:]
        for name in ordered {
            guard let plugin = read[name] else { continue }
            for attribute in plugin.plugin.attributes {
                let full: ExactName = "\(attribute.owner.name).\(attribute.function.name)"
                if let other = owners[full] {
                    blame(
                        name, "the plugin `\(other)` already provides the attribute `\(full)`",
                        line: plugin.line("attributes.\(full)"))
                } else {
                    owners[full] = name
                }
            }
        }
    }

    /// Refuses plugins whose source shows a fault, now that the types of all members are known.
    private mutating func refuseMisuse(_ ordered: [ExactName]) {
        let set = loaded(ordered.filter { broken[$0] == nil }).set
        for name in ordered {
            guard let plugin = read[name] else { continue }
            let faults = plugin.faults(among: set)
            guard !faults.isEmpty else { continue }
            broken[name, default: []] += faults
            read[name] = nil
        }
    }

    /// Refuses plugins that require a refused one.
    private mutating func refuseDependents(_ ordered: [ExactName]) {
        for name in ordered {
            guard let plugin = read[name], let lost = plugin.plugin.requires.first(where: { broken[$0] != nil }) else {
                continue
            }
            refuse(plugin, without: lost)
        }
    }

    private func loaded(_ names: [ExactName]) -> LoadedPlugins {
        let plugins = names.compactMap { read[$0] }
        let needed = Set(plugins.flatMap(\.plugin.needs))
        let capabilities = Capabilities.all.filter { needed.contains($0.name) }
        let files = plugins.flatMap { plugin in
            plugin.files.map { PolicyFile(name: "\(plugin.plugin.name)/\($0.name)", bytes: $0.bytes) }
        }
        let extras = plugins.map { ($0.plugin.name, $0.extras) }
        return LoadedPlugins(
            set: PluginSet(
                plugins: capabilities + plugins.map(\.plugin), broken: broken,
                files: files.sorted { $0.name < $1.name }),
            extras: Dictionary(uniqueKeysWithValues: extras))
    }
}
