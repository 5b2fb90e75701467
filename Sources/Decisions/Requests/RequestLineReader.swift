internal import CSimdJSON
internal import Engine
internal import Model
internal import Policies

/// Reads a request straight from a parsed line into a resolved request, in one pass.
///
/// It leaves faulty lines alone, and those that it is not sure of. `AuthorizationRequest` reads these, and explains faults.
@safe final class RequestLineReader {
    enum LineReading {
        case request
        /// Denied by the core, with its code.
        case deny(String)
        case unsure
    }

    /// The number of readable bytes that must follow a line.
    static let padding = csimdjson_padding()

    private let parser: OpaquePointer
    /// The line that was read last; at one place, so that nothing checks who has access to it.
    let last: UnsafeMutablePointer<ParsedRequest>
    /// The number of the token of the last request; -1 for an external subject.
    var token: Int { unsafe last.pointee.token }
    /// The number of properties of all parts.
    private let propertyCount: Int
    private let actionIndex: ByteIndex
    /// By action and type, in one row for each action, whether they fit.
    private let applicability: [Bool]
    // Retained once, so that no reference is counted for every line.
    private let subjects: [Unmanaged<ReadableRecord>]
    private let resources: [Unmanaged<ReadableRecord>]
    /// By action; `nil` for an action without properties.
    private let actions: [Unmanaged<ReadableRecord>?]
    private let context: Unmanaged<ReadableRecord>
    private let subjectIndex: ByteIndex
    private let resourceIndex: ByteIndex
    /// True when the schema declares the list of supported obligations, so that it is read as a property too.
    private let declaresObligations: Bool

    init?(schema: Schema) {
        guard let parser = unsafe csimdjson_open() else { return nil }
        unsafe self.parser = parser
        // There is a tape from the beginning.
        var tape = unsafe csimdjson_tape()
        let line = [UInt8(ascii: "0")] + [UInt8](repeating: 0x20, count: Self.padding)
        guard unsafe csimdjson_parse(parser, line, 1, &tape) else {
            unsafe csimdjson_close(parser)
            return nil
        }
        unsafe last = .allocate(capacity: 1)
        unsafe last.initialize(to: ParsedRequest(JSONTape(tape)))
        propertyCount = schema.layout.count
        actionIndex = schema.actionIndex
        applicability = schema.actionNames.indices.flatMap { action in
            schema.resources.indices.map { schema.applies(action, to: $0) }
        }
        unsafe subjects = Self.records(schema.subjects.map(\.properties), schema.layout.subjects)
        unsafe resources = Self.records(schema.resources.map(\.properties), schema.layout.resources)
        unsafe actions = zip(schema.actionRecords, schema.layout.actions).map {
            unsafe $0.properties.isEmpty ? nil : Unmanaged.passRetained(ReadableRecord($0.properties, columns: $1))
        }
        unsafe context = .passRetained(ReadableRecord(schema.context.properties, columns: schema.layout.context))
        subjectIndex = Self.index(schema.subjects.map(\.name))
        resourceIndex = Self.index(schema.resources.map(\.name))
        declaresObligations = schema.context.properties.contains { $0.name == AuthorizationRequest.supportedName }
    }

    private static func records(
        _ properties: [[Schema.Property]], _ columns: [[PropertyLayout.Column]]
    ) -> [Unmanaged<ReadableRecord>] {
        unsafe zip(properties, columns).map { unsafe Unmanaged.passRetained(ReadableRecord($0, columns: $1)) }
    }

    private static func index(_ names: [ExactName]) -> ByteIndex {
        var index = ByteIndex()
        for (number, name) in names.enumerated() { index.claim(name, number: number) }
        return index
    }

    deinit {
        unsafe csimdjson_close(parser)
        unsafe last.deinitialize(count: 1)
        unsafe last.deallocate()
        let records = unsafe subjects + resources + [context]
        for index in unsafe records.indices { unsafe records[index].release() }
        for index in unsafe actions.indices { unsafe actions[index]?.release() }
    }

    /// Parses a line.
    /// - Returns: true for JSON.
    @inline(__always) func parse(_ line: UnsafeRawBufferPointer) -> Bool {
        let bytes = unsafe line.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var tape = unsafe csimdjson_tape()
        guard unsafe csimdjson_parse(parser, bytes, line.count, &tape) else {
            // The strings of the line before are gone.
            unsafe last.pointee.begin()
            return false
        }
        unsafe last.pointee.tape = JSONTape(tape)
        return true
    }

    /// Reads the request in a line, or in a line of a decision log. On any result but `.request` the content of `request`
    /// is undefined.
    /// - Parameters:
    ///   - line: with `padding` readable bytes behind it.
    ///   - directory: the snapshot to resolve it on.
    ///   - tenant: the tenant of a request that names none; `nil` for none.
    ///   - now: the time of the request; `nil` for the time that its context states, or that of a line of a log.
    func read(
        _ line: UnsafeRawBufferPointer, on directory: Directory, tenant: Int?, now: Instant?,
        into request: inout ResolvedRequest
    ) -> LineReading {
        guard unsafe parse(line) else { return .unsure }
        if unsafe last.pointee.readRequest() {
            guard let now = now ?? statedTime else { return .unsure }
            return resolve(on: directory, tenant: tenant, now: now, into: &request)
        }
        guard let time = readAgain() else { return .unsure }
        return resolve(on: directory, tenant: tenant, now: now ?? time, into: &request)
    }

    // MARK: The last line

    /// The decision that it expects; `nil` where it expects none.
    var expected: Bool? {
        let place = unsafe last.pointee.expected
        return place > 0 ? unsafe last.pointee.tape.kind(place) == .true : nil
    }

    /// The address that its context states as `ip`.
    var address: IPAddress? { unsafe contextText("ip").flatMap { unsafe Self.address($0) } }

    private var statedTime: Instant? {
        unsafe contextText("time").flatMap { unsafe Instant(String(decoding: $0, as: UTF8.self)) }
    }

    /// The text of a member of its context; `nil` where that is no string.
    private func contextText(_ name: StaticString) -> UnsafeRawBufferPointer? {
        let (context, tape) = unsafe (last.pointee.context, last.pointee.tape)
        guard context > 0, let value = unsafe tape.member(name, of: context), unsafe tape.kind(value) == .string else {
            return nil
        }
        return unsafe tape.text(value)
    }

    /// The address that a text is.
    static func address(_ text: UnsafeRawBufferPointer) -> IPAddress? {
        unsafe IPAddress(text) ?? IPAddress(String(decoding: text, as: UTF8.self))
    }

    /// The obligations that its caller can fulfil.
    var obligations: AuthorizationRequest.Obligations {
        let tape = unsafe last.pointee.tape
        var names: [ExactName] = []
        if let list = supportedList {
            _ = unsafe tape.eachElement(of: list) {
                unsafe names.append(ExactName(tape.string($0)))
                return true
            }
        }
        return .named(names)
    }

    /// The place of the list of obligations that its caller can fulfil; `nil` where there is none.
    private var supportedList: Int? {
        if unsafe last.pointee.obligations > 0 { return unsafe last.pointee.obligations }
        let stated = unsafe last.pointee.supported
        return unsafe stated > 0 && last.pointee.tape.kind(stated) != .null ? stated : nil
    }

    /// True when the list of supported obligations is what it must be, and there are not two.
    private var hasGoodObligations: Bool {
        let (tape, stated) = unsafe (last.pointee.tape, last.pointee.supported)
        if unsafe last.pointee.obligations > 0 && stated > 0 && tape.kind(stated) != .null { return false }
        guard let list = supportedList else { return true }
        return unsafe tape.kind(list) == .array && tape.eachElement(of: list) { unsafe tape.kind($0) == .string }
    }

    // MARK: Resolving

    /// Resolves the request that was read last.
    func resolve(
        on directory: Directory, tenant: Int?, now: Instant, into request: inout ResolvedRequest
    ) -> LineReading {
        let (parts, tape) = unsafe (last, last.pointee.tape)
        guard let action = unsafe actionIndex.number(tape.text(parts.pointee.action)) else {
            return deny("action_unknown")
        }
        var owner = tenant ?? -1
        if unsafe parts.pointee.tenant > 0 {
            guard let number = unsafe directory.tenant(tape.text(parts.pointee.tenant)) else { return .unsure }
            owner = number
        }
        if request.directory !== directory || request.kind.ordinal != DecisionKind.access.ordinal {
            request = ResolvedRequest(kind: .access, directory: directory, propertyCount: propertyCount, now: now)
        }
        request.now = now
        var reading = LineReading.unsure
        unsafe request.refill { places, request in reading = unsafe resolve(action, owner, directory, places, &request)
        }
        return reading
    }

    @inline(__always) private func resolve(
        _ action: Int, _ tenant: Int, _ directory: Directory, _ places: ResolvedRequest.Places,
        _ request: inout ResolvedRequest
    ) -> LineReading {
        let (parts, tape) = unsafe (last, last.pointee.tape)
        var owner = tenant
        let subject = unsafe tape.text(parts.pointee.subjectType)
        if unsafe MemberName(subject) == parts.pointee.names.token {
            guard let id = unsafe TokenID(tape.text(parts.pointee.subjectID)), let token = directory.token(id) else {
                return deny("token_unknown")
            }
            owner = unsafe directory.tokenPlaces[token].pointee.tenant
            if tenant >= 0, tenant != owner { return deny("token_unknown") }
            unsafe parts.pointee.token = token
            unsafe request.set(action: action, tenant: owner, token: token, in: places)
            // They are ignored, but must be no error.
            guard unsafe parts.pointee.isWellFormed(parts.pointee.subjectProperties) else { return .unsure }
        } else {
            unsafe parts.pointee.token = -1
            guard let type = unsafe subjectIndex.number(subject) else { return deny("subject_type_unknown") }
            unsafe request.set(action: action, tenant: owner, externalSubject: type, in: places)
            unsafe places[ResolvedRequest.Place.subjectID] = request.packed(text: tape.text(parts.pointee.subjectID))
            guard unsafe fill(places, &request, subjects[type], parts.pointee.subjectProperties, owner) else {
                return .unsure
            }
        }
        guard let type = unsafe resourceIndex.number(tape.text(parts.pointee.resourceType)) else {
            return deny("resource_type_unknown")
        }
        guard unsafe applicability[action &* resources.count &+ type] else { return deny("action_not_applicable") }
        unsafe places[ResolvedRequest.Place.resourceType] = PackedValue(.recordType, type)
        unsafe places[ResolvedRequest.Place.resourceID] = request.packed(text: tape.text(parts.pointee.resourceID))
        if let record = unsafe actions[action] {
            guard unsafe fill(places, &request, record, parts.pointee.actionProperties, owner) else { return .unsure }
        } else {
            guard unsafe parts.pointee.isWellFormed(parts.pointee.actionProperties) else { return .unsure }
        }
        let isRead =
            unsafe fill(places, &request, resources[type], parts.pointee.resourceProperties, owner)
            && fill(places, &request, context, parts.pointee.context, owner)
        if declaresObligations { unsafe parts.pointee.findSupported() }
        let hasObligations = unsafe parts.pointee.supported > 0 || parts.pointee.obligations > 0
        return isRead && (!hasObligations || hasGoodObligations) ? .request : .unsure
    }

    /// A deny before all parts were read.
    private func deny(_ code: String) -> LineReading {
        guard unsafe last.pointee.areWellFormed() else { return .unsure }
        // The older form is looked at before anything is decided, and the newer one beside it.
        if unsafe last.pointee.obligations > 0 {
            unsafe last.pointee.findSupported()
            guard hasGoodObligations else { return .unsure }
        }
        return .deny(code)
    }
}
