package import Model

/// Every expression the policies have formed, each once: an id stands for a node, and equal nodes have one id.
///
/// An expression depends on the policies only, never on a request: it is made once and evaluated for each request.
/// Not for use by two threads: every worker has its own table.
@usableFromInline package final class Expressions {
    package typealias ID = UInt32

    /// The operation that a node computes, and the meaning of its operands.
    @usableFromInline package enum Operation: UInt8 {
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
        /// a: the list or the map, b: a 0-based index.
        case element, hasElement
        /// a: the map, b: a 0-based index.
        case key
        /// a: the map, b: a key.
        case entry, hasEntry
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
        /// a: an address or a network, b: a network or an address.
        case inNetwork
        /// Of times: a plus b, a minus b.
        case sum, difference
        /// a: an instant or a time of day, b: a list of two arguments, the first time of day and the one after the last.
        case between
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
        /// a: a table's number, b: a list of the index's values.
        case rows
        /// a: a table's number, b: a 0-based index.
        case rowAt
        /// a: the row, b: the column's slot.
        case column
        /// a: a list of arguments, b: a function of a plugin.
        case call
        /// An argument of the plugin's function that runs. a: the argument's index, b: the function.
        case argument
    }

    package struct Node: Hashable {
        package let operation: Operation
        package let a: UInt32
        package let b: UInt32

        package init(operation: Operation, a: UInt32, b: UInt32) {
            (self.operation, self.a, self.b) = (operation, a, b)
        }
    }

    package private(set) var nodes: [Node] = []
    package private(set) var types: [ValueType] = []
    /// The types with their restrictions, of expressions whose values are restricted.
    private var restricted: [ID: ValueType] = [:]
    /// For an expression that may be absent, the node that tests its presence.
    package private(set) var presence: [ID?] = []
    /// True for content that the request or the clock brings, and no store, schema or policy bounds.
    package private(set) var isForeign: [Bool] = []
    package private(set) var constants: [Value] = []
    package private(set) var names = Interned<ExactName>()
    /// The number of bytes of all string constants.
    package private(set) var textBytes = 0
    package private(set) var periods = Interned<Period>()
    /// The argument lists of calls to plugin functions.
    package private(set) var arguments = Interned<[ID]>()
    package let plugins: PluginSet
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

    private var ids: [Node: ID] = [:]
    private var constantIDs: [ConstantKey: UInt32] = [:]

    package init(plugins: PluginSet = .none) {
        self.plugins = plugins
    }

    /// The number of nodes; the evaluator limits it.
    package var count: Int { nodes.count }

    package func intern(
        _ operation: Operation, _ a: UInt32 = 0, _ b: UInt32 = 0, type: ValueType = .boolean, presence: ID? = nil
    ) -> ID {
        let node = Node(operation: operation, a: a, b: b)
        if let id = ids[node] { return id }
        let id = ID(nodes.count)
        ids[node] = id
        nodes.append(node)
        let plain = type.plain
        types.append(plain)
        if plain != type { restricted[id] = type }
        self.presence.append(presence)
        isForeign.append(brings(node, plain))
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
            case .point, .action, .actionName, .actionKind, .tenant, .recordType, .token, .subject, .actor: return false
            case .month, .day, .weekday, .hour, .minute, .second: return false
            // The attributes of a proposed token come from the request.
            case .proposed: return true
            default: return isForeign[Int(node.a)]
            }
        case .element, .length, .plus, .endOfDay, .key, .entry: return isForeign[Int(node.a)]
        case .sum, .difference: return isForeign[Int(node.a)] || isForeign[Int(node.b)]
        case .call:
            let isBounded = !plugins.functions[Int(node.b)].function.result.choices.isEmpty
            return !isBounded && arguments[Int(node.a)].contains { isForeign[Int($0)] }
        default: return false
        }
    }

    private func depth(of node: Node) -> UInt8 {
        switch node.operation {
        case .request, .settings, .constant, .setting, .granted, .plugin, .table, .rowAt, .argument: 0
        case .attribute, .property, .element, .hasElement, .key, .length, .plus, .endOfDay, .has, .column:
            depths[Int(node.a)] &+ 1
        case .row, .hasRow: depths[Int(node.b)] &+ 1
        case .call: (arguments[Int(node.a)].map { depths[Int($0)] }.max() ?? 0) &+ 1
        case .rows: (arguments[Int(node.b)].map { depths[Int($0)] }.max() ?? 0) &+ 1
        case .between: ((arguments[Int(node.b)] + [node.a]).map { depths[Int($0)] }.max() ?? 0) &+ 1
        case .equal, .less, .lessEqual, .isWithin, .contains, .meets, .covers, .can, .permits, .inNetwork, .sum,
            .difference, .entry, .hasEntry:
            max(depths[Int(node.a)], depths[Int(node.b)]) &+ 1
        }
    }

    private func size(of node: Node) -> UInt16 {
        func sum(_ ids: [ID]) -> UInt16 {
            UInt16(clamping: ids.reduce(1) { $0 + Int(sizes[Int($1)]) })
        }
        switch node.operation {
        case .request, .settings, .constant, .setting, .granted, .plugin, .table, .rowAt, .argument: return 1
        case .attribute, .property, .element, .hasElement, .key, .length, .plus, .endOfDay, .has, .column:
            return sum([node.a])
        case .row, .hasRow: return sum([node.b])
        case .call: return sum(arguments[Int(node.a)])
        case .rows: return sum(arguments[Int(node.b)])
        case .between: return sum(arguments[Int(node.b)] + [node.a])
        case .equal, .less, .lessEqual, .isWithin, .contains, .meets, .covers, .can, .permits, .inNetwork, .sum,
            .difference, .entry, .hasEntry:
            return sum([node.a, node.b])
        }
    }

    /// The type of an expression with the restrictions of its values.
    package func declared(_ id: ID) -> ValueType { restricted[id] ?? types[Int(id)] }

    /// True when an expression may become an operand of another, which adds one to its depth.
    package func carries(_ id: ID) -> Bool { depths[Int(id)] < Self.mostDepth && sizes[Int(id)] < Self.mostSize }

    private static let mostDepth: UInt8 = 32
    private static let mostSize: UInt16 = 256

    /// The vocabulary's attribute of that name; `nil` when it is a declared property. Looked up once.
    package func attribute(_ name: ExactName, of base: ID) -> UInt32? {
        let key = AttributeKey(base: base, name: name)
        if let known = attributes[key] { return known }
        let type = types[Int(base)]
        let owner = if case .external = type { ValueType.external(-1) } else { type }
        let found = Vocabulary.entries.first { $0.name == name && $0.owner == owner }?.attribute.rawValue
        attributes[key] = .some(found)
        return found
    }

    /// The expression of the content that an expression stands for: the name of an action, and any other itself.
    package func content(of id: ID) -> ID {
        guard types[Int(id)] == .action else { return id }
        return intern(.attribute, id, Attribute.actionName.rawValue, type: .string)
    }

    package func name(_ text: ExactName) -> UInt32 { names.id(text) }
    package func period(_ period: Period) -> UInt32 { periods.id(period) }
    package func list(_ list: [ID]) -> UInt32 { arguments.id(list) }

    /// A constant as an expression. Keyed by bytes and bits, so that 1, 1.0 and "1" stay apart.
    package func constant(_ value: Value, type: ValueType) -> ID {
        let key = ConstantKey(value)
        if let known = constantIDs[key] { return intern(.constant, known, type: type) }
        let index = UInt32(constants.count)
        constants.append(value)
        if case .string(let text) = value { textBytes += text.utf8.count }
        constantIDs[key] = index
        return intern(.constant, index, type: type)
    }
}

/// A constant's identity: its kind and its exact bits.
private struct ConstantKey: Hashable {
    package let kind: UInt8
    package let bits: UInt64
    package let bytes: [UInt8]

    package init(_ value: Value) {
        switch value {
        case .boolean(let value): (kind, bits, bytes) = (1, value ? 1 : 0, [])
        case .integer(let value): (kind, bits, bytes) = (2, UInt64(bitPattern: value), [])
        case .number(let value): (kind, bits, bytes) = (3, value.bitPattern, [])
        case .string(let value): (kind, bits, bytes) = (4, 0, Array(value.utf8))
        case .date(let value): (kind, bits, bytes) = (5, UInt64(bitPattern: value.daysSinceEpoch), [])
        case .instant(let value): (kind, bits, bytes) = (6, UInt64(bitPattern: value.microseconds), [])
        case .ip(let value): (kind, bits, bytes) = (7, 0, Array(value.description.utf8))
        case .network(let value): (kind, bits, bytes) = (12, 0, Array(value.description.utf8))
        case .time(let value): (kind, bits, bytes) = (13, UInt64(bitPattern: value.microseconds), [])
        case .duration(let value): (kind, bits, bytes) = (14, UInt64(bitPattern: value.microseconds), [])
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
