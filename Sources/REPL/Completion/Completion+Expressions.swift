internal import Model
internal import Policies

/// Names for the expression after `=`: those of the vocabulary, of the schema and of plugins.
extension Completion {
    /// The kind of a part of an expression, which determines the names that may follow it.
    private enum Kind {
        case value(ValueType)
        case plugin(Plugin)
        /// The table `lib`, which has every library.
        case libraries
        case library(Library)
        /// A value of which nothing is known.
        case unknown
        case table(PluginTable)
        case row(PluginTable)
    }

    private struct Member {
        let name: String
        /// Its own kind or, if it is called, that of its result.
        let kind: Kind
        let help: String
        var isCalled = false
        var isMethod = false
    }

    private var plugins: [Plugin] { repl.loaded?.set.plugins.provided ?? [] }
    private var libraries: [Library] { repl.loaded?.set.libraries.libraries.sorted { $0.name < $1.name } ?? [] }

    /// - Parameter text: everything before the cursor; its `local` declarations count.
    func names(_ path: LuaPath, in text: String) -> [Candidate] {
        if path.namesPlugin {
            return plugins.map { Candidate(text: $0.name.text, help: $0.about, isWhole: false) }
                + libraries.map { Candidate(text: $0.name.text, help: $0.about, isWhole: false) }
        }
        guard let head = path.head else {
            return [
                Candidate(text: "request", help: "the last request", isWhole: false),
                Candidate(text: "use", help: "a plugin or a library: use \"NAME\"", isWhole: false),
            ]
                + (libraries.isEmpty ? [] : [Candidate(text: "lib", help: "the libraries", isWhole: false)])
                + ValueType.constants.map {
                    Candidate(text: $0.name, help: "a constant: \($0.exampleConstant!)", isWhole: false)
                } + plugins.map { Candidate(text: $0.name.text, help: "plugin: \($0.about)", isWhole: false) }
        }
        guard var kind = self.kind(of: head, in: text) else { return [] }
        for step in path.steps {
            let found = members(kind).first { $0.name == step.name && $0.isCalled == step.isCalled }
            guard let found else { return [] }
            kind = found.kind
        }
        return members(kind).filter { $0.isMethod == path.asksMethod }.map { member in
            Candidate(text: member.name + (member.isCalled ? "(" : ""), help: member.help, isWhole: false)
        }
    }

    private func kind(of head: LuaPath.Head, in text: String) -> Kind? {
        func plugin(_ name: some StringProtocol) -> Kind? {
            let name = ExactName(String(name))
            return plugins.first { $0.name == name }.map(Kind.plugin)
                ?? libraries.first { $0.name == name }.map(Kind.library)
        }
        switch head {
        case .name("request"): return .value(.request)
        case .use(let name): return plugin(name)
        case .name(let name):
            // The last declaration of a name counts.
            let declared = text.matches(of: /local\s+(\w+)\s*=\s*use\s*\(?\s*["']([\w.]+)["']/).last {
                $0.output.1 == name
            }
            let found = plugin(declared?.output.2 ?? name[...])
            return found ?? (name == PolicyFile.libraryFolder ? .libraries : nil)
        }
    }

    private func members(_ kind: Kind) -> [Member] {
        switch kind {
        case .value(let type): attributes(type) + methods(type)
        case .plugin(let plugin): Self.members(of: plugin)
        case .libraries:
            libraries.map { library in
                let name = library.name.text.dropFirst(PolicyFile.libraryPrefix.count)
                return Member(name: String(name), kind: .library(library), help: library.about)
            }
        case .library(let library):
            library.members.map { member in
                let help = member.parameters.map { "of (\($0.joined(separator: ", "))): " } ?? "\(member.type): "
                return Member(
                    name: member.name.text, kind: .unknown, help: help + member.about,
                    isCalled: member.parameters != nil)
            }
        case .unknown: []
        case .table(let table): Self.members(of: table)
        case .row(let table):
            table.columns.map { column in
                let help = column.type.name + (column.isOptional ? ", optional" : "")
                return Member(name: column.name.text, kind: .value(column.type), help: help)
            }
        }
    }

    private func attributes(_ type: ValueType) -> [Member] {
        func member(_ name: String, _ type: ValueType, _ help: String) -> Member {
            Member(name: name, kind: .value(type), help: "\(type.name): \(help)")
        }
        var members = Vocabulary.entries.filter { $0.owner == type }.map { member($0.name.text, $0.type, $0.help) }
        let declared: [Schema.RecordType] =
            switch type {
            case .action: schema?.actionRecords ?? []
            case .resource: schema?.resources ?? []
            case .context: schema.map { [$0.context] } ?? []
            case .record(let properties): [Schema.RecordType(name: "", properties: properties)]
            default: []
            }
        for property in declared.flatMap(\.properties)
        where !members.contains(where: { ExactName($0.name) == property.name }) {
            members.append(member(property.name.text, property.type, "as the schema declares it"))
        }
        for plugin in plugins {
            for function in plugin.attributes.filter({ $0.owner == type }).map(\.function) {
                let help = "\(function.result.shown): \(function.about) (plugin \(plugin.name))"
                members.append(Member(name: function.name.text, kind: .value(function.result.type), help: help))
            }
        }
        return members
    }

    private func methods(_ type: ValueType) -> [Member] {
        Vocabulary.methods.filter { $0.owners.contains(type) }.map { entry in
            let result: ValueType =
                switch entry.method {
                case .plus: type
                case .endOfDay: .instant
                default: .boolean
                }
            return Member(
                name: entry.method.name, kind: .value(result), help: entry.help, isCalled: true, isMethod: true)
        } + Self.partMethods(type)
    }

    /// The methods of a list, a map or a record inside another.
    private static func partMethods(_ type: ValueType) -> [Member] {
        let owner: String
        var value = ValueType.boolean
        switch type.unrestricted {
        case .list: owner = "list"
        case .map(let inner): (owner, value) = ("map", inner)
        case .record: owner = "record"
        default: return []
        }
        return Vocabulary.partMethods.filter { $0.owner == owner }.map { entry in
            Member(
                name: entry.method.name, kind: .value(entry.method == .get ? value : .boolean), help: entry.help,
                isCalled: true, isMethod: true)
        }
    }

    private static func members(of plugin: Plugin) -> [Member] {
        let functions = plugin.functions.map { function in
            let parameters = function.parameters.map(\.name).joined(separator: ", ")
            return Member(
                name: function.name.text, kind: .value(function.result.type),
                help: "\(function.result.shown) of (\(parameters)): \(function.about)", isCalled: true)
        }
        return functions + plugin.tables.map { Member(name: $0.name.text, kind: .table($0), help: "data: \($0.about)") }
    }

    private static func members(of table: PluginTable) -> [Member] {
        var members: [Member] = []
        if !table.index.isEmpty {
            let names = table.index.map { table.columns[$0].name.text }.joined(separator: ", ")
            members.append(
                Member(
                    name: "all", kind: .value(.list(.row(0))), help: "every row of these: \(names)", isCalled: true,
                    isMethod: true))
        }
        guard let key = table.key.map({ table.columns[$0].name }) else { return members }
        return members + [
            Member(
                name: "get", kind: .row(table), help: "the row of a \(key), which must exist", isCalled: true,
                isMethod: true),
            Member(
                name: "has", kind: .value(.boolean), help: "whether there is a row of that \(key)", isCalled: true,
                isMethod: true),
        ]
    }
}
