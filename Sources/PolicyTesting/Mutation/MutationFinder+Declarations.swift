internal import Model
internal import Policies
internal import Syntax

/// Changes of a policy's declaration and of the defaults of its settings.
extension MutationFinder {
    private typealias Field = (name: Identifier, value: Expression.ID, removal: Range<Int>)

    // MARK: The declaration

    mutating func findDeclarations() {
        for (name, value, removal) in declaredFields {
            let scope = range(value)
            switch name.name {
            case "on":
                skip(value)
                if case .table(let fields) = chunk[value].kind { dropItems(value, fields, .declaration, of: name.name) }
            case "grants":
                skip(value)
                grants(name, value, removal)
            case "mode", "subject":
                skip(value)
                // Without it, the policy decides, or is about tokens.
                guard case .string(let bytes) = chunk[value].kind,
                    !["decide", "token"].contains(where: { $0.utf8.elementsEqual(bytes) })
                else { continue }
                add(.declaration, name.position, "without `\(name.name)`", removal, "", scope: scope)
            case "enabled":
                skip(value)
                guard !overridden.contains("enabled") else { continue }
                constant(value, .declaration, of: name.name)
            case "about", "owner": skip(value)
            default: continue
            }
        }
    }

    private mutating func grants(_ name: Identifier, _ value: Expression.ID, _ removal: Range<Int>) {
        guard case .table(let fields) = chunk[value].kind, fields.count > 1 else {
            return add(.declaration, name.position, "without `grants`", removal, "", scope: range(value))
        }
        let grants = declaration?.grants ?? []
        for (index, field) in fields.enumerated() {
            guard case .item(let item) = field, case .string(let bytes) = chunk[item].kind else { continue }
            let own = ExactName(String(decoding: bytes, as: UTF8.self))
            // What other grants cover is granted still.
            guard !PermissionSet(grants.filter { $0 != own }).covers(PermissionSet([own])) else { continue }
            add(
                .declaration, chunk[item].position, "without the grant \(quoted(range(item)))",
                self.removal(of: index, from: fields), "", scope: range(value))
        }
    }

    /// The fields of the table that the file returns, where the source shows them, with the bytes that remove each.
    private var declaredFields: [Field] {
        guard case .return(let values)? = chunk.block.statements.last?.kind, let value = values.first else { return [] }
        guard case .name(let name) = chunk[value].kind, case .local(let variable) = name.target else {
            return fields(of: value)
        }
        var found: [Field] = []
        for statement in chunk.block.statements {
            switch statement.kind {
            case .local(let names, let values):
                for (name, value) in zip(names, values) where name == variable { found += fields(of: value) }
            case .assign(let targets, let values) where targets.count == 1 && values.count == 1:
                guard case .member(let base, let member) = chunk[targets[0]].kind,
                    case .name(let owner) = chunk[base].kind, owner.target == .local(variable)
                else { continue }
                found.append((member, values[0], lines(of: statement.start..<statement.end)))
            default: continue
            }
        }
        return found
    }

    private func fields(of table: Expression.ID) -> [Field] {
        guard case .table(let fields) = chunk[table].kind else { return [] }
        return fields.enumerated().compactMap { index, field in
            guard case .named(let name, let value) = field else { return nil }
            return (name, value, removal(of: index, from: fields))
        }
    }

    // MARK: Settings

    mutating func findSettings() {
        for index in chunk.expressions.indices {
            guard case .call(let callee, let arguments) = chunk.expressions[index].kind,
                case .name(let name) = chunk[callee].kind, name.target == .global, name.name == "settings",
                let table = arguments.first
            else { continue }
            skip(chunk.id(index))
            guard case .table(let fields) = chunk[table].kind else { continue }
            for case .named(let name, let value) in fields {
                // A default that nothing reads, or that is never in force.
                guard !overridden.contains(ExactName(name.name)), isRead(name.name) else { continue }
                changeDefault(name.name, value)
            }
        }
    }

    private mutating func changeDefault(_ setting: String, _ value: Expression.ID) {
        switch chunk[value].kind {
        case .string(let bytes):
            // Another value that the policy compares the setting with.
            let compared = chunk.expressions.compactMap { expression -> [UInt8]? in
                guard case .binary(let operation, let left, let right, _) = expression.kind,
                    operation == .equal || operation == .notEqual
                else { return nil }
                for (side, other) in [(left, right), (right, left)] {
                    if case .member(_, let name) = chunk[side].kind, name.name == setting,
                        case .string(let text) = chunk[other].kind, text != bytes
                    {
                        return text
                    }
                }
                return nil
            }
            guard let other = compared.first else { return }
            let text = LuaWriter.quoted(String(decoding: other, as: UTF8.self))
            add(
                .setting, chunk[value].position, "`\(setting)`: `\(text)` instead of \(quoted(range(value)))",
                range(value), text,
                scope: range(value))
        case .boolean, .integer, .float: constant(value, .setting, of: setting)
        // `list { "a", "b" }`, `date "2026-12-31"`, `duration { days = 366 }`
        case .call(let callee, let arguments):
            guard let first = arguments.first else { return }
            let function = text(range(callee))
            switch chunk[first].kind {
            case .table(let fields) where function == "list": dropItems(first, fields, .setting, of: setting)
            case .table(let fields) where BuiltinFunction(name: function)?.constantType != nil:
                for case .named(_, let part) in fields { constant(part, .setting, of: setting) }
            case .string where BuiltinFunction(name: function)?.constantType != nil:
                constant(first, .setting, of: setting)
            default: return
            }
        default: return
        }
    }

    /// True when something reads a member of this name, or a member whose name is computed.
    private func isRead(_ name: String) -> Bool {
        chunk.expressions.contains { expression in
            switch expression.kind {
            case .member(_, let member): return member.name == name
            case .index(_, let key): if case .string = chunk[key].kind { return false } else { return true }
            default: return false
            }
        }
    }
}
