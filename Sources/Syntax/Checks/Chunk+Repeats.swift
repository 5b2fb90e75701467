internal import Model

/// Parts of a program that have no effect because another part overrides them.
extension Chunk {
    /// A key or field that is given twice; only the last one has an effect.
    package struct Repetition: Equatable, Sendable {
        /// The name as messages show it: `enabled`, `actions.orders.read`, `[1]`.
        package let name: String
        package let position: Position
        package let first: Position
    }

    /// Keys that one table constructor has twice, in source order. Only two kinds of key are known: literals, and
    /// variables that always hold a literal.
    package var repeatedKeys: [Repetition] {
        lazy var literals = heldLiterals
        var found: [Repetition] = []
        for expression in expressions {
            guard case .table(let fields) = expression.kind, fields.count > 1 else { continue }
            var seen = [Key: Position](minimumCapacity: fields.count)
            for (key, position, _) in entries(fields, literals) {
                if let first = seen[key] {
                    found.append(Repetition(name: key.shown, position: position, first: first))
                } else {
                    seen[key] = position
                }
            }
        }
        return found.sorted { $0.position < $1.position }
    }

    /// Fields of the returned table that are given twice in different places: assigned again, or defined again as a
    /// function. Fields whose path begins with one of the names are found, and functions whatever their path is.
    /// - Parameter names: the fields that such a table declares.
    package func repeatedFields(_ names: [String]) -> [Repetition] {
        let names = Set(names.map { Key.text(ExactName($0)) })
        var seen: [[Key]: Definition] = [:]
        var found: [Repetition] = []
        for definition in definitions {
            guard let field = definition.path.first, field.isText, definition.isFunction || names.contains(field) else {
                continue
            }
            guard let first = seen[definition.path] else {
                seen[definition.path] = definition
                continue
            }
            // `repeatedKeys` reports what one constructor has twice.
            if let constructor = definition.constructor, constructor == first.constructor { continue }
            let name = definition.path.map(\.shown).joined(separator: ".")
            found.append(Repetition(name: name, position: definition.position, first: first.position))
        }
        return found.sorted { $0.position < $1.position }
    }

    /// The places where a field of any table is given a value that may be a function.
    package func places(ofFunction name: String) -> [Position] {
        let wanted = Key.text(ExactName(name))
        lazy var literals = heldLiterals
        var found: [Position] = []
        func note(_ key: Key?, _ position: Position, _ value: Expression.ID?) {
            if key == wanted, value.map(mayBeFunction) ?? true { found.append(position) }
        }
        for expression in expressions {
            guard case .table(let fields) = expression.kind else { continue }
            for (key, position, value) in entries(fields, literals) { note(key, position, value) }
        }
        walk { node in
            guard case .statement(let statement) = node else { return true }
            switch statement.kind {
            case .function(let target, _): note(lastKey(target, literals), place(target), nil)
            case .assign(let targets, let values):
                for (index, target) in targets.enumerated() {
                    note(lastKey(target, literals), place(target), index < values.count ? values[index] : nil)
                }
            default: break
            }
            return true
        }
        return found.sorted()
    }

    /// The results of the chunk that are ignored: every value after the first of a `return` outside of functions, and
    /// every such statement but the chunk's last.
    package var lostResults: [Position] {
        var found: [Position] = []
        let last = block.statements.last?.position
        walk { node in
            switch node {
            case .statement(let statement):
                switch statement.kind {
                case .function, .localFunction: return false
                case .return(let values):
                    if statement.position != last { found.append(statement.position) }
                    found += values.dropFirst().filter { !isNil($0) }.map { self[$0].position }
                default: break
                }
                return true
            case .expression: return false
            }
        }
        return found.sorted()
    }

    /// The values that a function returns, without those of functions inside it.
    package func results(of function: Function.ID) -> [Expression.ID] { lists(returnedBy: function).flatMap { $0 } }

    private func isNil(_ id: Expression.ID) -> Bool { if case .nil = self[id].kind { true } else { false } }

    private func mayBeFunction(_ id: Expression.ID) -> Bool {
        switch self[id].kind {
        case .nil, .boolean, .integer, .float, .string, .table: false
        default: true
        }
    }

    // MARK: Keys

    /// A key of a table, equal to another exactly when Lua takes both for the same key.
    enum Key: Hashable {
        case text(ExactName)
        /// A string that is not UTF-8.
        case bytes([UInt8])
        case integer(Int64)
        case number(UInt64)
        case boolean(Bool)

        init(_ bytes: [UInt8]) {
            self = String(validating: bytes, as: UTF8.self).map { .text(ExactName($0)) } ?? .bytes(bytes)
        }

        var isText: Bool {
            switch self {
            case .text, .bytes: true
            case .integer, .number, .boolean: false
            }
        }

        var shown: String {
            switch self {
            case .text(let name): name.text
            case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            case .integer(let value): "[\(value)]"
            case .number(let bits): "[\(Double(bitPattern: bits))]"
            case .boolean(let value): "[\(value)]"
            }
        }
    }

    func entries(
        _ fields: [Expression.Field], _ literals: @autoclosure () -> [Declaration.ID: Expression.ID]
    ) -> [(key: Key, position: Position, value: Expression.ID)] {
        var items: Int64 = 0
        return fields.compactMap { field in
            switch field {
            case .item(let value):
                items += 1
                return (.integer(items), self[value].position, value)
            case .named(let name, let value): return (.text(ExactName(name.name)), name.position, value)
            case .keyed(let key, let value):
                return self.key(key, literals()).map { ($0, self[key].position, value) }
            }
        }
    }

    private func key(
        _ id: Expression.ID, _ literals: @autoclosure () -> [Declaration.ID: Expression.ID]
    ) -> Key? {
        switch self[id].kind {
        case .string(let bytes): return Key(bytes)
        case .integer(let value): return .integer(value)
        case .float(let value): return Int64(exactly: value).map(Key.integer) ?? .number(value.bitPattern)
        case .boolean(let value): return .boolean(value)
        case .parenthesized(let inner): return key(inner, literals())
        case .unary(.minus, let operand):
            switch key(operand, literals()) {
            case .integer(let value)?: return .integer(0 &- value)
            case .number(let bits)?: return .number((-Double(bitPattern: bits)).bitPattern)
            default: return nil
            }
        case .name(let name):
            guard case .local(let variable) = name.target, let value = literals()[variable] else { return nil }
            return key(value, [:])
        default: return nil
        }
    }

    /// The variables that are declared with a literal and never assigned again, with that literal.
    var heldLiterals: [Declaration.ID: Expression.ID] {
        var literals: [Declaration.ID: Expression.ID] = [:]
        walk { node in
            guard case .statement(let statement) = node, case .local(let names, let values) = statement.kind else {
                return true
            }
            for (name, value) in zip(names, values) where !self[name].isReassigned && key(value, [:]) != nil {
                literals[name] = value
            }
            return true
        }
        return literals
    }

    /// The last key of an assignment's target.
    private func lastKey(
        _ target: Expression.ID, _ literals: @autoclosure () -> [Declaration.ID: Expression.ID]
    ) -> Key? {
        switch self[target].kind {
        case .member(_, let name): .text(ExactName(name.name))
        case .index(_, let key): self.key(key, literals())
        default: nil
        }
    }

    private func place(_ target: Expression.ID) -> Position {
        switch self[target].kind {
        case .member(_, let name): name.position
        case .index(_, let key): self[key].position
        default: self[target].position
        }
    }

    // MARK: The table that is returned

    /// A place where the returned table, or a table inside it, gets a value.
    private struct Definition {
        let path: [Key]
        let position: Position
        let isFunction: Bool
        /// The table constructor around it; `nil` for an assignment.
        var constructor: Expression.ID?
    }

    /// A depth that no declared field reaches.
    private static let deepest = 8

    /// The places where the returned table gets its values; empty if the file returns a constructor directly, which
    /// `repeatedKeys` covers.
    private var definitions: [Definition] {
        guard case .return(let values)? = block.statements.last?.kind, let result = values.first,
            case .name(let name) = self[result].kind, case .local(let returned) = name.target
        else { return [] }
        lazy var literals = heldLiterals
        var found: [Definition] = []
        func note(_ id: Expression.ID, _ path: [Key]) {
            guard path.count < Self.deepest, case .table(let fields) = self[id].kind else { return }
            for (key, position, value) in entries(fields, literals) {
                found.append(
                    Definition(path: path + [key], position: position, isFunction: isFunction(value), constructor: id))
                note(value, path + [key])
            }
        }
        // The variables that stand for the returned table or a part of it.
        var paths: [Declaration.ID: [Key]] = [returned: []]
        func path(_ id: Expression.ID) -> [Key]? {
            switch self[id].kind {
            case .name(let name):
                if case .local(let variable) = name.target { return paths[variable] }
                return nil
            case .parenthesized(let inner): return path(inner)
            case .member(let base, let member): return path(base).map { $0 + [.text(ExactName(member.name))] }
            case .index(let base, let key):
                guard let key = self.key(key, literals) else { return nil }
                return path(base).map { $0 + [key] }
            default: return nil
            }
        }
        walk { node in
            guard case .statement(let statement) = node else { return true }
            switch statement.kind {
            case .local(let names, let values):
                for (name, value) in zip(names, values) {
                    if let path = paths[name] {
                        note(value, path)
                    } else if !self[name].isReassigned, let path = path(value) {
                        paths[name] = path
                    }
                }
            case .assign(let targets, let values):
                for (index, target) in targets.enumerated() {
                    guard let path = path(target) else { continue }
                    let value = index < values.count ? values[index] : nil
                    if !path.isEmpty {
                        found.append(
                            Definition(
                                path: path, position: place(target), isFunction: value.map(isFunction) ?? false))
                    }
                    if let value { note(value, path) }
                }
            case .function(let target, _):
                if let path = path(target), !path.isEmpty {
                    found.append(Definition(path: path, position: place(target), isFunction: true))
                }
            default: break
            }
            return true
        }
        return found
    }

    private func isFunction(_ id: Expression.ID) -> Bool { if case .function = self[id].kind { true } else { false } }
}
