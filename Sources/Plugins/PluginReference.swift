internal import Model
package import Policies

/// The reference page of a plugin: its parts with their types, and its own comments.
package struct PluginReference {
    /// One provided part.
    package struct Part {
        /// The heading: `functions`, `attributes`, `data`, `checks`, `commands` or `sinks`.
        package let kind: String
        /// The signature: `cidr.contains(network: string, address: ip): boolean`.
        package let form: String
        package let about: String
        /// The examples of a check, if it has any.
        package var examples: PluginExtras.Check.Examples?
    }

    package let parts: [Part]

    package init(_ plugin: Plugin, _ extras: PluginExtras) {
        let functions = plugin.functions.map { function in
            let by = if case .lua = function.body { "" } else { ", by the host" }
            return Part(
                kind: "functions",
                form: "\(plugin.name).\(Self.call(function.name, function.parameters)): "
                    + function.result.shown + by, about: function.about)
        }
        let attributes = plugin.attributes.map { attribute in
            Part(
                kind: "attributes",
                form: "\(attribute.owner.name).\(attribute.function.name): \(attribute.function.result.shown)",
                about: attribute.function.about)
        }
        let tables = plugin.tables.map { table in
            let columns = table.columns.map { "\($0.name): \($0.type.name)\($0.isOptional ? ", optional" : "")" }
            let index = table.index.map { table.columns[$0].name.text }.joined(separator: " and ")
            let key =
                (table.key.map { ", by \(table.columns[$0].name)" } ?? "")
                + (index.isEmpty ? "" : ", indexed by \(index)")
            return Part(
                kind: "data",
                form:
                    "\(plugin.name).\(table.name): \(counted(table.count, "row")) of (\(columns.joined(separator: ", ")))\(key)",
                about: table.about)
        }
        let checks = extras.checks.map {
            Part(
                kind: "checks", form: "\(plugin.name).\($0.name): \($0.isError ? "error" : "warning")", about: $0.about,
                examples: $0.examples)
        }
        let commands = extras.commands.map { command in
            Part(
                kind: "commands",
                form: command.usage
                    + (command.parameters.isEmpty
                        ? "" : ", of (\(command.parameters.map(\.shown).joined(separator: "; ")))"),
                about: command.about)
        }
        let sinks = extras.sinks.map {
            Part(
                kind: "sinks", form: "\(plugin.name).\($0.name): \($0.place)", about: $0.about)
        }
        parts = functions + attributes + tables + checks + commands + sinks
    }

    private static func call(_ name: ExactName, _ parameters: [PluginFunction.Parameter]) -> String {
        "\(name)(\(parameters.map(\.shown).joined(separator: "; ")))"
    }
}
