package import Model

/// The plugins that policies may `use`, and the capabilities they depend on. Immutable; shared by every worker.
package struct PluginSet: Sendable {
    package static let none = PluginSet(plugins: [], broken: [:], files: [])

    /// Capabilities, then plugins, each after those that it requires.
    package let plugins: [Plugin]
    /// The plugins that do not load, with the reasons. Where the reason is another plugin, they are the faults of that.
    package let broken: [ExactName: [Diagnostic]]
    /// Every file that affects decisions, by its name under the folder of plugins, with its bytes: part of the version.
    package let files: [PolicyFile]
    /// All functions, including those of attributes, each with its plugin.
    package let functions: [(plugin: Int, function: PluginFunction)]
    /// All tables, each with its plugin.
    package let tables: [(plugin: Int, table: PluginTable)]
    /// For each plugin, the numbers of its first function and of its first table.
    private let first: [(function: Int, table: Int)]

    package init(plugins: [Plugin], broken: [ExactName: [Diagnostic]], files: [PolicyFile]) {
        self.plugins = plugins
        self.broken = broken
        self.files = files
        var functions: [(Int, PluginFunction)] = []
        var tables: [(Int, PluginTable)] = []
        var first: [(Int, Int)] = []
        for (number, plugin) in plugins.enumerated() {
            first.append((functions.count, tables.count))
            functions += (plugin.functions + plugin.attributes.map(\.function)).map { (number, $0) }
            tables += plugin.tables.map { (number, $0) }
        }
        (self.functions, self.tables, self.first) = (functions, tables, first)
    }

    /// All faults of plugins, each once, sorted by path and line.
    package var faults: [Diagnostic] {
        var faults: [Diagnostic] = []
        for fault in broken.values.flatMap(\.self) where !faults.contains(fault) { faults.append(fault) }
        return faults.sorted { ($0.path, $0.line ?? 0, $0.message) < ($1.path, $1.line ?? 0, $1.message) }
    }

    package func number(of plugin: ExactName) -> Int? { plugins.firstIndex { $0.name == plugin } }

    /// The meaning of a name after the dot on a plugin.
    package enum Member {
        case function(Int)
        case table(Int)
    }

    package func member(_ name: ExactName, of plugin: Int) -> Member? {
        if let index = plugins[plugin].functions.firstIndex(where: { $0.name == name }) {
            return .function(first[plugin].function + index)
        }
        return plugins[plugin].tables.firstIndex { $0.name == name }.map { .table(first[plugin].table + $0) }
    }

    /// The function behind an attribute.
    package func attribute(_ name: ExactName, on type: ValueType) -> Int? {
        for (number, plugin) in plugins.enumerated() {
            if let index = plugin.attributes.firstIndex(where: { $0.owner == type && $0.function.name == name }) {
                return first[number].function + plugin.functions.count + index
            }
        }
        return nil
    }

    /// The tables that a native function of a plugin is given.
    package func tables(_ numbers: [Int], of plugin: Int) -> [PluginTable] {
        numbers.map { plugins[plugin].tables[$0] }
    }

    /// The name of a function for people: `cidr.contains`, or `token.manages` for an attribute.
    package func name(of function: Int) -> ExactName {
        let (plugin, declared) = functions[function]
        let isFunction = function - first[plugin].function < plugins[plugin].functions.count
        return isFunction ? "\(plugins[plugin].name).\(declared.name)" : declared.name
    }

    /// True when a function implements an attribute.
    package func isAttribute(_ function: Int) -> Bool {
        let plugin = functions[function].plugin
        return function - first[plugin].function >= plugins[plugin].functions.count
    }

    /// The Lua of a plugin that loads.
    package func luaFile(of plugin: ExactName) -> PolicyFile? {
        files.first { $0.name == "\(plugin)/plugin.lua" }
    }

    /// The plugins without the capabilities.
    package var provided: [Plugin] { plugins.filter { !$0.isCapability } }

    /// A plugin that a policy names.
    /// - Throws: the reason why the policy cannot use it.
    package func policyUse(_ name: ExactName) throws(Resolver.Fault) -> Int {
        if broken[name] != nil { throw Resolver.Fault(message: "the plugin `\(name)` does not load") }
        guard let number = number(of: name) else {
            let known = provided.map(\.name) + broken.keys
            throw Resolver.Fault(message: "there is no plugin `\(name)`" + Suggestion.hint(for: name, among: known))
        }
        guard !plugins[number].isCapability else {
            throw Resolver.Fault(message: "`\(name)` is a capability of the host: plugins may need it, policies cannot")
        }
        return number
    }
}

extension PluginSet {
    /// True when two sets have the same plugins with the same data.
    package func isSame(as other: PluginSet) -> Bool {
        files.count == other.files.count
            && zip(files, other.files).allSatisfy { $0.name == $1.name && $0.bytes == $1.bytes }
    }
}
