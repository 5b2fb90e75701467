package import Model

/// A table that is written as one constructor, whose named fields nothing adds to.
package struct FixedTable: Sendable {
    /// The names of its fields.
    package let names: Set<ExactName>
    /// The number of its items; `nil` when something changes them, or a call gives them.
    package let items: Int?
}

extension Chunk {
    /// The variables that always hold a table of which the source shows every use: its fields are read, it is iterated
    /// over, or its items change. A table that is passed on, returned or assigned to is not among them.
    package var fixedTables: [Declaration.ID: FixedTable] {
        var tables: [Declaration.ID: FixedTable] = [:]
        walk { node in
            guard case .statement(let statement) = node, case .local(let names, let values) = statement.kind else {
                return true
            }
            for (name, value) in zip(names, values) where !self[name].isReassigned {
                if let table = fixedTable(value) { tables[name] = table }
            }
            return true
        }
        if tables.isEmpty { return [:] }
        let uses = harmlessUses
        for (index, expression) in expressions.enumerated() {
            guard case .name(let name) = expression.kind, case .local(let variable) = name.target,
                let table = tables[variable]
            else { continue }
            switch uses[Expression.ID(index: index)] {
            case nil: tables[variable] = nil
            case .reads?: continue
            case .changesItems?: tables[variable] = FixedTable(names: table.names, items: nil)
            }
        }
        return tables
    }

    /// A constructor whose keys are all known.
    private func fixedTable(_ id: Expression.ID) -> FixedTable? {
        guard case .table(let fields) = self[id].kind else { return nil }
        var names: Set<ExactName> = []
        var items = 0
        var isOpen = false
        for (index, field) in fields.enumerated() {
            switch field {
            case .named(let name, _): names.insert(ExactName(name.name))
            case .item(let value):
                items += 1
                if index == fields.count - 1, isMultiple(value) { isOpen = true }
            case .keyed(let key, _):
                switch self[key].kind {
                case .string(let bytes): names.insert(ExactName(String(decoding: bytes, as: UTF8.self)))
                case .integer, .boolean: isOpen = true
                default: return nil
                }
            }
        }
        return FixedTable(names: names, items: isOpen ? nil : items)
    }

    private enum Use { case reads, changesItems }

    /// The expressions that are used in a way which leaves the named fields of a table as they are.
    private var harmlessUses: [Expression.ID: Use] {
        var uses: [Expression.ID: Use] = [:]
        let fields = fieldNames
        for expression in expressions {
            switch expression.kind {
            case .member(let base, _), .index(let base, _), .unary(.length, let base): uses[base] = .reads
            // A method that some table has may change it.
            case .method(let base, let name, _): if !fields.contains(ExactName(name.name)) { uses[base] = .reads }
            case .call(let callee, let arguments):
                guard let first = arguments.first, let name = libraryFunction(callee) else { continue }
                switch name {
                case "ipairs", "pairs", "type", "tostring", "table.concat", "table.unpack": uses[first] = .reads
                case "table.insert", "table.remove", "table.sort": uses[first] = .changesItems
                default: continue
                }
            default: continue
            }
        }
        // What is assigned to is not only read.
        walk { node in
            guard case .statement(let statement) = node else { return true }
            let targets: [Expression.ID]
            switch statement.kind {
            case .assign(let assigned, _): targets = assigned
            case .function(let target, _): targets = [target]
            default: return true
            }
            for target in targets {
                switch self[target].kind {
                case .member(let base, _), .index(let base, _): uses[base] = nil
                default: continue
                }
            }
            return true
        }
        return uses
    }

    /// The names that some constructor gives a field.
    private var fieldNames: Set<ExactName> {
        var names: Set<ExactName> = []
        for expression in expressions {
            guard case .table(let fields) = expression.kind else { continue }
            for field in fields {
                switch field {
                case .named(let name, _): names.insert(ExactName(name.name))
                case .keyed(let key, _):
                    if case .string(let bytes) = self[key].kind {
                        names.insert(ExactName(String(decoding: bytes, as: UTF8.self)))
                    }
                case .item: continue
                }
            }
        }
        return names
    }
}
