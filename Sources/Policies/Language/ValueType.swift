package import Model

/// The type of an expression.
package enum ValueType: Hashable, Sendable {
    case boolean
    case number
    case string
    case instant
    case date
    /// A time of day on a local clock.
    case time
    /// A fixed length of time.
    case duration
    case department
    case user
    case userType
    case ip
    /// A range of addresses, or a single one.
    case network
    case token
    /// The limits of one token below what its combination may do.
    case ceiling
    case actor
    case request
    case settings
    /// The action, a record. Wherever a string is wanted, it is its name.
    case action
    /// The resource of an `access`.
    case resource
    case context
    /// An external subject of one declared type, by its index in the schema; -1 for a policy that takes any subject.
    case external(Int)
    /// A plugin that was named by `use`, by its number.
    case plugin(Int)
    /// Reference data of a plugin, by its number among all.
    case table(Int)
    /// One of a table's rows.
    case row(Int)
    indirect case list(ValueType)
    /// Values by names that a request brings.
    indirect case map(ValueType)
    /// A record inside another, by its properties.
    indirect case record([Schema.Property])
    /// A type of whose values only some are allowed. Expressions have the plain type: see `plain`.
    indirect case restricted(ValueType, Restriction)

    /// The values of a type that a schema allows.
    package enum Restriction: Hashable, Sendable {
        /// Of strings, these.
        case oneOf([ExactName])
        /// Of lists, those with this many elements.
        case count(Int)
        /// Of maps, those whose keys are among these.
        case keys([ExactName])

        /// True for a value of the plain type that it allows.
        package func allows(_ value: Value) -> Bool {
            switch (self, value) {
            case (.oneOf(let names), .string(let text)): names.contains(ExactName(text))
            case (.count(let count), .list(let list)): list.count == count
            case (.keys(let names), .map(let entries)): entries.allSatisfy { names.contains($0.key) }
            default: false
            }
        }
    }

    /// The name that messages and the vocabulary use.
    package var name: String {
        switch self {
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .instant: "instant"
        case .date: "date"
        case .time: "time"
        case .duration: "duration"
        case .department: "department"
        case .user: "user"
        case .userType: "user type"
        case .ip: "ip"
        case .network: "network"
        case .token: "token"
        case .ceiling: "ceiling"
        case .actor: "actor"
        case .request: "request"
        case .settings: "settings"
        case .action: "action"
        case .resource: "resource"
        case .context: "context"
        case .external: "subject"
        case .plugin: "plugin"
        case .table: "table"
        case .row: "row"
        case .list(let element): "list of \(element.name)"
        case .map(let value): "map of \(value.name)"
        case .record: "record"
        case .restricted(let type, _): type.name
        }
    }

    /// The type without restrictions, also of its parts.
    package var plain: ValueType {
        switch self {
        case .restricted(let type, _): type.plain
        case .list(let element): .list(element.plain)
        case .map(let value): .map(value.plain)
        case .record(let properties):
            .record(properties.map { .init(name: $0.name, type: $0.type.plain, isOptional: $0.isOptional) })
        default: self
        }
    }

    /// The strings that a value can be; `nil` for any.
    package var choices: [ExactName]? {
        if case .restricted(_, .oneOf(let names)) = self { names } else { nil }
    }

    /// The properties of a record inside another; `nil` for any other type.
    package var properties: [Schema.Property]? {
        switch self {
        case .record(let properties): properties
        case .restricted(let type, _): type.properties
        default: nil
        }
    }

    /// The name with what a schema says of its values: `list of 2 numbers`, `one of "dev", "prod"`.
    package var shown: String {
        switch self {
        case .restricted(_, .oneOf(let names)): "one of " + names.map { "\"\($0)\"" }.joined(separator: ", ")
        case .restricted(let type, .count(let count)): "\(type.shown), exactly \(count)"
        case .restricted(let type, .keys(let names)):
            "\(type.shown), by " + names.map { "\"\($0)\"" }.joined(separator: ", ")
        case .list(let element): "list of \(element.shown)"
        case .map(let value): "map of \(value.shown)"
        default: name
        }
    }

    /// The properties of a record, or of each record in a list or a map; `nil` for any other type.
    package var parts: [Schema.Property]? {
        switch self {
        case .restricted(let type, _), .list(let type), .map(let type): type.parts
        default: properties
        }
    }

    /// The way from a value to its parts, as messages write it: `[…]` for each of a list or a map.
    package var step: String {
        switch self {
        case .restricted(let type, _): type.step
        case .list(let type), .map(let type): "[…]" + type.step
        default: ""
        }
    }

    /// True for records and maps, whose parts have values and which have none of their own.
    package var hasParts: Bool {
        switch self {
        case .record, .map: true
        case .restricted(let type, _): type.hasParts
        default: false
        }
    }

    /// The names of all types but lists of others.
    static let names: [String] = {
        let elements = Array(declarable.values)
        let types: [ValueType] = [
            .userType, .token, .ceiling, .actor, .request, .settings, .action, .resource, .context, .external(-1),
            .plugin(0), .table(0), .row(0), .record([]), .map(.string),
        ]
        return (elements + types + elements.map(ValueType.list)).map(\.name).sorted()
    }()

    /// The types a schema may name, by their names.
    static let declarable: [ExactName: ValueType] = [
        "string": .string, "number": .number, "boolean": .boolean, "instant": .instant, "date": .date,
        "time": .time, "duration": .duration, "department": .department, "user": .user, "ip": .ip, "network": .network,
    ]

    package static var declarableNames: [ExactName] { declarable.keys.sorted() }

    /// True when `<` is defined for it.
    package var isOrdered: Bool {
        switch self {
        case .number, .string, .instant, .date, .time, .duration: true
        default: false
        }
    }

    /// True when `#` is defined for it.
    package var hasLength: Bool {
        switch self {
        case .list, .map, .table, .string, .action: true
        default: false
        }
    }

    package var isTable: Bool { if case .table = self { true } else { false } }
    package var isMap: Bool { if case .map = plain { true } else { false } }

    /// With its article, for messages: `a department`.
    package var withArticle: String { Self.withArticle(name) }
    package var shownWithArticle: String { choices == nil ? Self.withArticle(shown) : shown }

    private static func withArticle(_ name: String) -> String {
        let vowels: Set<Character> = ["a", "e", "i", "o"]
        return (name.first.map(vowels.contains) == true ? "an " : "a ") + name
    }

    /// True when a value of this type can be passed where another type is declared: a record may have more parts.
    package func fits(_ declared: ValueType) -> Bool { misfit(declared, "") == nil }

    /// The path of the part that keeps a value of this type from being passed where another is declared; empty for the
    /// value itself, `nil` when it fits.
    package func misfit(_ declared: ValueType, _ path: String) -> String? {
        switch (plain, declared.plain) {
        case (.list(let own), .list(let wanted)), (.map(let own), .map(let wanted)):
            return own.misfit(wanted, path + "[…]")
        case (.record(let own), .record(let wanted)):
            for property in wanted {
                let inner = "\(path).\(property.name)"
                guard let slot = own.slot(property.name) else {
                    if property.isOptional { continue }
                    return inner
                }
                if own[slot].isOptional, !property.isOptional { return inner }
                if let found = own[slot].type.misfit(property.type, inner) { return found }
            }
            return nil
        case (let own, let wanted): return own == wanted ? nil : path
        }
    }
}
