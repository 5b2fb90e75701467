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
        }
    }

    /// The names of all types but lists of others.
    static let names: [String] = {
        let elements = Array(declarable.values)
        let types: [ValueType] = [
            .userType, .token, .actor, .request, .settings, .action, .resource, .context, .external(-1), .plugin(0),
            .table(0),
            .row(0),
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
        case .list, .table, .string, .action: true
        default: false
        }
    }

    package var isTable: Bool { if case .table = self { true } else { false } }

    /// With its article, for messages: `a department`.
    package var withArticle: String {
        let vowels: Set<Character> = ["a", "e", "i", "o"]
        return (name.first.map(vowels.contains) == true ? "an " : "a ") + name
    }
}
