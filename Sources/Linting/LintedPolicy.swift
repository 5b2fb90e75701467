package import Model
package import Policies
package import Syntax

/// A policy's file, or a plugin's, as rules see it.
package struct LintedPolicy {
    package let name: ExactName
    package let chunk: Chunk
    /// `nil` when its declaration cannot be read.
    package let declaration: PolicyDeclaration?
    /// The types of its expressions; present when the declaration is.
    package let inference: TypeInference?
    /// The path of a plugin's file; `nil` for a policy.
    var pluginPath: String?
    /// True when a file of tests lies beside it.
    package let hasTests: Bool

    /// The file's name without `.lua`.
    package var id: ExactName { name.withoutExtension }

    /// The name of the effect that an expression calls.
    func effect(_ id: Expression.ID) -> String? {
        guard case .call(let callee, _) = chunk[id].kind, case .name(let name) = chunk[callee].kind,
            name.target == .global, PolicyStatement.Effect.names.contains(name.name)
        else { return nil }
        return name.name
    }

    /// The names of the settings that reasons show: `{settings.limit}`.
    var settingsInReasons: Set<ExactName> {
        var names: Set<ExactName> = []
        for index in chunk.expressions.indices where effect(chunk.id(index)) != nil {
            guard case .call(_, let arguments) = chunk.expressions[index].kind, let first = arguments.first,
                case .string(let bytes) = chunk[first].kind
            else { continue }
            for case .path(let path, _) in Template.pieces(of: String(decoding: bytes, as: UTF8.self)) {
                let parts = path.split(separator: ".")
                if parts.count > 1, parts[0] == "settings" { names.insert(ExactName(parts[1])) }
            }
        }
        return names
    }

    /// True when some part of a block calls an effect; functions that are only declared in it do not count.
    func callsEffect(_ block: Block) -> Bool {
        var found = false
        chunk.walk(block) { node in
            if case .expression(let id) = node {
                if case .function = chunk[id].kind { return false }
                if effect(id) != nil { found = true }
            }
            if case .statement(let statement) = node {
                switch statement.kind {
                case .function, .localFunction: return false
                default: break
                }
            }
            return !found
        }
        return found
    }
}
