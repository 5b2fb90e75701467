internal import CSimdJSON
internal import Engine
internal import Glibc
internal import Model
internal import Policies

/// Reads requests of the usual shape straight into a resolved request: a token, a declared action, and properties that
/// have their declared types.
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
            unsafe Unmanaged.passRetained(ReadableRecord($0.properties, columns: $1))
        }
        unsafe actions = zip(schema.actionRecords, schema.layout.actions).map {
            unsafe $0.properties.isEmpty ? nil : Unmanaged.passRetained(ReadableRecord($0.properties, columns: $1))
        }
        context = ReadableRecord(schema.context.properties, columns: schema.layout.context)
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
        return resolve(on: directory, tenant: tenant, now: now, into: &request)
    }

    /// The rest of a line of a decision log, beside its request.
    struct LoggedDecision {
        let isPermitted: Bool
        let code: String
        /// The code of the first statement that denies.
        let policyCode: ExactName?
        let version: ExactName
        /// The number of the line in its log; `nil` in logs of earlier versions.
        let number: Int64?
    }

    /// The same for the request in a line of a decision log.
    /// - Parameter now: the time of the request; `nil` for the time of the line.
    /// - Returns: with `nil` for the decision when the result is `.unsure`.
    func read(
        logged line: UnsafeRawBufferPointer, on directory: Directory, now: Instant?, into request: inout ResolvedRequest
    ) -> (LineReading, LoggedDecision?) {
        let bytes = unsafe line.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var record = unsafe csimdjson_record()
        guard unsafe csimdjson_read_record(reader, bytes, line.count, fields, &record),
            let time = unsafe Instant(Self.string(record.time))
        else { return (.unsure, nil) }
        var tenant: Int?
        if unsafe record.tenant.bytes != nil {
            guard let number = unsafe directory.tenant(ExactName(Self.string(record.tenant))) else {
                return (.unsure, nil)
            }
            tenant = number
        }
        let reading = resolve(on: directory, tenant: tenant, now: now ?? time, into: &request)
        if case .unsure = reading { return (.unsure, nil) }
        let decision = unsafe LoggedDecision(
            isPermitted: record.is_permitted, code: Self.string(record.code),
            policyCode: record.policy_code.bytes == nil ? nil : ExactName(Self.string(record.policy_code)),
            version: ExactName(Self.string(record.version)), number: record.has_number ? record.number : nil)
        return (reading, decision)
    }

    /// Resolves the request that was read last.
    private func resolve(
        on directory: Directory, tenant: Int?, now: Instant, into request: inout ResolvedRequest
    ) -> LineReading {
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

    /// Puts the properties of a part of the request into their columns; undeclared ones are ignored.
    private func fill(
        _ request: inout ResolvedRequest, _ record: ReadableRecord, _ members: UnsafeMutablePointer<csimdjson_members>,
        _ tenant: Int
    ) -> Bool {
        let items = unsafe members.pointer(to: \.items)!.withMemoryRebound(to: csimdjson_member.self, capacity: 1) {
            unsafe $0
        }
        return unsafe fill(&request, record, Members(items: items, range: 0..<members.pointee.count), tenant)
    }

    /// The members of one object or array; what one contains follows it.
    @unsafe private struct Members {
        let items: UnsafeMutablePointer<csimdjson_member>
        let range: Range<Int>

        /// Those inside the member at an index.
        func inside(_ index: Int) -> Members {
            unsafe Members(items: items, range: index + 1..<Int(items[index].end))
        }
    }

    private func fill(
        _ request: inout ResolvedRequest, _ record: ReadableRecord, _ members: Members, _ tenant: Int
    ) -> Bool {
        var required = record.required
        var guess = 0
        var index = unsafe members.range.lowerBound
        while unsafe index < members.range.upperBound {
            let member = unsafe members.items + index
            defer { unsafe index = Int(member.pointee.end) }
            guard let slot = unsafe record.slot(Self.buffer(member.pointee.name), guess: guess) else {
                guard unsafe isReadable(member, members.inside(index)) else { return false }
                continue
            }
            guess = slot + 1
            let property = record.slots[slot]
            // Null is the same as leaving the property out.
            if unsafe member.pointee.kind == CSIMDJSON_NULL, property.isOptional { continue }
            // Most are plain.
            if unsafe !put(member, property, of: record, tenant, into: &request) {
                guard unsafe putParts(members, index, property, of: record, tenant, into: &request) else {
                    return false
                }
            }
            if !property.isOptional { required -= 1 }
        }
        return required == 0
    }

    /// Puts a record, a list or a map at the place of its property.
    /// - Returns: true when the member is of the type.
    private func putParts(
        _ members: Members, _ index: Int, _ property: ReadableRecord.Slot, of record: ReadableRecord, _ tenant: Int,
        into request: inout ResolvedRequest
    ) -> Bool {
        switch property.kind {
        case .record:
            guard unsafe members.items[index].kind == CSIMDJSON_OBJECT else { return false }
            request.put(PackedValue(.record, 0), at: property.column)
            return unsafe record.records[property.index]._withUnsafeGuaranteedRef { parts in
                unsafe fill(&request, parts, members.inside(index), tenant)
            }
        case .composite:
            let type = record.types[property.index]
            guard let value = unsafe value(members, index, type, tenant, request.directory) else { return false }
            request.put(value, at: property.column)
            return true
        default: return false
        }
    }

    /// False for an undeclared member that is read all the same, and that is not what it must be.
    private func isReadable(_ member: UnsafeMutablePointer<csimdjson_member>, _ inside: Members) -> Bool {
        let name = unsafe member.pointee.name
        let known: StaticString = "supported_obligations"
        guard unsafe name.length == known.utf8CodeUnitCount,
            unsafe memcmp(name.bytes, known.utf8Start, name.length) == 0
        else { return true }
        if unsafe member.pointee.kind == CSIMDJSON_NULL { return true }
        guard unsafe member.pointee.kind == CSIMDJSON_ARRAY else { return false }
        return unsafe inside.range.allSatisfy { unsafe inside.items[$0].kind == CSIMDJSON_STRING }
    }

    /// The value of a list or a map, or of a part of one; `nil` for a value of another type.
    private func value(
        _ members: Members, _ index: Int, _ type: ValueType, _ tenant: Int, _ directory: Directory
    ) -> Value? {
        let member = unsafe members.items + index
        let inside = unsafe members.inside(index)
        switch unsafe (type, member.pointee.kind) {
        case (.restricted(let type, let restriction), _):
            return unsafe value(members, index, type, tenant, directory).flatMap { restriction.allows($0) ? $0 : nil }
        case (.list(let element), CSIMDJSON_ARRAY):
            var list: [Value] = []
            var next = unsafe inside.range.lowerBound
            while unsafe next < inside.range.upperBound {
                guard let value = unsafe value(inside, next, element, tenant, directory) else { return nil }
                list.append(value)
                next = unsafe Int(inside.items[next].end)
            }
            return .list(list)
        case (.map(let type), CSIMDJSON_OBJECT):
            var entries: [Value.Entry] = []
            var next = unsafe inside.range.lowerBound
            while unsafe next < inside.range.upperBound {
                guard let value = unsafe value(inside, next, type, tenant, directory) else { return nil }
                entries.append(.init(unsafe ExactName(Self.string(inside.items[next].name)), value))
                next = unsafe Int(inside.items[next].end)
            }
            return .map(entries.sorted { $0.key < $1.key })
        case (.record(let properties), CSIMDJSON_OBJECT):
            return unsafe record(inside, properties, tenant, directory)
        case (.boolean, CSIMDJSON_TRUE): return .boolean(true)
        case (.boolean, CSIMDJSON_FALSE): return .boolean(false)
        case (.number, CSIMDJSON_INTEGER): return unsafe .integer(member.pointee.integer)
        case (.number, CSIMDJSON_NUMBER): return unsafe .number(member.pointee.number)
        case (_, CSIMDJSON_STRING): return unsafe value(member.pointee.text, type, tenant, directory)
        default: return nil
        }
    }

    private func record(
        _ members: Members, _ properties: [Schema.Property], _ tenant: Int, _ directory: Directory
    ) -> Value? {
        var entries = properties.map { Value.Entry($0.name, .absent) }
        var next = unsafe members.range.lowerBound
        while unsafe next < members.range.upperBound {
            let member = unsafe members.items + next
            defer { unsafe next = Int(member.pointee.end) }
            let name = unsafe ExactName(Self.string(member.pointee.name))
            guard let slot = properties.slot(name) else { continue }
            if unsafe member.pointee.kind == CSIMDJSON_NULL { continue }
            guard let value = unsafe value(members, next, properties[slot].type, tenant, directory) else { return nil }
            entries[slot] = .init(name, value)
        }
        for (property, entry) in zip(properties, entries) where !property.isOptional {
            if case .absent = entry.value { return nil }
        }
        return .record(entries)
    }

    private func value(
        _ text: csimdjson_text, _ type: ValueType, _ tenant: Int, _ directory: Directory
    ) -> Value? {
        switch type {
        case .string: return unsafe .string(Self.string(text))
        case .department: return unsafe directory.department(Self.buffer(text), tenant: tenant).map(Value.department)
        case .user: return unsafe directory.user(Self.buffer(text), tenant: tenant).map(Value.user)
        default: return type.example == nil ? nil : try? Value(unsafe Self.string(text), in: type)
        }
    }

    /// Puts a plain value at the place of its property.
    /// - Returns: true when the member is of the type.
    private func put(
        _ member: UnsafeMutablePointer<csimdjson_member>, _ property: ReadableRecord.Slot, of record: ReadableRecord,
        _ tenant: Int, into request: inout ResolvedRequest
    ) -> Bool {
        switch unsafe (property.kind, member.pointee.kind) {
        case (.boolean, CSIMDJSON_TRUE): request.put(PackedValue(.boolean, 1), at: property.column)
        case (.boolean, CSIMDJSON_FALSE): request.put(PackedValue(.boolean, 0), at: property.column)
        case (.number, CSIMDJSON_INTEGER):
            unsafe request.put(PackedValue(.integer, Int(member.pointee.integer)), at: property.column)
        case (.number, CSIMDJSON_NUMBER):
            unsafe request.put(PackedValue(.number, bits: member.pointee.number.bitPattern), at: property.column)
        case (_, CSIMDJSON_STRING):
            return unsafe put(member.pointee.text, property, of: record, tenant, into: &request)
        default: return false
        }
        return true
    }

    private func put(
        _ text: csimdjson_text, _ property: ReadableRecord.Slot, of record: ReadableRecord, _ tenant: Int,
        into request: inout ResolvedRequest
    ) -> Bool {
        let place = property.column
        let value: Value?
        switch property.kind {
        case .choice:
            guard unsafe record.choices[property.index].number(Self.buffer(text)) != nil else { return false }
            unsafe request.put(text: Self.buffer(text), at: place)
            return true
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
        case .written: value = unsafe try? Value(Self.string(text), in: record.types[property.index])
        case .boolean, .number, .record, .composite: return false
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
