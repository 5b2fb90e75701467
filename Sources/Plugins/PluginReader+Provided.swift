internal import Lua
internal import Model
internal import Policies

/// The parts that a manifest provides.
extension PluginReader {
    private static let kinds: [ExactName] = ["functions", "attributes", "data", "checks", "commands", "sinks"]
    private static let most = 200

    mutating func readProvided(_ value: LuaValue?, into result: inout ReadPlugin) {
        let provided = fields(value, "`provides`", Self.kinds, at: "provides")
        if provided.isEmpty { report("a plugin `provides` something: functions, attributes, data …", at: "provides") }
        // Tables come first, because functions refer to them.
        for (name, value) in parts(provided["data"], "data") {
            if let table = table(name, value, &result) { result.plugin.tables.append(table) }
        }
        for (name, value) in parts(provided["functions"], "functions") {
            if let function = function(name, value, "functions.\(name)", result.plugin) {
                result.plugin.functions.append(function)
            }
        }
        let names = result.plugin.functions.map(\.name)
        for table in result.plugin.tables where names.contains(table.name) {
            report("`\(table.name)` is both a function and data", at: "functions.\(table.name)")
        }
        let owners = PluginAttribute.owners.keys.sorted()
        for (owner, value) in fields(provided["attributes"], "`attributes`", owners).sorted(by: { $0.key < $1.key }) {
            for (name, value) in parts(value, "attributes.\(owner)") { attribute(name, value, owner, &result) }
        }
        for (name, value) in parts(provided["checks"], "checks") { check(name, value, &result) }
        for (name, value) in parts(provided["commands"], "commands") { command(name, value, &result) }
        for (name, value) in parts(provided["sinks"], "sinks") { sink(name, value, &result) }
    }

    /// The parts of one kind, sorted by name.
    mutating func parts(_ value: LuaValue?, _ place: String) -> [(ExactName, LuaValue)] {
        let parts = fields(value, "`\(place)`", nil, at: place)
        if parts.count > Self.most { report("`\(place)` has at most \(Self.most) parts", at: place) }
        for name in parts.keys.sorted() where !Self.isName(name) {
            report(
                "`\(place).\(name)`: a name has lower-case letters, digits and `_`, and begins with a letter",
                at: "\(place).\(name)")
        }
        return parts.filter { Self.isName($0.key) }.sorted { $0.key < $1.key }
    }

    func isFunction(_ value: LuaValue?) -> Bool { value == .function }

    // MARK: Functions and attributes

    private mutating func function(
        _ name: ExactName, _ value: LuaValue, _ place: String, _ plugin: Plugin
    ) -> PluginFunction? {
        let before = faults.count
        let known: [ExactName] = ["takes", "returns", "host", "with", "run", "fuel"]
        let fields = fields(value, "`\(place)`", known, at: place)
        let about = outline?.comment(before: place) ?? ""
        guard (fields["host"] != nil) != isFunction(fields["run"]) else {
            report(
                "`\(place)` needs either `run`, a function, or `host`, one of the host's: `\"network.contains\"`",
                at: place)
            return nil
        }
        if let host = fields["host"] {
            guard let native = native(host, place), let tables = bound(fields["with"], native, place, plugin) else {
                return nil
            }
            for name in ["takes", "returns", "fuel"] as [ExactName] where fields[name] != nil {
                report("`\(place)`: `\(name)` is given by the host's function: leave it out", at: place)
            }
            return PluginFunction(
                name: name, about: about.isEmpty ? native.about : about, parameters: native.parameters,
                result: native.result, body: .native(native, tables: tables))
        }
        if fields["with"] != nil { report("`\(place)`: `with` is for functions of the host", at: place) }
        let parameters = parameters(fields["takes"], place)
        let result = self.result(fields["returns"], place)
        var fuel = PluginFunction.usualFuel
        if let stated = fields["fuel"] {
            guard case .integer(let amount) = stated, (100...Int64(PluginFunction.mostFuel)).contains(amount) else {
                report("`\(place)`: `fuel` is a whole number from 100 to \(PluginFunction.mostFuel)", at: place)
                return nil
            }
            fuel = Int(amount)
        }
        guard faults.count == before, let result else { return nil }
        return PluginFunction(
            name: name, about: about, parameters: parameters, result: result,
            body: .lua(path: "provides.\(place).run", fuel: fuel))
    }

    private mutating func attribute(
        _ name: ExactName, _ value: LuaValue, _ owner: ExactName, _ result: inout ReadPlugin
    ) {
        let place = "attributes.\(owner).\(name)"
        let type = PluginAttribute.owners[owner]!
        let before = faults.count
        let fields = fields(value, "`\(place)`", ["returns", "run", "fuel"], at: place)
        if !isFunction(fields["run"]) { report("`\(place)` needs `run`, a function of a \(owner)", at: place) }
        if let fault = Vocabulary.conflict(name, on: type) { report("`\(place)`: \(fault)", at: place) }
        let declared = self.result(fields["returns"], place)
        guard faults.count == before, let declared else { return }
        let function = PluginFunction(
            name: name, about: outline?.comment(before: place) ?? "", parameters: [.init(owner, type)],
            result: declared, body: .lua(path: "provides.\(place).run", fuel: PluginFunction.usualFuel))
        result.plugin.attributes.append(PluginAttribute(owner: type, function: function))
    }

    /// A function of a needed capability.
    private mutating func native(_ value: LuaValue, _ place: String) -> (any NativeFunction)? {
        guard let name = value.name else {
            report("`\(place)`: `host` names one of the host's functions, got \(value.kindName)", at: place)
            return nil
        }
        let parts = name.text.split(separator: ".", omittingEmptySubsequences: false).map { ExactName($0) }
        let capability = Capabilities.all.first { $0.name == parts[0] }
        guard parts.count == 2, let capability else {
            let known = Capabilities.all.flatMap { capability in
                capability.functions.map { "\(capability.name).\($0.name)" as ExactName }
            }
            report("`\(place)`: the host has no `\(name)`\(Suggestion.hint(for: name, among: known))", at: place)
            return nil
        }
        guard let function = capability.functions.first(where: { $0.name == parts[1] }),
            case .native(let native, _) = function.body
        else {
            let hint = Suggestion.hint(for: parts[1], among: capability.functions.map(\.name))
            report("`\(place)`: the capability `\(parts[0])` has no `\(parts[1])`\(hint)", at: place)
            return nil
        }
        guard needs.contains(capability.name) else {
            report("`\(place)`: it uses `\(capability.name)` without declaring it: add it to `needs`", at: place)
            return nil
        }
        return native
    }

    /// The tables that a function of the host gets, checked for the columns that it needs.
    private mutating func bound(
        _ value: LuaValue?, _ native: any NativeFunction, _ place: String, _ plugin: Plugin
    ) -> [Int]? {
        let names = names(value, "with")
        guard names.count == native.tables.count else {
            report("`\(place)`: `with` names \(native.tables.count) of its data, got \(names.count)", at: place)
            return nil
        }
        var numbers: [Int] = []
        for (name, columns) in zip(names, native.tables) {
            guard let number = plugin.tables.firstIndex(where: { $0.name == name }) else {
                let hint = Suggestion.hint(for: name, among: plugin.tables.map(\.name))
                report("`\(place)`: unknown data `\(name)`\(hint)", at: place)
                return nil
            }
            let missing = columns.filter { !plugin.tables[number].columns.contains($0) }
            guard missing.isEmpty else {
                let shown = missing.map { "`\($0.name)`, \($0.type.withArticle)" }.joined(separator: "; ")
                report("`\(place)`: the data `\(name)` needs the columns \(shown)", at: place)
                return nil
            }
            numbers.append(number)
        }
        guard !numbers.isEmpty else { return [] }
        do throws(NativeFault) {
            let tables = numbers.map { plugin.tables[$0] }
            _ = try native.prepare(native.parameters.map { _ in nil }, tables: tables, tenant: nil)
        } catch {
            report("`\(place)`: \(error.message)", at: place)
            return nil
        }
        return numbers
    }

    // MARK: Types

    /// Reads parameters such as `{ { network = "string" }, { address = "ip" } }`.
    mutating func parameters(_ value: LuaValue?, _ place: String) -> [PluginFunction.Parameter] {
        guard let value, value != .nil else { return [] }
        guard case .table(let entries) = value, entries.count <= 8 else {
            report("`\(place)`: `takes` is a list of at most 8 parameters: `{ { address = \"ip\" } }`", at: place)
            return []
        }
        var parameters: [PluginFunction.Parameter] = []
        for (index, entry) in entries.enumerated() {
            guard entry.key == .integer(Int64(index + 1)), case .table(let named) = entry.value, named.count == 1,
                let name = named[0].key.name, Self.isName(name)
            else {
                report("`\(place)`: each parameter is a name and a type: `{ address = \"ip\" }`", at: place)
                return parameters
            }
            do throws(TypeReader.Fault) {
                let (type, isOptional) = try TypeReader.read(named[0].value, of: .parameter)
                if !isOptional, parameters.last?.isOptional == true {
                    report("`\(place)`: after an optional parameter all are optional", at: place)
                }
                parameters.append(.init(name, type, isOptional: isOptional))
            } catch { report("`\(place)`, `\(name)`: \(error.message)", at: place) }
        }
        return parameters
    }

    private mutating func result(_ value: LuaValue?, _ place: String) -> PluginFunction.Result? {
        if let choices = value?.tagged("one_of") {
            let texts = names(choices, "one_of")
            guard (2...64).contains(texts.count) else {
                report("`\(place)`: `one_of` must have 2 to 64 strings", at: place)
                return nil
            }
            return .init(.string, choices: texts)
        }
        guard let value, value != .nil else {
            report("`\(place)` must state what it `returns`: \"boolean\", another type, or `one_of { … }`", at: place)
            return nil
        }
        do throws(TypeReader.Fault) {
            let (type, isOptional) = try TypeReader.read(value, of: .result)
            if !isOptional { return .init(type) }
            report(
                "`\(place)` cannot have an optional result: provide another function that tests whether there is one",
                at: place)
        } catch { report("`\(place)`: \(error.message)", at: place) }
        return nil
    }

    // MARK: Data

    /// The columns of an index; `nil` after a fault.
    private mutating func index(
        _ value: LuaValue?, of columns: [PluginTable.Column], _ place: String
    ) -> [Int]? {
        guard let value else { return [] }
        var names = [value]
        if case .table(let entries) = value {
            names = entries.enumerated().map { $1.key == .integer(Int64($0 + 1)) ? $1.value : .nil }
        }
        let index = names.compactMap { stated in
            columns.firstIndex { .string($0.name) == stated && $0.canBeKey }
        }
        guard index.count == names.count, (1...PluginTable.mostIndexed).contains(index.count),
            Set(index).count == index.count
        else {
            report(
                "`\(place)`: `index` names a required column, or a list of up to \(PluginTable.mostIndexed), that are "
                    + "neither booleans nor lists: `index = { \"object\", \"relation\" }`; got \(value.shown)",
                at: "\(place).index")
            return nil
        }
        return index
    }

    private mutating func table(_ name: ExactName, _ value: LuaValue, _ result: inout ReadPlugin) -> PluginTable? {
        let place = "data.\(name)"
        let fields = fields(value, "`\(place)`", ["file", "key", "index", "columns"], at: place)
        guard let file = fields["file"]?.name, [".csv", ".json"].contains(where: file.hasSuffix) else {
            let got = fields["file"].map(\.shown) ?? "nothing"
            report(
                "`\(place)`: `file` names a `.csv` or `.json` beside `plugin.lua`, got \(got)", at: "\(place).file")
            return nil
        }
        guard let content = folder.file(file) else {
            let names = folder.files.map(\.name).filter { !$0.hasSuffix(".lua") }
            report(
                "the file `\(folderPath)/\(file)` is missing\(Suggestion.hint(for: file, among: names)): `\(place)` reads it",
                at: "\(place).file")
            return nil
        }
        if !result.files.contains(where: { $0.name == file }) { result.files.append(content) }
        guard case .table(let entries)? = fields["columns"], !entries.isEmpty, entries.count <= 64 else {
            report("`\(place)`: `columns` are names and types: `{ country = \"string\" }`, at most 64", at: place)
            return nil
        }
        var columns: [PluginTable.Column] = []
        for entry in entries {
            guard let column = entry.key.name, Self.isName(column) else {
                report("`\(place)`: a column needs a name, got \(entry.key.shown)", at: place)
                return nil
            }
            do throws(TypeReader.Fault) {
                let (type, isOptional) = try TypeReader.read(entry.value, of: .column)
                columns.append(.init(column, type, isOptional: isOptional))
            } catch {
                report("`\(place)`, `\(column)`: \(error.message)", at: place)
                return nil
            }
        }
        var key: Int?
        if let stated = fields["key"] {
            key = columns.firstIndex { .string($0.name) == stated && $0.canBeKey }
            if key == nil {
                report(
                    "`\(place)`: `key` must name a required column that is neither a boolean nor a list, got \(stated.shown)",
                    at: place)
                return nil
            }
        }
        guard let index = index(fields["index"], of: columns, place) else { return nil }
        var reader = DataReader(path: "\(folderPath)/\(file)", columns: columns)
        let cells = reader.read(content.bytes)
        faults += reader.faults
        guard reader.faults.isEmpty else { return nil }
        do throws(PluginTableError) {
            return try PluginTable(
                name: name, about: outline?.comment(before: place) ?? "", columns: columns, key: key,
                index: index, cells: cells)
        } catch {
            faults.append(
                Diagnostic(
                    "the key `\(error.key)` is given twice", path: reader.path,
                    line: reader.line(of: error.row, in: content.bytes)))
            return nil
        }
    }
}
