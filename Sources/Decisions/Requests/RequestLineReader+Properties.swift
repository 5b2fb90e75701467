internal import Engine
internal import Model
internal import Policies

/// Puts the properties of a request at their places.
extension RequestLineReader {
    /// Puts the properties of a part of the request into their columns; undeclared ones are ignored.
    /// - Parameter object: the place of the part; at most 0 where it is left out.
    /// - Returns: true when each that must be there is, and all are of their types.
    @inline(__always) func fill(
        _ places: ResolvedRequest.Places, _ request: inout ResolvedRequest, _ record: Unmanaged<ReadableRecord>,
        _ object: Int, _ tenant: Int
    ) -> Bool {
        unsafe record._withUnsafeGuaranteedRef { unsafe fill(places, &request, $0, object, tenant) }
    }

    private func fill(
        _ places: ResolvedRequest.Places, _ request: inout ResolvedRequest, _ record: ReadableRecord, _ object: Int,
        _ tenant: Int
    ) -> Bool {
        var (seen, stated): (UInt64, UInt64) = (0, 0)
        var count = 0
        if object > 0 {
            let (parts, tape) = unsafe (last, last.pointee.tape)
            var guess = 0
            let isRead = unsafe tape.eachMember(of: object) { name, value in
                guard let slot = unsafe record.slot(name, guess: guess) else {
                    return unsafe parts.pointee.ignore(name, value, of: object)
                }
                guess = slot &+ 1
                // Null is the same as leaving the property out.
                let isNull = unsafe tape.kind(value) == .null
                if record.isWide {
                    guard unsafe parts.pointee.claim(name, of: object) else { return false }
                    if !isNull, record.mustBeThere(slot) { count += 1 }
                } else {
                    let bit = UInt64(1) &<< UInt64(slot)
                    guard seen & bit == 0 else { return false }
                    seen |= bit
                    if !isNull { stated |= bit }
                }
                if isNull { return true }
                return unsafe put(value, tape, record.slots[slot], of: record, tenant, places, &request)
            }
            guard isRead else { return false }
        }
        if record.isWide { return count == record.requiredCount }
        if stated & record.required == record.required { return true }
        return unsafe complete(places, &request, record, stated)
    }

    /// Puts an empty list or map for each that is left out and must be there.
    /// - Returns: false where anything else is left out.
    private func complete(
        _ places: ResolvedRequest.Places, _ request: inout ResolvedRequest, _ record: ReadableRecord, _ stated: UInt64
    ) -> Bool {
        for slot in 0..<record.count where (record.required & ~stated) >> UInt64(slot) & 1 != 0 {
            let property = unsafe record.slots[slot]
            guard property.kind == .composite, let empty = record.types[property.index].empty else { return false }
            unsafe places[property.column] = request.packed(empty)
        }
        return true
    }

    /// Puts a value at the place of its property.
    /// - Returns: true when it is of the type.
    @inline(__always) private func put(
        _ value: Int, _ tape: JSONTape, _ property: ReadableRecord.Slot, of record: ReadableRecord, _ tenant: Int,
        _ places: ResolvedRequest.Places, _ request: inout ResolvedRequest
    ) -> Bool {
        switch unsafe (property.kind, tape.kind(value)) {
        case (.boolean, .true): unsafe places[property.column] = PackedValue(.boolean, 1)
        case (.boolean, .false): unsafe places[property.column] = PackedValue(.boolean, 0)
        case (.number, .integer):
            unsafe places[property.column] = PackedValue(.integer, Int(tape.integer(value)))
        case (.number, .number):
            unsafe places[property.column] = PackedValue(.number, bits: tape.number(value).bitPattern)
        case (.composite, _):
            let type = record.types[property.index]
            guard let value = unsafe self.value(value, tape, type, tenant, request.directory) else { return false }
            unsafe places[property.column] = request.packed(value)
        case (.record, .object):
            unsafe places[property.column] = PackedValue(.record, 0)
            return unsafe fill(places, &request, record.records[property.index], value, tenant)
        case (_, .string): return unsafe put(tape.text(value), property, of: record, tenant, places, &request)
        default: return false
        }
        return true
    }

    private func put(
        _ text: UnsafeRawBufferPointer, _ property: ReadableRecord.Slot, of record: ReadableRecord, _ tenant: Int,
        _ places: ResolvedRequest.Places, _ request: inout ResolvedRequest
    ) -> Bool {
        let place = property.column
        let value: Value?
        switch property.kind {
        case .choice:
            guard unsafe record.choices[property.index].number(text) != nil else { return false }
            unsafe places[place] = request.packed(text: text)
            return true
        case .string:
            unsafe places[place] = request.packed(text: text)
            return true
        case .department:
            guard let number = unsafe request.directory.department(text, tenant: tenant) else { return false }
            unsafe places[place] = PackedValue(.department, number)
            return true
        case .user:
            guard let number = unsafe request.directory.user(text, tenant: tenant) else { return false }
            unsafe places[place] = PackedValue(.user, number)
            return true
        case .ip:
            if let address = unsafe IPAddress(text) {
                unsafe places[place] = PackedValue(.ip4, bits: address.low)
                return true
            }
            value = unsafe Self.address(text).map(Value.ip)
        case .written:
            value = unsafe try? Value(String(decoding: text, as: UTF8.self), in: record.types[property.index])
        case .boolean, .number, .record, .composite: return false
        }
        guard let value else { return false }
        unsafe places[place] = request.packed(value)
        return true
    }

    // MARK: Lists, maps, and what is in them

    /// The value of a list or a map, or of a part of one; `nil` for a value of another type.
    private func value(_ place: Int, _ tape: JSONTape, _ type: ValueType, _ tenant: Int, _ directory: Directory)
        -> Value?
    {
        switch unsafe (type, tape.kind(place)) {
        case (.restricted(let type, let restriction), _):
            return unsafe value(place, tape, type, tenant, directory).flatMap { restriction.allows($0) ? $0 : nil }
        case (.list(let element), .array):
            guard unsafe tape.count(place) <= RequestBuilder.mostElements else { return nil }
            var list: [Value] = []
            let isRead = unsafe tape.eachElement(of: place) {
                guard let value = unsafe value($0, tape, element, tenant, directory) else { return false }
                list.append(value)
                return true
            }
            return isRead ? .list(list) : nil
        case (.map(let type), .object):
            let parts = unsafe last
            var entries: [Value.Entry] = []
            let isRead = unsafe tape.eachMember(of: place) { name, inner in
                guard unsafe parts.pointee.claim(name, of: place),
                    let value = unsafe value(inner, tape, type, tenant, directory)
                else { return false }
                entries.append(.init(unsafe ExactName(String(decoding: name, as: UTF8.self)), value))
                return true
            }
            return isRead ? .map(entries.sorted { $0.key < $1.key }) : nil
        case (.record(let properties), .object): return unsafe record(place, tape, properties, tenant, directory)
        case (.boolean, .true): return .boolean(true)
        case (.boolean, .false): return .boolean(false)
        case (.number, .integer): return unsafe .integer(tape.integer(place))
        case (.number, .number): return unsafe .number(tape.number(place))
        case (_, .string): return unsafe value(tape.text(place), type, tenant, directory)
        default: return nil
        }
    }

    private func record(
        _ place: Int, _ tape: JSONTape, _ properties: [Schema.Property], _ tenant: Int, _ directory: Directory
    ) -> Value? {
        let parts = unsafe last
        var entries = properties.map { Value.Entry($0.name, .absent) }
        let isRead = unsafe tape.eachMember(of: place) { text, inner in
            let name = unsafe ExactName(String(decoding: text, as: UTF8.self))
            guard let slot = properties.slot(name) else { return unsafe parts.pointee.ignore(text, inner, of: place) }
            guard unsafe parts.pointee.claim(text, of: place) else { return false }
            if unsafe tape.kind(inner) == .null { return true }
            guard let value = unsafe value(inner, tape, properties[slot].type, tenant, directory) else { return false }
            entries[slot] = .init(name, value)
            return true
        }
        guard isRead else { return nil }
        for (slot, property) in properties.enumerated() where !property.isOptional {
            guard case .absent = entries[slot].value else { continue }
            guard let empty = property.type.empty else { return nil }
            entries[slot] = .init(property.name, empty)
        }
        return .record(entries)
    }

    private func value(
        _ text: UnsafeRawBufferPointer, _ type: ValueType, _ tenant: Int, _ directory: Directory
    ) -> Value? {
        switch type {
        case .string: return unsafe .string(String(decoding: text, as: UTF8.self))
        case .department: return unsafe directory.department(text, tenant: tenant).map(Value.department)
        case .user: return unsafe directory.user(text, tenant: tenant).map(Value.user)
        default:
            return type.example == nil ? nil : unsafe try? Value(String(decoding: text, as: UTF8.self), in: type)
        }
    }
}

extension ValueType {
    /// The value of a list or a map that is left out; `nil` for any other type, and for a list that cannot be empty.
    fileprivate var empty: Value? {
        switch emptyJSON {
        case .array?: .list([])
        case .object?: .map([])
        default: nil
        }
    }
}
