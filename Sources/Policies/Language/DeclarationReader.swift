internal import Lua
internal import Model
internal import Syntax

/// Reads the table that a policy's file returns, and reports every fault at its place in the source.
struct DeclarationReader {
    let chunk: Chunk
    let path: String
    let schema: Schema
    private(set) var diagnostics: [Diagnostic] = []
    /// True for a table without `on` and without `decide`.
    private(set) var declaresNothing = false

    static let keys: [ExactName] = ["on", "subject", "grants", "mode", "enabled", "decide", "about", "owner"]

    init(chunk: Chunk, path: String, schema: Schema) {
        self.chunk = chunk
        self.path = path
        self.schema = schema
    }

    private mutating func report(_ message: String, at position: Position? = nil, rule: String = "declaration") {
        // What is missing is missing in the table that the file returns.
        let place = position ?? chunk.block.statements.last?.position
        diagnostics.append(
            Diagnostic(message, path: path, line: place?.line ?? 1, column: place?.column, rule: rule))
    }

    /// - Parameter host: the host of the file while it ran.
    /// - Returns: `nil` when anything is wrong.
    mutating func read(_ value: LuaValue, _ host: DeclarationHost) -> PolicyDeclaration? {
        guard case .table(let entries) = value else {
            let advice = value == .nil ? ": the file ends in `return policy`" : ""
            report("a policy must return a table, got \(value.kindName)\(advice)")
            return nil
        }
        var fields: [ExactName: LuaValue] = [:]
        for entry in entries {
            if let name = entry.key.name, Self.keys.contains(name) {
                fields[name] = entry.value
                continue
            }
            var (hint, place): (String, Position?) = ("", nil)
            if let name = entry.key.name {
                // A helper function kept on the policy's table is the author's own.
                if case .function = entry.value { continue }
                hint = Suggestion.hint(for: name, among: Self.keys)
                place = chunk.place(of: name.text)
            }
            report("unknown field \(entry.key.shown) in a policy\(hint)", at: place)
        }
        declaresNothing = fields["on"] == nil && fields["decide"] == nil
        if fields["decide"] != .function {
            let others = entries.filter { $0.value == .function }.compactMap(\.key.name)
            let near = fields["decide"] == nil ? Suggestion.nearest(to: "decide", among: others) : nil
            report(
                "a policy needs a function `decide`, got \((fields["decide"] ?? .nil).kindName)"
                    + (near.map { ": `\($0)` is another name" } ?? ""),
                at: chunk.place(of: near?.text ?? "decide"))
        }
        let kinds = kinds(fields["on"])
        var declaration = PolicyDeclaration(
            shape: RequestShape(kinds: kinds, subject: subject(fields["subject"], kinds)),
            grants: grants(fields["grants"]),
            isObserving: false, isEnabled: true, settings: host.settings, plugins: host.used)
        if case .string(let text)? = fields["about"] { declaration.about = text }
        if case .string(let text)? = fields["owner"] { declaration.owner = text }
        switch fields["mode"] {
        case nil, .nil?, .string("decide")?: break
        case .string("observe")?: declaration.isObserving = true
        case let other?:
            report("`mode` must be \"observe\" or left out, got \(other.shown)", at: chunk.place(of: "mode"))
        }
        switch fields["enabled"] {
        case nil, .nil?: break
        case .boolean(let value)?: declaration.isEnabled = value
        case let other?: report("`enabled` must be true or false, got \(other.shown)", at: chunk.place(of: "enabled"))
        }
        return diagnostics.isEmpty ? declaration : nil
    }

    /// One name or a list of names.
    private static func names(_ value: LuaValue?) -> [ExactName]? {
        switch value {
        case .string(let name)?: return [ExactName(name)]
        case .table(let entries)? where !entries.isEmpty:
            var names: [ExactName] = []
            for (index, entry) in entries.enumerated() {
                guard entry.key == .integer(Int64(index + 1)), let name = entry.value.name else { return nil }
                names.append(name)
            }
            return names
        default: return nil
        }
    }

    private mutating func kinds(_ value: LuaValue?) -> Set<DecisionKind> {
        guard let names = Self.names(value) else {
            report("`on` must be a decision kind or a list of them: `on = \"access\"`", at: chunk.place(of: "on"))
            return []
        }
        var kinds: Set<DecisionKind> = []
        for name in names {
            if let kind = DecisionKind(rawValue: name.text) {
                kinds.insert(kind)
                continue
            }
            let hint = Suggestion.hint(for: name, among: DecisionKind.allCases.map { ExactName($0.rawValue) })
            report(
                "`\(name)` is not a decision kind\(hint)", at: chunk.place(of: "on", naming: name.text),
                rule: "unknown-point")
        }
        return kinds
    }

    private mutating func subject(_ value: LuaValue?, _ kinds: Set<DecisionKind>) -> RequestShape.SubjectKind {
        switch value {
        case nil, .nil?: return .token
        case .string(let text)?:
            let name = ExactName(text)
            let place = chunk.place(of: "subject", naming: text)
            if !kinds.isEmpty, !kinds.contains(.access) {
                report("`subject` is only for policies on `access`; elsewhere an administrator acts", at: place)
            }
            if name == "token" { return .token }
            if name == "any" { return .any }
            if let index = schema.subject(name) { return .external(index) }
            let known: [ExactName] = ["token", "any"] + schema.subjects.map(\.name)
            report("`\(name)` is not a subject type\(Suggestion.hint(for: name, among: known))", at: place)
        case let other?:
            report("`subject` must be the name of a subject type, got \(other.shown)", at: chunk.place(of: "subject"))
        }
        return .token
    }

    private mutating func grants(_ value: LuaValue?) -> [ExactName] {
        if value == nil || value == .nil { return [] }
        guard let names = Self.names(value) else {
            report("`grants` must be a list of actions: `grants = { \"orders.*\" }`", at: chunk.place(of: "grants"))
            return []
        }
        let known =
            schema.actions.keys.sorted()
            + DecisionKind.allCases.filter(\.isAdministrative).map { ExactName($0.rawValue) }
        for name in names {
            let place = chunk.place(of: "grants", naming: name.text)
            if let reason = PermissionSet.fault(name.text, wildcard: true) {
                report("`grants`: `\(name)`: \(reason)", at: place, rule: "unknown-grant")
            } else if !known.contains(where: PermissionSet([name]).permits) {
                let hint = Suggestion.hint(for: name, among: known)
                report("`grants`: no action is called `\(name)`\(hint)", at: place, rule: "unknown-grant")
            }
        }
        return names
    }
}
