internal import CSimdJSON
internal import Engine
internal import Glibc
internal import Model
internal import Policies

/// Reads requests of the usual shape straight into a resolved request: a token, a declared action, and properties that
/// are plain values of their declared types.
///
/// It leaves every other line alone, above all a faulty one. `AuthorizationRequest` reads those and explains faults.
@safe final class RequestLineReader {
    enum LineReading {
        case request
        /// Denied by the core, with its code.
        case deny(String)
        case unsure
    }

    /// The number of readable bytes that must follow a line.
    static let padding = csimdjson_padding()

    private let reader: OpaquePointer
    private let fields = UnsafeMutablePointer<csimdjson_request>.allocate(capacity: 1)
    private let schema: Schema
    // Retained once, so that no reference is counted for every line.
    private let resources: [Unmanaged<ReadableRecord>]
    /// By action; `nil` for an action without properties.
    private let actions: [Unmanaged<ReadableRecord>?]
    private let context: ReadableRecord
    private let resourceIndex: ByteIndex

    init?(schema: Schema) {
        guard let reader = unsafe csimdjson_open() else { return nil }
        unsafe self.reader = reader
        self.schema = schema
        unsafe resources = zip(schema.resources, schema.layout.resources).map {
            unsafe Unmanaged.passRetained(ReadableRecord($0, columns: $1))
        }
        unsafe actions = zip(schema.actionRecords, schema.layout.actions).map {
            unsafe $0.properties.isEmpty ? nil : Unmanaged.passRetained(ReadableRecord($0, columns: $1))
        }
        context = ReadableRecord(schema.context, columns: schema.layout.context)
        var index = ByteIndex()
        for (number, type) in schema.resources.enumerated() { index.claim(type.name, number: number) }
        resourceIndex = index
    }

    deinit {
        unsafe csimdjson_close(reader)
        unsafe fields.deallocate()
        for index in unsafe resources.indices { unsafe resources[index].release() }
        for index in unsafe actions.indices { unsafe actions[index]?.release() }
    }

    /// Parses a line and uses nothing of it, for measuring.
    func parse(_ line: UnsafeRawBufferPointer) -> Bool {
        let bytes = unsafe line.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return unsafe csimdjson_parse(reader, bytes, line.count)
    }

    /// The expected decision in the last line; `nil` where the line has none.
    var expected: Bool? { unsafe fields.pointee.has_expected ? fields.pointee.expected : nil }

    /// Reads a line into a request. On any result but `.request` the content of `request` is undefined.
    /// - Parameter line: with `padding` readable bytes behind it.
    /// - Parameter directory: the snapshot to resolve it on.
    func read(
        _ line: UnsafeRawBufferPointer, on directory: Directory, tenant: Int?, now: Instant,
        into request: inout ResolvedRequest
    ) -> LineReading {
        let bytes = unsafe line.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard unsafe csimdjson_read(reader, bytes, line.count, fields) else { return .unsure }
        guard unsafe Self.isToken(fields.pointee.subject_type) else { return .unsure }
        guard let action = unsafe schema.actionIndex.number(Self.buffer(fields.pointee.action)) else {
            return .deny("action_unknown")
        }
        guard let id = unsafe TokenID(Self.buffer(fields.pointee.subject_id)), let index = directory.token(id) else {
            return .deny("token_unknown")
        }
        let owner = unsafe directory.tokenPlaces[index].pointee.tenant
        if let tenant, tenant != owner { return .deny("token_unknown") }
        guard let type = unsafe resourceIndex.number(Self.buffer(fields.pointee.resource_type)) else {
            return .deny("resource_type_unknown")
        }
        guard schema.applies(action, to: type) else { return .deny("action_not_applicable") }
        if request.directory !== directory || request.kind != .access {
            request = ResolvedRequest(kind: .access, directory: directory, propertyCount: schema.layout.count, now: now)
        }
        request.clear()
        request.now = now
        request.set(action: action, tenant: owner, token: index, resource: type)
        unsafe request.put(text: Self.buffer(fields.pointee.resource_id), at: ResolvedRequest.Place.resourceID)
        if let record = unsafe actions[action] {
            let isRead = unsafe record._withUnsafeGuaranteedRef {
                unsafe fill(&request, $0, fields.pointer(to: \.action_properties)!, owner)
            }
            guard isRead else { return .unsure }
        }
        let isRead =
            unsafe resources[type]._withUnsafeGuaranteedRef {
                unsafe fill(&request, $0, fields.pointer(to: \.properties)!, owner)
            }
            && fill(&request, context, fields.pointer(to: \.context)!, owner)
        return isRead ? .request : .unsure
    }

    /// Puts the properties of a record into their columns; undeclared ones are ignored.
    private func fill(
        _ request: inout ResolvedRequest, _ record: ReadableRecord, _ members: UnsafeMutablePointer<csimdjson_members>,
        _ tenant: Int
    ) -> Bool {
        let items = unsafe members.pointer(to: \.items)!.withMemoryRebound(to: csimdjson_member.self, capacity: 1) {
            unsafe $0
        }
        var required = record.required
        var guess = 0
        for index in 0..<(unsafe members.pointee.count) {
            let member = unsafe items + index
            guard let slot = unsafe record.slot(Self.buffer(member.pointee.name), guess: guess) else {
                guard unsafe isReadable(member) else { return false }
                continue
            }
            guess = slot + 1
            let property = record.slots[slot]
            // Null is the same as leaving the property out.
            if unsafe member.pointee.kind == CSIMDJSON_NULL, property.isOptional { continue }
            guard unsafe put(member, property.type, tenant, at: property.column, of: &request) else { return false }
            if !property.isOptional { required -= 1 }
        }
        return required == 0
    }

    /// False for an undeclared member that is read all the same, and that is not what it must be.
    private func isReadable(_ member: UnsafeMutablePointer<csimdjson_member>) -> Bool {
        let name = unsafe member.pointee.name
        let known: StaticString = "supported_obligations"
        guard unsafe name.length == known.utf8CodeUnitCount,
            unsafe memcmp(name.bytes, known.utf8Start, name.length) == 0
        else { return true }
        return unsafe member.pointee.kind == CSIMDJSON_STRINGS || member.pointee.kind == CSIMDJSON_NULL
    }

    /// - Returns: true when the member is of the type.
    private func put(
        _ member: UnsafeMutablePointer<csimdjson_member>, _ type: ReadableRecord.Kind, _ tenant: Int, at place: Int,
        of request: inout ResolvedRequest
    ) -> Bool {
        switch unsafe (type, member.pointee.kind) {
        case (.boolean, CSIMDJSON_TRUE): request.put(PackedValue(.boolean, 1), at: place)
        case (.boolean, CSIMDJSON_FALSE): request.put(PackedValue(.boolean, 0), at: place)
        case (.number, CSIMDJSON_INTEGER):
            unsafe request.put(PackedValue(.integer, Int(member.pointee.integer)), at: place)
        case (.number, CSIMDJSON_NUMBER):
            unsafe request.put(PackedValue(.number, bits: member.pointee.number.bitPattern), at: place)
        case (_, CSIMDJSON_STRING): return unsafe put(member.pointee.text, type, tenant, at: place, of: &request)
        default: return false
        }
        return true
    }

    private func put(
        _ text: csimdjson_text, _ type: ReadableRecord.Kind, _ tenant: Int, at place: Int,
        of request: inout ResolvedRequest
    ) -> Bool {
        let value: Value?
        switch type {
        case .string:
            unsafe request.put(text: Self.buffer(text), at: place)
            return true
        case .department:
            guard let number = unsafe request.directory.department(Self.buffer(text), tenant: tenant) else {
                return false
            }
            request.put(PackedValue(.department, number), at: place)
            return true
        case .user:
            guard let number = unsafe request.directory.user(Self.buffer(text), tenant: tenant) else { return false }
            request.put(PackedValue(.user, number), at: place)
            return true
        case .ip: value = unsafe (IPAddress(Self.buffer(text)) ?? IPAddress(Self.string(text))).map(Value.ip)
        case .instant: value = unsafe Instant(Self.string(text)).map(Value.instant)
        case .date: value = unsafe Date(Self.string(text)).map(Value.date)
        case .time: value = unsafe TimeOfDay(Self.string(text)).map(Value.time)
        case .duration: value = unsafe (try? TimeSpan(Self.string(text))).map(Value.duration)
        case .network: value = unsafe (try? IPNetwork(Self.string(text))).map(Value.network)
        case .boolean, .number, .other: return false
        }
        guard let value else { return false }
        request.put(value, at: place)
        return true
    }

    private static func buffer(_ text: csimdjson_text) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: text.bytes, count: text.length)
    }

    private static func string(_ text: csimdjson_text) -> String {
        unsafe String(decoding: UnsafeBufferPointer(start: text.bytes, count: text.length), as: UTF8.self)
    }

    private static func isToken(_ text: csimdjson_text) -> Bool {
        guard unsafe text.length == 5, let bytes = unsafe text.bytes else { return false }
        return unsafe bytes[0] == UInt8(ascii: "t") && bytes[1] == UInt8(ascii: "o") && bytes[2] == UInt8(ascii: "k")
            && bytes[3] == UInt8(ascii: "e") && bytes[4] == UInt8(ascii: "n")
    }
}

/// A record type with an index of its names by their bytes.
private final class ReadableRecord {
    /// The types that a plain value can have.
    enum Kind {
        case boolean, number, string, instant, date, time, duration, department, user, ip, network
        /// A type that only the slow reader handles.
        case other

        init(_ type: ValueType) {
            self =
                switch type {
                case .boolean: .boolean
                case .number: .number
                case .string: .string
                case .instant: .instant
                case .date: .date
                case .time: .time
                case .duration: .duration
                case .department: .department
                case .user: .user
                case .ip: .ip
                case .network: .network
                default: .other
                }
        }
    }

    struct Slot {
        let column: Int
        let type: Kind
        let isOptional: Bool
    }

    let slots: [Slot]
    let required: Int
    private let index: ByteIndex
    /// The names one after the other, and the end of each.
    private let names: [UInt8]
    private let ends: [Int]

    init(_ type: Schema.RecordType, columns: [Int]) {
        slots = zip(type.properties, columns).map {
            Slot(column: $1, type: Kind($0.type), isOptional: $0.isOptional)
        }
        required = type.properties.count { !$0.isOptional }
        var index = ByteIndex()
        for (slot, property) in type.properties.enumerated() { index.claim(property.name, number: slot) }
        self.index = index
        names = type.properties.flatMap { Array($0.name.utf8) }
        ends = type.properties.indices.map { type.properties[...$0].reduce(0) { $0 + $1.name.utf8.count } }
    }

    /// The slot of a property; `nil` for an undeclared one.
    /// - Parameter guess: its likely slot: most requests name their properties in the same order.
    func slot(_ name: UnsafeRawBufferPointer, guess: Int) -> Int? {
        if guess < ends.count {
            let start = guess == 0 ? 0 : ends[guess - 1]
            let isIt = unsafe names.withUnsafeBytes { names in
                unsafe ends[guess] - start == name.count
                    && memcmp(names.baseAddress! + start, name.baseAddress!, name.count) == 0
            }
            if isIt { return guess }
        }
        return unsafe index.number(name)
    }
}
