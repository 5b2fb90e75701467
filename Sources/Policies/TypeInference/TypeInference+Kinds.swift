internal import Model
package import Syntax

/// The kinds of values of Lua's own, and the members that such values and the libraries have.
extension TypeInference {
    /// The kind of an expression; `nil` for a value of the request, and where the source does not determine it.
    package func luaKind(_ id: Expression.ID) -> LuaKind? {
        var id = id
        for _ in 0..<Self.mostSteps {
            if let known = value(id) { return kind(known) }
            if case .method? = meaning(id) { return .function }
            switch chunk[id].kind {
            case .nil: return .nothing
            case .table: return .table
            case .function: return .function
            case .parenthesized(let inner): id = inner
            case .name(let name):
                guard case .local(let variable) = name.target else { return Self.kind(ofGlobal: name.name) }
                if names.unset.contains(variable) { return .nothing }
                if chunk[variable].kind == .function, !chunk[variable].isReassigned { return .function }
                guard let definition = names.values[variable] else { return nil }
                id = definition
            case .member: return libraryFunction(id) == nil ? nil : .function
            case .call(let callee, _): return libraryFunction(callee)?.result
            // Beyond the items of a table that nothing changes.
            case .index(let base, let key):
                guard case .name(let table) = chunk[base].kind, case .local(let variable) = table.target,
                    let items = fixedTables[variable]?.items, case .integer(let number) = chunk[key].kind
                else { return nil }
                return (1...Int64(max(items, 1))).contains(number) && items > 0 ? nil : .nothing
            default: return nil
            }
        }
        return nil
    }

    /// The longest chain of variables that stand for one another.
    static let mostSteps = 100

    private func kind(_ known: Known) -> LuaKind? {
        let isOfLua = !known.isHandle && !known.isOfRequest && known.expression == nil
        switch known.type {
        // A boolean is read when it is named.
        case .boolean: return .boolean
        case .string where isOfLua: return .string
        case .number where isOfLua: return .number
        default: return nil
        }
    }

    private static func kind(ofGlobal name: String) -> LuaKind? {
        if StandardLibrary.libraries.contains(name) { return .library }
        return StandardLibrary.basic.contains(name) || BuiltinFunction(name: name) != nil ? .function : nil
    }

    // MARK: Libraries

    /// The expression behind parentheses and variables that are never assigned to; the expression itself for any other.
    func resolved(_ id: Expression.ID) -> Expression.ID {
        var id = id
        for _ in 0..<Self.mostSteps {
            switch chunk[id].kind {
            case .parenthesized(let inner): id = inner
            case .name(let name):
                guard case .local(let variable) = name.target, let definition = names.values[variable] else {
                    return id
                }
                id = definition
            default: return id
            }
        }
        return id
    }

    /// The name of the library that an expression is: `string`, or a variable that always is.
    func library(_ id: Expression.ID) -> String? {
        guard case .name(let name) = chunk[resolved(id)].kind, name.target == .global,
            StandardLibrary.libraries.contains(name.name)
        else { return nil }
        return name.name
    }

    /// The function of Lua's own that an expression is: `tostring`, `string.rep`, or a variable that always is.
    func libraryFunction(_ id: Expression.ID) -> StandardLibrary.Function? {
        switch chunk[resolved(id)].kind {
        case .name(let name): name.target == .global ? StandardLibrary.functions[name.name] : nil
        case .member(let base, let name): library(base).flatMap { StandardLibrary.functions["\($0).\(name.name)"] }
        default: nil
        }
    }

    func member(_ name: String, ofLibrary library: String) -> Meaning? {
        let full = "\(library).\(name)"
        if StandardLibrary.functions[full] != nil { return nil }
        switch StandardLibrary.constants[full] {
        case .number?: return plain(.number)
        case .string?: return plain(.string)
        default: return .fault(Self.unknown(name, ofLibrary: library))
        }
    }

    /// The meaning of a library's name after a colon, which passes the library itself as the first argument.
    func method(_ name: String, ofLibrary library: String) -> Meaning? {
        let full = "\(library).\(name)"
        guard let function = StandardLibrary.functions[full] else {
            if StandardLibrary.constants[full] != nil { return .fault("`\(name)` is a constant: write `\(full)`") }
            return .fault(Self.unknown(name, ofLibrary: library))
        }
        switch function.parameter(0) {
        case .string?, .number?, .ownTable?: return .fault("`\(name)` is no method of `\(library)`: write `\(full)(…)`")
        default: return nil
        }
    }

    private static func unknown(_ name: String, ofLibrary library: String) -> String {
        let known = StandardLibrary.members(of: library)
        return "`\(library)` has no `\(name)`" + ForeignNames.hint(for: name, on: library, among: known)
    }

    /// The fault of a name on a value of Lua's own that has no parts.
    func indexed(_ base: Expression.ID, _ name: ExactName) -> Meaning? {
        switch luaKind(base) {
        case .nothing?: .fault("this is always `nil`, which has no `\(name)`")
        case .function?: .fault("a function has no `\(name)`")
        default: nil
        }
    }

    /// The fault of a field that a table, which nothing adds to, does not have: calling it raises.
    func missingFunction(_ name: Identifier, of base: Expression.ID) -> String? {
        guard case .name(let table) = chunk[base].kind, case .local(let variable) = table.target,
            let fixed = fixedTables[variable], !fixed.names.contains(ExactName(name.name))
        else { return nil }
        return "`\(table.name)` has no `\(name.name)`"
            + ForeignNames.hint(for: name.name, on: "table", among: fixed.names.sorted().map(\.text))
    }
}
