internal import Model
internal import Policies
internal import Syntax

/// A plugin as read from its own files; its references to other plugins are not checked yet.
struct ReadPlugin {
    var plugin: Plugin
    /// The parts that are not for policies.
    var extras = PluginExtras()
    /// The capabilities and plugins that it named by `use` while it was loaded.
    var uses: [ManifestHost.Use] = []
    /// The files that affect decisions: `plugin.lua` and its data.
    var files: [PolicyFile] = []
    let chunk: Chunk
    let outline: PluginOutline

    /// The line of a declaration such as `functions.contains`; 1 when it is not found.
    func line(_ name: String) -> Int { outline.line(name) ?? 1 }

    /// The faults that its source shows when the types of the parameters of its functions are known, and every plugin
    /// that it may use.
    func faults(among plugins: PluginSet) -> [Diagnostic] {
        TypeInference(script: chunk, plugins: plugins, parameters: parameters).faults.map {
            $0.diagnostic(path: plugin.path)
        }
    }

    /// The types of the parameters of functions that the manifest contains as literals. The properties of a resource
    /// and of the context are those of a schema, which a plugin does not know.
    private var parameters: [Declaration.ID: ValueType] {
        var types: [Declaration.ID: ValueType] = [:]
        for function in plugin.functions + plugin.attributes.map(\.function) {
            guard case .lua(let path, _) = function.body, let body = chunk.function(at: path) else { continue }
            for (declaration, parameter) in zip(chunk[body].parameters, function.parameters) {
                let isOpen = [.action, .resource, .context].contains(parameter.type)
                if parameter.isOptional || isOpen || chunk[declaration].isReassigned { continue }
                types[declaration] = parameter.type
            }
        }
        return types
    }
}

extension Chunk {
    /// The function that is written at a path in the table that the chunk returns: `provides.functions.f.run`.
    fileprivate func function(at path: String) -> Function.ID? {
        guard case .return(let values)? = block.statements.last?.kind, var place = values.first else { return nil }
        for name in path.split(separator: ".") {
            guard case .table(let fields) = self[place].kind else { return nil }
            var found: Expression.ID?
            for case .named(let field, let value) in fields where field.name == name { found = value }
            guard let found else { return nil }
            place = found
        }
        if case .function(let function) = self[place].kind { return function }
        return nil
    }
}
