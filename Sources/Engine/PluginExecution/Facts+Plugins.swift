internal import Model
internal import Policies

/// The values of functions and tables of plugins.
extension Facts {
    mutating func call(_ node: Expressions.Node, _ id: Expressions.ID) -> Value {
        let number = Int(node.b)
        let (plugin, function) = plugins.functions[number]
        let asked = expressions.arguments[Int(node.a)]
        switch function.body {
        case .native(let native, let tables):
            return compute(native, plugins.tables(tables, of: plugin), of: asked, id)
        case .lua:
            guard let runner else { return .failure("functions of plugins are not available here") }
            var values: [Value] = []
            for argument in asked {
                let value = value(argument)
                if case .failure = value { return value }
                if case .absent = value { return Self.absent(expressions.text(argument)) }
                values.append(value)
            }
            let result = unsafe runner.value(number, of: asked, values, in: expressions, current)
            note(result.reads)
            if result.isStopped { noteStop() }
            return result.value
        }
    }

    private static func absent(_ text: String) -> Value { .failure("`\(text)` is absent: ask `:has` first") }

    private mutating func compute(
        _ function: any NativeFunction, _ tables: [PluginTable], of asked: [Expressions.ID], _ id: Expressions.ID
    ) -> Value {
        // INVARIANT: a prepared function depends on the expression, which includes its constants, and on the tenant:
        // its settings and rows. Both are in the key, and the tenant is noted as a place that was read.
        let number = tenant()
        let tenant = number < 0 ? nil : known.directory.tenants[number].id
        let key = UInt64(id) << 32 | UInt64(UInt32(truncatingIfNeeded: number + 1))
        var arguments: [Value] = []
        arguments.reserveCapacity(asked.count)
        for argument in asked {
            let value = value(argument)
            if case .failure = value { return value }
            if case .absent = value { return Self.absent(expressions.text(argument)) }
            arguments.append(value)
        }
        let ready: PreparedFunction
        if let known = prepared[key] {
            ready = known
        } else {
            let fixed = zip(asked, arguments).map { isFixed($0) ? $1 : nil }
            do throws(NativeFault) { ready = try function.prepare(fixed, tables: tables, tenant: tenant) } catch {
                return .failure(error.message)
            }
            if prepared.count >= Self.mostPrepared { prepared = [:] }
            prepared[key] = ready
        }
        let circumstances = circumstances()
        let value = ready(arguments, circumstances)
        note(circumstances.reads)
        return value
    }

    /// The most prepared functions; beyond this number all are dropped, and prepared again when they are needed.
    private static let mostPrepared = 4_096

    /// True when a value stays the same for a tenant on one snapshot.
    private func isFixed(_ id: Expressions.ID) -> Bool {
        switch expressions.nodes[Int(id)].operation {
        case .constant, .setting: true
        default: false
        }
    }

    // MARK: Tables

    /// The number of a row, its presence, or its value in a column.
    mutating func row(_ node: Expressions.Node) -> Value {
        switch node.operation {
        case .row, .hasRow:
            let key = value(node.b)
            if case .failure = key { return key }
            let found = plugins.tables[Int(node.a)].table.row(key)
            if node.operation == .hasRow { return .boolean(found != nil) }
            return found.map { .integer(Int64($0)) } ?? .absent
        case .rows:
            var keys: [Value] = []
            for key in expressions.arguments[Int(node.b)] {
                let value = value(key)
                if case .failure = value { return value }
                if case .absent = value { return absence(key) }
                keys.append(value)
            }
            return .list(plugins.tables[Int(node.a)].table.rows(keys).map { .integer(Int64($0)) })
        case .rowAt: return .integer(Int64(node.b))
        default:
            guard case .row(let table) = expressions.types[Int(node.a)] else { return .absent }
            guard case .integer(let row) = value(node.a) else { return failure(of: node.a) ?? .absent }
            return plugins.tables[table].table.value(Int(row), Int(node.b))
        }
    }

    /// True when a row has a value in a column; the failure of a row that could not be looked up.
    mutating func has(_ name: ExactName, _ table: Int, _ row: Expressions.ID) -> Value {
        guard let slot = plugins.tables[table].table.slot(name), case .integer(let number) = value(row) else {
            return failure(of: row) ?? .boolean(false)
        }
        if case .absent = plugins.tables[table].table.value(Int(number), slot) { return .boolean(false) }
        return .boolean(true)
    }
}
