package import Model

/// The plugins that policies may `use`, and the capabilities they stand on. Immutable; shared by every worker.
package struct PluginSet: Sendable {
    package static let none = PluginSet(plugins: [], broken: [:], files: [])

    /// Capabilities, then plugins, each after those that it requires.
    package let plugins: [Plugin]
    /// What does not load, and why.
    package let broken: [ExactName: [Diagnostic]]
    /// Every file that decides, by its name under the folder of plugins, and its bytes: part of the version.
    package let files: [PolicySource.File]
    /// All functions, those of attributes among them, and whose each is.
    let functions: [(plugin: Int, function: PluginFunction)]
    /// All tables, and whose each is.
    let tables: [(plugin: Int, table: PluginTable)]
    /// For each plugin the number of its first function, and of its first table.
    private let first: [(function: Int, table: Int)]

    package init(plugins: [Plugin], broken: [ExactName: [Diagnostic]], files: [PolicySource.File]) {
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

    func number(of plugin: ExactName) -> Int? { plugins.firstIndex { $0.name == plugin } }

    /// What a name after the dot means on a plugin.
    enum Member {
        case function(Int)
        case table(Int)
    }

    func member(_ name: ExactName, of plugin: Int) -> Member? {
        if let index = plugins[plugin].functions.firstIndex(where: { $0.name == name }) {
            return .function(first[plugin].function + index)
        }
        return plugins[plugin].tables.firstIndex { $0.name == name }.map { .table(first[plugin].table + $0) }
    }

    /// The function behind an attribute.
    func attribute(_ name: ExactName, on type: ValueType) -> Int? {
        for (number, plugin) in plugins.enumerated() {
            if let index = plugin.attributes.firstIndex(where: { $0.owner == type && $0.function.name == name }) {
                return first[number].function + plugin.functions.count + index
            }
        }
        return nil
    }

    /// The tables that a native function of a plugin is given.
    func tables(_ numbers: [Int], of plugin: Int) -> [PluginTable] { numbers.map { plugins[plugin].tables[$0] } }

    /// A function as people say it: `cidr.contains`, or `token.manages` for an attribute.
    func name(of function: Int) -> ExactName {
        let (plugin, declared) = functions[function]
        let isFunction = function - first[plugin].function < plugins[plugin].functions.count
        return isFunction ? "\(plugins[plugin].name).\(declared.name)" : declared.name
    }

    /// Whether a function is an attribute's.
    func isAttribute(_ function: Int) -> Bool {
        let plugin = functions[function].plugin
        return function - first[plugin].function >= plugins[plugin].functions.count
    }

    /// What policies may know of the plugins, without capabilities.
    package var provided: [Plugin] { plugins.filter { !$0.isCapability } }

    /// A plugin that a policy names.
    /// - Throws: why there is none.
    func policyUse(_ name: ExactName) throws(Resolver.Fault) -> Int {
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
