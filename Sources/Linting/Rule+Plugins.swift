internal import Model
package import Plugins
internal import Policies
internal import Syntax

extension Rule {
    /// The rules that plugins bring, prefixed with the name of their plugin: `cidr.whole_internet`.
    /// - Parameter schema: the schema of their examples; `nil` for a usual one.
    package static func brought(by plugins: LoadedPlugins, schema: [UInt8]? = nil) -> [Rule] {
        PluginChecks.rules(of: plugins).map { check in
            Rule(
                check, shownBy: { Example(policy: $0, plugins: plugins.set, schema: schema) },
                find: .folder { folder in
                    guard let schema = folder.schema else { return [] }
                    let checks = PluginChecks(plugins, schema: schema, only: check.name)
                    return folder.policies.flatMap { policy in
                        checks.findings(in: policy.document).map { found in
                            var finding = Finding(found.message, file: policy.name, line: found.line, column: 1)
                            finding.severity = found.severity
                            return finding
                        }
                    }
                })
        }
    }
}

extension LintedPolicy {
    /// The policy as rules of plugins see it. It has no member for what the policy does not declare.
    var document: JSON {
        var members: [JSON.Member] = [
            .init("id", .string(id)), .init("file", .string(name)), .init("tests", .boolean(hasTests)),
            .init("texts", .array(texts)), .init("effects", .array(effects)),
        ]
        func names(_ names: [ExactName]) -> JSON { .array(names.map(JSON.string)) }
        if let declaration {
            members += [
                .init("on", names(declaration.shape.kinds.map { ExactName($0.rawValue) }.sorted())),
                .init("grants", names(declaration.grants)),
                .init("settings", names(declaration.settings.keys.sorted())),
                .init("observes", .boolean(declaration.isObserving)),
                .init("enabled", .boolean(declaration.isEnabled)),
            ]
            if let about = declaration.about { members.append(.init("about", .string(about))) }
            if let owner = declaration.owner { members.append(.init("owner", .string(owner))) }
        }
        return .object(members)
    }

    /// The strings in its source, with their lines.
    private var texts: [JSON] {
        chunk.strings.map { use in
            .object([
                .init("text", .string(String(decoding: use.bytes, as: UTF8.self))),
                .init("line", .integer(Int64(use.position.line))),
            ])
        }
    }

    /// The effect calls in its source: `deny`, the reason when it is a literal, and the line.
    private var effects: [JSON] {
        chunk.calls.compactMap { call in
            guard case .global(let name) = call.callee, PolicyStatement.Effect.names.contains(name) else { return nil }
            var members: [JSON.Member] = [
                .init("effect", .string(name)), .init("line", .integer(Int64(call.position.line))),
            ]
            if case .string(let bytes)? = call.arguments.first {
                members.append(.init("reason", .string(String(decoding: bytes, as: UTF8.self))))
            }
            return .object(members)
        }
    }
}
