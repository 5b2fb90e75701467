internal import CSimdJSON
internal import Model
internal import Policies

/// Reads requests of the usual shape straight into what facts are asked of: a token, an action of the catalogue, and
/// properties that are plain values of their declared types.
///
/// It reads or it leaves alone: whatever it is not sure of, faults above all, is for the reader that explains.
@safe final class RequestReader {
    enum Reading {
        case request
        /// Refused by the core, with its code.
        case deny(String)
        case unsure
    }

    /// How many readable bytes must follow a line.
    static let padding = csimdjson_padding()

    private let reader: OpaquePointer
    private let fields = UnsafeMutablePointer<csimdjson_request>.allocate(capacity: 1)
    private let schema: Schema
    private let directory: Directory
    private let resources: [ReadableRecord]
    private let context: ReadableRecord
    private let resourceIndex: ByteIndex

    init?(schema: Schema, directory: Directory) {
        guard let reader = unsafe csimdjson_open() else { return nil }
        unsafe self.reader = reader
        self.schema = schema
        self.directory = directory
        resources = schema.resources.map(ReadableRecord.init)
        context = ReadableRecord(schema.context)
        var index = ByteIndex()
        for (number, type) in schema.resources.enumerated() { index.claim(type.name, number: number) }
        resourceIndex = index
    }

    deinit {
        unsafe csimdjson_close(reader)
        unsafe fields.deallocate()
    }

    /// What the last line expects of its decision, if it says so.
    var expected: Bool? { unsafe fields.pointee.has_expected ? fields.pointee.expected : nil }

    /// Reads a line into a request; on anything but `request` what is in it means nothing.
    /// - Parameter line: with `padding` readable bytes behind it.
    func read(_ line: UnsafeRawBufferPointer, tenant: Int?, now: Instant, into request: inout Request) -> Reading {
        let bytes = unsafe line.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard unsafe csimdjson_read(reader, bytes, line.count, fields) else { return .unsure }
        guard unsafe Self.isToken(fields.pointee.subject_type) else { return .unsure }
        guard let action = unsafe schema.actionIndex.number(Self.buffer(fields.pointee.action)) else {
            return .deny("action_unknown")
        }
        guard let id = unsafe TokenID(Self.buffer(fields.pointee.subject_id)), let index = directory.token(id) else {
            return .deny("token_unknown")
        }
        let owner = directory.tokens[index].tenant
        if let tenant, tenant != owner { return .deny("token_unknown") }
        guard let type = unsafe resourceIndex.number(Self.buffer(fields.pointee.resource_type)) else {
            return .deny("resource_type_unknown")
        }
        request.point = .access
        request.action = schema.actionNames[action]
        request.actionNumber = action
        request.directory = directory
        request.tenant = owner
        request.now = now
        request.subject = .token
        request.actor = nil
        request.proposed = nil
        request.token = directory.tokens[index]
        request.resource.type = type
        request.resource.typeName = resources[type].name
        request.resource.id = unsafe Self.string(fields.pointee.resource_id)
        request.context.type = 0
        request.context.typeName = "context"
        let isRead =
            unsafe fill(&request.resource.values, resources[type], fields.pointer(to: \.properties)!, owner)
            && fill(&request.context.values, context, fields.pointer(to: \.context)!, owner)
        return isRead ? .request : .unsure
    }

    /// Puts the properties of a record into their slots; undeclared ones are ignored.
    private func fill(
        _ values: inout [Value], _ record: ReadableRecord, _ members: UnsafeMutablePointer<csimdjson_members>,
        _ tenant: Int
    ) -> Bool {
        if values.count == record.properties.count {
            for slot in values.indices { values[slot] = .absent }
        } else {
            values = [Value](repeating: .absent, count: record.properties.count)
        }
        let items = unsafe members.pointer(to: \.items)!.withMemoryRebound(to: csimdjson_member.self, capacity: 1) {
            unsafe $0
        }
        var required = record.required
        for index in 0..<(unsafe members.pointee.count) {
            let member = unsafe items + index
            guard let slot = unsafe record.index.number(Self.buffer(member.pointee.name)) else { continue }
            guard let value = unsafe value(member, record.properties[slot].type, tenant) else { return false }
            values[slot] = value
            if !record.properties[slot].isOptional { required -= 1 }
        }
        return required == 0
    }

    private func value(_ member: UnsafeMutablePointer<csimdjson_member>, _ type: ValueType, _ tenant: Int) -> Value? {
        switch unsafe (type, member.pointee.kind) {
        case (.boolean, CSIMDJSON_TRUE): return .boolean(true)
        case (.boolean, CSIMDJSON_FALSE): return .boolean(false)
        case (.number, CSIMDJSON_INTEGER): return unsafe .integer(member.pointee.integer)
        case (.number, CSIMDJSON_NUMBER): return unsafe .number(member.pointee.number)
        case (_, CSIMDJSON_STRING): break
        default: return nil
        }
        let text = unsafe member.pointee.text
        switch type {
        case .string: return unsafe .string(Self.string(text))
        case .department: return unsafe directory.department(Self.buffer(text), tenant: tenant).map(Value.department)
        case .user: return unsafe directory.user(Self.buffer(text), tenant: tenant).map(Value.user)
        case .ip: return unsafe (IPAddress(Self.buffer(text)) ?? IPAddress(Self.string(text))).map(Value.ip)
        case .instant: return unsafe Instant(Self.string(text)).map(Value.instant)
        case .date: return unsafe Date(Self.string(text)).map(Value.date)
        default: return nil
        }
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

/// A record type with its names ready to be looked up by bytes.
private final class ReadableRecord: Sendable {
    let name: String
    let properties: [Schema.Property]
    let required: Int
    let index: ByteIndex

    init(_ type: Schema.RecordType) {
        name = type.name
        properties = type.properties
        required = type.properties.count { !$0.isOptional }
        var index = ByteIndex()
        for (slot, property) in type.properties.enumerated() { index.claim(property.name, number: slot) }
        self.index = index
    }
}
