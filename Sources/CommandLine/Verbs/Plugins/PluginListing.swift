internal import Model
internal import Plugins
internal import Policies
internal import Presentation

/// The description of a plugin and what it provides, for people and for machines.
enum PluginListing {
    /// `2 functions, 1 attribute`.
    static func provided(_ plugin: Plugin, _ extras: PluginExtras) -> String {
        let counts = [
            (plugin.functions.count, "function"), (plugin.attributes.count, "attribute"),
            (plugin.tables.count, "table"),
            (extras.checks.count, "check"), (extras.commands.count, "command"), (extras.sinks.count, "sink"),
        ]
        return counts.filter { $0.0 > 0 }.map { counted($0.0, $0.1) }.joined(separator: ", ")
    }

    static func json(_ plugin: Plugin, _ extras: PluginExtras) -> JSON {
        .object([
            .init("name", .string(plugin.name)), .init("version", .string(plugin.version)),
            .init("about", .string(plugin.about)), .init("needs", .array(plugin.needs.map(JSON.string))),
            .init("requires", .array(plugin.requires.map(JSON.string))),
            .init(
                "provides",
                .array(
                    PluginReference(plugin, extras).parts.map { part in
                        .object(
                            [
                                .init("kind", .string(part.kind)), .init("form", .string(part.form)),
                                .init("about", .string(part.about)),
                            ]
                                + (part.examples.map {
                                    [.init("good", .string($0.good)), .init("bad", .string($0.bad))]
                                } ?? []))
                    })),
        ])
    }

    static func printReference(_ plugin: Plugin, _ extras: PluginExtras, to terminal: Terminal) {
        terminal.show("\("\(plugin.name) \(plugin.version)", .strong): \(plugin.about)")
        for (title, names) in [("needs", plugin.needs), ("requires", plugin.requires)] where !names.isEmpty {
            terminal.print("\(title) \(Terminal.escaped(names.joined(separator: ", ")))")
        }
        var kind = ""
        for part in PluginReference(plugin, extras).parts {
            if part.kind != kind {
                terminal.print()
                terminal.print("\(part.kind):")
                kind = part.kind
            }
            terminal.print("  \(Terminal.escaped(part.form))")
            if !part.about.isEmpty { terminal.print("      \(Terminal.escaped(part.about))") }
            guard let examples = part.examples else { continue }
            for (title, text) in [("it finds nothing in", examples.good), ("it finds something in", examples.bad)] {
                terminal.print("      \(title):")
                for line in text.split(separator: "\n") {
                    terminal.print("          \(Terminal.escaped(String(line)))")
                }
            }
        }
    }
}
