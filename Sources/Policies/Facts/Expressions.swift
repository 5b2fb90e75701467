internal import Model

/// Every expression the policies have formed, each once: an id stands for a node, and equal nodes have one id.
///
/// An expression depends on the policies only, never on a request: it is made once and evaluated for each request.
/// Not for use by two threads: every worker has its own table.
package final class Expressions {
    package typealias ID = UInt32

    /// The operation that a node computes, and the meaning of its operands.
    enum Operation: UInt8 {
        /// a: the variant of the request, see `RequestShape`.
        case request
        /// a: the policy's number.
        case settings
        /// a: a constant.
        case constant
        /// a: the base, b: an `Attribute`.
        case attribute
        /// a: the base, b: a name.
        case property
        /// a: the policy's number, b: the setting's slot.
        case setting
        /// a: the list, b: a 0-based index.
        case element
        /// a: the list.
        case length
        /// a: an instant or date, b: a period.
        case plus
        /// a: a date.
        case endOfDay
        /// a: the base, b: a name.
        case has
        case equal, less, lessEqual
        case isWithin, contains, meets, covers
        /// a: an address, b: a network.
        case inNetwork
        /// a: the holder, b: a constant permission.
        case can, permits
        /// a: the policy's number. True when its `grants` name the request's action.
        case granted
        /// a: a plugin's number.
        case plugin
        /// a: a table's number.
        case table
        /// a: a table's number, b: the key.
        case row, hasRow
        /// a: a table's number, b: a 0-based index.
        case rowAt
        /// a: the row, b: the column's slot.
        case column
        /// a: a list of arguments, b: a function of a plugin.
        case call
        /// An argument of the plugin's function that runs. a: the argument's index, b: the function.
        case argument
    }

    struct Node: Hashable {
        let operation: Operation
        let a: UInt32
        let b: UInt32
    }

    private(set) var nodes: [Node] = []
    private(set) var types: [ValueType] = []
    /// For an expression that may be absent, the node that tests its presence.
    private(set) var presence: [ID?] = []
    /// True for content that the request or the clock brings, and no store, schema or policy bounds.
    private(set) var isForeign: [Bool] = []
    private(set) var constants: [Value] = []
    /// The constants as packed values, a string as its range in `texts`; absent for a constant that does not fit.
    private(set) var packedValues: [PackedValue] = []
    var texts: [UInt8] { textStore.value }
    /// The same bytes, shared with the facts, so that forming a string does not copy the others.
    let textStore = UnsafeBox<[UInt8]>([])
    /// For each constant, the number of the action it names; -1 for none.
    private(set) var actions: [Int] = []
    private(set) var names = Interned<ExactName>()
    /// The number of bytes of all string constants.
    var textBytes: Int { textStore.value.count }
    private(set) var periods = Interned<Period>()
    private(set) var networks = Interned<IPNetwork>()
    /// The argument lists of calls to plugin functions.
    private(set) var arguments = Interned<[ID]>()
    let plugins: PluginSet
    /// The depth of each node above its operands, which is the depth of recursion over it.
    private var depths: [UInt8] = []
    /// The number of nodes of each expression, written out in full: rendering or traversing it visits all of them.
    /// Functions that take the same value twice, one inside the other, double the number each time.
    private var sizes: [UInt16] = []

    private var attributes: [AttributeKey: UInt32?] = [:]

    private struct AttributeKey: Hashable {
        let base: ID
        let name: ExactName
    }

    private let actionIndex: ByteIndex
    private var ids: [Node: ID] = [:]
    private var constantIDs: [ConstantKey: UInt32] = [:]

    init(actions: ByteIndex = ByteIndex(), plugins: PluginSet = .none) {
        actionIndex = actions
        self.plugins = plugins
    }

    /// The number of nodes; the evaluator limits it.
    package var count: Int { nodes.count }

    func intern(
        _ operation: Operation, _ a: UInt32 = 0, _ b: UInt32 = 0, type: ValueType = .boolean, presence: ID? = nil
    ) -> ID {
        let node = Node(operation: operation, a: a, b: b)
        if let id = ids[node] { return id }
        let id = ID(nodes.count)
        ids[node] = id
        nodes.append(node)
        types.append(type)
        self.presence.append(presence)
        isForeign.append(brings(node, type))
        depths.append(depth(of: node))
        sizes.append(size(of: node))
        return id
    }

    private func brings(_ node: Node, _ type: ValueType) -> Bool {
        switch type {
        // The store or the engine bounds these, wherever they come from.
        case .boolean, .department, .user, .userType, .list(.department), .list(.user): return false
        default: break
        }
        switch node.operation {
        case .property: return true
        case .attribute:
            switch Attribute(rawValue: node.b) {
            case .time, .today, .recordID: return true
            case .point, .action, .actionKind, .tenant, .recordType, .token, .subject, .actor: return false
            case .month, .day, .weekday, .hour, .minute: return false
            // The attributes of a proposed token come from the request.
            case .proposed: return true
            default: return isForeign[Int(node.a)]
            }
        case .element, .length, .plus, .endOfDay: return isForeign[Int(node.a)]
        case .call:
            let isBounded = !plugins.functions[Int(node.b)].function.result.choices.isEmpty
            return !isBounded && arguments[Int(node.a)].contains { isForeign[Int($0)] }
        default: return false
        }
    }

    private func depth(of node: Node) -> UInt8 {
        switch node.operation {
        case .request, .settings, .constant, .setting, .granted, .plugin, .table, .rowAt, .argument: 0
        case .attribute, .property, .element, .length, .plus, .endOfDay, .has, .inNetwork, .column:
            depths[Int(node.a)] &+ 1
        case .row, .hasRow: depths[Int(node.b)] &+ 1
        case .call: (arguments[Int(node.a)].map { depths[Int($0)] }.max() ?? 0) &+ 1
        case .equal, .less, .lessEqual, .isWithin, .contains, .meets, .covers, .can, .permits:
            max(depths[Int(node.a)], depths[Int(node.b)]) &+ 1
        }
    }

    private func size(of node: Node) -> UInt16 {
        func sum(_ ids: [ID]) -> UInt16 {
            UInt16(clamping: ids.reduce(1) { $0 + Int(sizes[Int($1)]) })
        }
        switch node.operation {
        case .request, .settings, .constant, .setting, .granted, .plugin, .table, .rowAt, .argument: return 1
        case .attribute, .property, .element, .length, .plus, .endOfDay, .has, .inNetwork, .column: return sum([node.a])
        case .row, .hasRow: return sum([node.b])
        case .call: return sum(arguments[Int(node.a)])
        case .equal, .less, .lessEqual, .isWithin, .contains, .meets, .covers, .can, .permits:
            return sum([node.a, node.b])
        }
    }

    /// True when an expression may become an operand of another, which adds one to its depth.
    func carries(_ id: ID) -> Bool { depths[Int(id)] < Self.mostDepth && sizes[Int(id)] < Self.mostSize }

    private static let mostDepth: UInt8 = 32
    private static let mostSize: UInt16 = 256

    /// The vocabulary's attribute of that name; `nil` when it is a declared property. Looked up once.
    func attribute(_ name: ExactName, of base: ID) -> UInt32? {
        let key = AttributeKey(base: base, name: name)
        if let known = attributes[key] { return known }
        let type = types[Int(base)]
        let owner = if case .external = type { ValueType.external(-1) } else { type }
        let found = Vocabulary.entries.first { $0.name == name && $0.owner == owner }?.attribute.rawValue
        attributes[key] = .some(found)
        return found
    }

    func name(_ text: ExactName) -> UInt32 { names.id(text) }
    func period(_ period: Period) -> UInt32 { periods.id(period) }
    func network(_ network: IPNetwork) -> UInt32 { networks.id(network) }
    func list(_ list: [ID]) -> UInt32 { arguments.id(list) }

    /// A constant as an expression. Keyed by bytes and bits, so that 1, 1.0 and "1" stay apart.
    func constant(_ value: Value, type: ValueType) -> ID {
        let key = ConstantKey(value)
        if let known = constantIDs[key] { return intern(.constant, known, type: type) }
        let index = UInt32(constants.count)
        constants.append(value)
        if case .string(let text) = value {
            packedValues.append(PackedValue(.text, bits: UInt64(textBytes) << 32 | UInt64(text.utf8.count)))
            textStore.value.append(contentsOf: text.utf8)
            actions.append(actionIndex.number(ExactName(text)) ?? -1)
        } else {
            packedValues.append(PackedValue(constant: value) ?? .absent)
            actions.append(-1)
        }
        constantIDs[key] = index
        return intern(.constant, index, type: type)
    }
}

/// A constant's identity: its kind and its exact bits.
private struct ConstantKey: Hashable {
    let kind: UInt8
    let bits: UInt64
    let bytes: [UInt8]

    init(_ value: Value) {
        switch value {
        case .boolean(let value): (kind, bits, bytes) = (1, value ? 1 : 0, [])
        case .integer(let value): (kind, bits, bytes) = (2, UInt64(bitPattern: value), [])
        case .number(let value): (kind, bits, bytes) = (3, value.bitPattern, [])
        case .string(let value): (kind, bits, bytes) = (4, 0, Array(value.utf8))
        case .date(let value): (kind, bits, bytes) = (5, UInt64(bitPattern: value.daysSinceEpoch), [])
        case .instant(let value): (kind, bits, bytes) = (6, UInt64(bitPattern: value.microseconds), [])
        case .ip(let value): (kind, bits, bytes) = (7, 0, Array(value.description.utf8))
        case .department(let value): (kind, bits, bytes) = (9, UInt64(value), [])
        case .user(let value): (kind, bits, bytes) = (10, UInt64(value), [])
        case .userType(let value): (kind, bits, bytes) = (11, UInt64(value), [])
        case .list(let values):
            // Each element with its length before it, so that no two lists look the same.
            let parts = values.map(ConstantKey.init)
            (kind, bits) = (8, UInt64(values.count))
            bytes = parts.flatMap { part in
                Array("\(part.kind) \(part.bits) \(part.bytes.count) ".utf8) + part.bytes
            }
        default: (kind, bits, bytes) = (0, 0, [])
        }
    }
}

extension Expressions {
    /// The expression in the words of its author: `token.department is_within resource.department`.
    func text(_ id: ID) -> String {
        let node = nodes[Int(id)]
        func infix(_ word: String) -> String { "\(text(node.a)) \(word) \(text(node.b))" }
        switch node.operation {
        case .request: return "request"
        case .settings: return "settings"
        case .constant: return constants[Int(node.a)].constantText
        case .attribute:
            let name = Vocabulary.name(of: node.b, on: types[Int(node.a)])
            return nodes[Int(node.a)].operation == .request ? name.text : "\(text(node.a)).\(name)"
        case .property: return "\(text(node.a)).\(names[Int(node.b)])"
        case .setting: return "settings.\(names[Int(node.b)])"
        case .element: return "\(text(node.a))[\(node.b + 1)]"
        case .length: return "#\(text(node.a))"
        case .plus: return "\(text(node.a)) + \(periods[Int(node.b)].words)"
        case .endOfDay: return "\(text(node.a)) end_of_day"
        case .has: return "\(text(node.a)) has \(names[Int(node.b)])"
        case .equal: return infix("==")
        case .less: return infix("<")
        case .lessEqual: return infix("<=")
        case .isWithin: return infix("is_within")
        case .inNetwork: return "\(text(node.a)) is_within \(networks[Int(node.b)])"
        case .contains: return infix("contains")
        case .meets: return infix("meets")
        case .covers: return infix("covers")
        case .can: return infix("can")
        case .permits: return infix("permits")
        case .granted: return "action is granted"
        case .plugin: return plugins.plugins[Int(node.a)].name.text
        case .table: return tableName(node.a)
        case .row: return "\(tableName(node.a))[\(text(node.b))]"
        case .hasRow: return "\(tableName(node.a)) has \(text(node.b))"
        case .rowAt: return "\(tableName(node.a))[\(node.b + 1)]"
        case .column:
            guard case .row(let table) = types[Int(node.a)] else { return "?" }
            return "\(text(node.a)).\(plugins.tables[table].table.columns[Int(node.b)].name)"
        case .call:
            let name = plugins.name(of: Int(node.b))
            let shown = arguments[Int(node.a)].map(text)
            if plugins.isAttribute(Int(node.b)) { return "\(shown.first ?? "?").\(name)" }
            return "\(name)(\(shown.joined(separator: ", ")))"
        case .argument: return plugins.functions[Int(node.b)].function.parameters[Int(node.a)].name.text
        }
    }
}

extension Expressions {
    /// True for content that a plugin made; a boolean discloses nothing of such content.
    func isMadeByPlugin(_ id: ID) -> Bool {
        if types[Int(id)] == .boolean { return false }
        let node = nodes[Int(id)]
        switch node.operation {
        case .call: return true
        case .attribute, .property, .element, .length, .plus, .endOfDay: return isMadeByPlugin(node.a)
        default: return false
        }
    }

    /// True for a call that returns one of a few declared strings, whatever it reads.
    func isBounded(_ id: ID) -> Bool {
        let node = nodes[Int(id)]
        return node.operation == .call && !plugins.functions[Int(node.b)].function.result.choices.isEmpty
    }

    private func tableName(_ table: UInt32) -> String {
        let (plugin, declared) = plugins.tables[Int(table)]
        return "\(plugins.plugins[plugin].name).\(declared.name)"
    }
}

extension Vocabulary {
    static func name(of attribute: UInt32, on owner: ValueType) -> ExactName {
        let matches = entries.filter { $0.attribute.rawValue == attribute }
        return (matches.first { $0.owner == owner } ?? matches.first)?.name ?? "?"
    }
}

extension Value {
    fileprivate var constantText: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): value
        case .date(let value): value.description
        case .instant(let value): value.description
        case .ip(let value): value.description
        case .list(let values):
            "{\(values.prefix(20).map(\.constantText).joined(separator: ", "))\(values.count > 20 ? ", …" : "")}"
        default: "?"
        }
    }
}

extension Period {
    fileprivate var words: String {
        let parts = [
            (years, "years"), (months, "months"), (weeks, "weeks"), (days, "days"), (hours, "hours"),
            (minutes, "minutes"),
        ]
        let said = parts.filter { $0.0 != 0 }.map { "\($0.0) \($0.1)" }
        return said.isEmpty ? "nothing" : said.joined(separator: " ")
    }
}
