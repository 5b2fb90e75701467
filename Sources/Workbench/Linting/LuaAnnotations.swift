internal import Model
package import Policies

/// What a policy can read and say, as annotations that Lua language servers read (LuaCATS), so that editors complete and
/// type-check policies.
package struct LuaAnnotations {
    package struct File {
        package let name: String
        package let text: String
    }

    private let schema: Schema
    let plugins: [Plugin]

    /// - Parameter plugins: those that policies may `use`, without capabilities.
    package init(_ schema: Schema, _ plugins: [Plugin] = []) {
        self.schema = schema
        self.plugins = plugins
    }

    /// One of the language, one of the schema, and one of the plugins; a class with all of its fields stands in one of them.
    package var files: [File] {
        [
            File(name: "language.lua", text: language), File(name: "schema.lua", text: declared),
            File(name: "plugins.lua", text: provided),
        ]
    }

    /// How a language server is told of them, in `.luarc.json` beside the policies.
    /// - Parameter folder: where the files lie, as seen from there.
    package static func configuration(folder: String) -> String {
        """
        {
          "runtime.version": "Lua 5.4",
          "runtime.builtin": {
            "basic": "disable",
            "bit32": "disable",
            "coroutine": "disable",
            "debug": "disable",
            "ffi": "disable",
            "io": "disable",
            "jit": "disable",
            "os": "disable",
            "package": "disable"
          },
          "workspace.library": ["\(folder)"],
          "workspace.checkThirdParty": false
        }

        """
    }

    // MARK: The language

    static let head = "---@meta _\n-- Made by `demilune vocabulary --luacats`. What is changed here is lost.\n"

    private var language: String {
        let owners: [ValueType] = [
            .request, .token, .actor, .department, .user, .userType, .instant, .date, .ip,
        ]
        let classes = owners.map { owner in
            Self.type(
                owner,
                fields: Vocabulary.entries.filter { $0.owner == owner }.map { entry in
                    Self.field(
                        entry.name, type(of: entry),
                        entry.help + (entry.isOptional ? "; may be absent" : ""))
                } + attributes(of: owner))
        }
        let elements: [ValueType] = [.string, .number, .boolean, .instant, .date, .department, .user, .ip]
        return ([Self.head] + classes + elements.map(Self.list) + [Self.functions]).joined(separator: "\n")
    }

    private func type(of entry: Vocabulary.Entry) -> String {
        switch entry.attribute {
        case .subject:
            (["demilune.Token", "demilune.Actor"] + schema.subjects.map { "demilune.Subject.\($0.name)" })
                .joined(separator: "|")
        case .point: "demilune.Point"
        case .action: "demilune.Action|demilune.Point"
        case .actionKind: Self.texts(Schema.ActionKind.allCases.map { ExactName($0.rawValue) })
        case .kind: Self.texts(["api", "mobile"])
        default: Self.name(entry.type)
        }
    }

    private static func type(_ owner: ValueType, fields: [String]) -> String {
        let methods = Vocabulary.methods.filter { $0.owners.contains(owner) }.map { entry in
            field(ExactName(entry.method.name), signature(entry.method, of: owner), entry.help)
        }
        let askable: [ValueType] = [.request, .token, .actor, .department]
        let has = askable.contains(owner) ? [Self.has(name(owner), names: nil)] : []
        return (["---@class \(name(owner))"] + fields + methods + has).joined(separator: "\n") + "\n"
    }

    static func field(_ name: ExactName, _ type: String, _ help: String) -> String {
        "---@field \(name) \(type) # \(help)"
    }

    static func has(_ owner: String, names: [ExactName]?) -> String {
        let type = names.map { names in
            names.isEmpty ? "string" : names.map { "\"\($0)\"" }.joined(separator: "|")
        }
        return field("has", "fun(self: \(owner), name: \(type ?? "string")): boolean", "whether it is there")
    }

    private static func list(_ element: ValueType) -> String {
        let list = name(.list(element))
        return """
            ---@class \(list)
            ---@field [integer] \(name(element))
            ---@field contains fun(self: \(list), value: \(name(element))): boolean # whether a value is in it
            ---@operator len: integer

            """
    }

    private static func signature(_ method: Method, of owner: ValueType) -> String {
        let own = "self: \(name(owner))"
        switch method {
        case .can, .permits: return "fun(\(own), permission: demilune.Action|string): boolean"
        case .canAny, .canAll: return "fun(\(own), permissions: (demilune.Action|string)[]): boolean"
        case .meets: return "fun(\(own), department: demilune.Department): boolean"
        case .covers: return "fun(\(own), token: demilune.Token): boolean"
        case .isWithin:
            return owner == .ip
                ? "fun(\(own), network: string): boolean" : "fun(\(own), other: demilune.Department): boolean"
        case .isWithinAny:
            return owner == .ip
                ? "fun(\(own), networks: string[]): boolean"
                : "fun(\(own), others: demilune.List.department|demilune.Department[]): boolean"
        case .contains: return "fun(\(own), value: any): boolean"
        case .has, .declares: return "fun(\(own), name: string): boolean"
        case .plus: return "fun(\(own), period: demilune.Period): \(name(owner))"
        case .endOfDay: return "fun(\(own)): demilune.Instant"
        case .get: return "fun(\(own), key: any): any"
        }
    }

    /// As annotations call a type.
    static func name(_ type: ValueType) -> String {
        switch type {
        case .boolean, .number, .string: type.name
        case .instant: "demilune.Instant"
        case .date: "demilune.Date"
        case .department: "demilune.Department"
        case .user: "demilune.User"
        case .userType: "demilune.UserType"
        case .ip: "demilune.IP"
        case .token: "demilune.Token"
        case .actor: "demilune.Actor"
        case .request: "demilune.Request"
        case .settings: "table"
        case .resource: "demilune.Resource"
        case .context: "demilune.Context"
        case .external, .plugin, .table, .row: "table"
        case .list(let element): "demilune.List.\(element.name)"
        }
    }

    // MARK: The schema

    private var declared: String {
        let actions = schema.actionNames
        let groups = Set(actions.compactMap { $0.text.split(separator: ".").dropLast().joined(separator: ".") })
            .filter { !$0.isEmpty }.sorted().map { ExactName("\($0).*") }
        let kinds = DecisionKind.allCases.filter(\.isAdministrative).map { ExactName($0.rawValue) }
        let lines = [
            Self.head, Self.alias("demilune.Action", actions),
            Self.alias("demilune.Grant", actions + kinds + groups + ["token.*", "*"]),
            Self.alias("demilune.SubjectType", ["token", "any"] + schema.subjects.map(\.name)),
            record(
                "demilune.Resource", schema.resources,
                [
                    Self.field("type", Self.texts(schema.resources.map(\.name)), "the resource's type"),
                    Self.field("id", "string", "the resource's id; may be absent"),
                ] + attributes(of: .resource)),
            record("demilune.Context", [schema.context], attributes(of: .context)),
        ]
        let subjects = schema.subjects.map { subject in
            record(
                "demilune.Subject.\(subject.name)", [subject],
                [
                    Self.field("type", "\"\(subject.name)\"", "the subject's type"),
                    Self.field("id", "string", "the subject's id"),
                ])
        }
        return (lines + subjects).joined(separator: "\n")
    }

    static func texts(_ texts: [ExactName]) -> String {
        texts.isEmpty ? "string" : texts.map { "\"\($0)\"" }.joined(separator: "|")
    }

    private static func alias(_ name: String, _ texts: [ExactName]) -> String {
        if texts.isEmpty { return "---@alias \(name) string\n" }
        return (["---@alias \(name)"] + texts.map { "---| \"\($0)\"" }).joined(separator: "\n") + "\n"
    }

    /// Of several types of record, every property that one of them has.
    private func record(_ name: String, _ types: [Schema.RecordType], _ own: [String]) -> String {
        var fields: [ExactName: String] = [:]
        for property in types.flatMap(\.properties) where fields[property.name] == nil {
            let owners = types.count > 1 ? types.filter { $0.slot(property.name) != nil }.map(\.name) : []
            let isSure = Schema.requires(property.name, types)
            let help = [
                owners.isEmpty ? property.type.name : "of " + owners.joined(separator: ", "),
                isSure ? "" : "may be absent",
            ].filter { !$0.isEmpty }.joined(separator: "; ")
            fields[property.name] = Self.field(property.name, Self.name(property.type), help)
        }
        let names = fields.keys.sorted()
        return (["---@class \(name)"] + own + names.map { fields[$0]! } + [Self.has(name, names: names)])
            .joined(separator: "\n") + "\n"
    }
}
