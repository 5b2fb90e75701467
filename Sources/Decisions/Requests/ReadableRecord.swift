internal import Glibc
internal import Model
internal import Policies

/// A record with an index of its names by their bytes.
@safe final class ReadableRecord {
    /// The forms in which a property is read.
    enum Kind {
        case boolean, number, string, department, user, ip
        /// One of some strings: see `choices`.
        case choice
        /// A value that is written in a form of its own: see `types`.
        case written
        /// A record inside this one: see `records`.
        case record
        /// A list or a map, whose value is made at once: see `types`.
        case composite
    }

    /// Without references, so that none is counted for a property.
    struct Slot: BitwiseCopyable {
        let column: Int
        let kind: Kind
        /// The index among what its kind names.
        var index = 0
    }

    let slots: UnsafeMutablePointer<Slot>
    /// The number of properties.
    let count: Int
    /// True for more properties than a word has bits.
    let isWide: Bool
    /// A bit for each that must be there, where it is not wide.
    let required: UInt64
    /// The number of those, where it is wide.
    let requiredCount: Int
    /// By slot, where it is wide.
    private let requiredSlots: [Bool]
    let choices: [ByteIndex]
    let types: [ValueType]
    let records: [Unmanaged<ReadableRecord>]
    private let index: ByteIndex
    private let names: UnsafeMutablePointer<MemberName>
    /// The names of more bytes than two words hold, by slot; the others are empty.
    private let longNames: [[UInt8]]

    init(_ properties: [Schema.Property], columns: [PropertyLayout.Column]) {
        var (slots, choices, types): ([Slot], [ByteIndex], [ValueType]) = ([], [], [])
        var records: [Unmanaged<ReadableRecord>] = unsafe []
        for (property, column) in zip(properties, columns) {
            var slot = Slot(column: column.place, kind: Kind(property.type))
            switch slot.kind {
            case .choice:
                var index = ByteIndex()
                for (number, name) in (property.type.choices ?? []).enumerated() { index.claim(name, number: number) }
                slot.index = choices.count
                choices.append(index)
            case .written, .composite:
                slot.index = types.count
                types.append(property.type)
            case .record:
                slot.index = unsafe records.count
                let parts = property.type.properties ?? []
                unsafe records.append(.passRetained(ReadableRecord(parts, columns: column.parts)))
            default: break
            }
            slots.append(slot)
        }
        (self.choices, self.types) = (choices, types)
        unsafe self.records = records
        isWide = properties.count > UInt64.bitWidth
        requiredSlots = isWide ? properties.map { !$0.isOptional } : []
        requiredCount = requiredSlots.count { $0 }
        required =
            isWide
            ? 0 : properties.enumerated().reduce(0) { $1.element.isOptional ? $0 : $0 | 1 << UInt64($1.offset) }
        var index = ByteIndex()
        for (slot, property) in properties.enumerated() { index.claim(property.name, number: slot) }
        self.index = index
        count = properties.count
        unsafe self.slots = .allocate(capacity: max(count, 1))
        unsafe self.slots.initialize(from: slots, count: count)
        unsafe names = .allocate(capacity: max(count, 1))
        for (slot, property) in properties.enumerated() {
            unsafe (names + slot).initialize(to: MemberName(property.name))
        }
        longNames = properties.map { $0.name.utf8.count > TextWords.most ? Array($0.name.utf8) : [] }
    }

    deinit {
        for index in unsafe records.indices { unsafe records[index].release() }
        unsafe names.deallocate()
        unsafe slots.deallocate()
    }

    func mustBeThere(_ slot: Int) -> Bool { requiredSlots[slot] }

    /// The slot of a property; `nil` for an undeclared one.
    /// - Parameter guess: its likely slot: most requests name their properties in the same order.
    @inline(__always) func slot(_ name: UnsafeRawBufferPointer, guess: Int) -> Int? {
        let key = unsafe MemberName(name)
        if guess < count, unsafe names[guess] == key, name.count <= TextWords.most { return guess }
        return unsafe find(name, key)
    }

    private func find(_ name: UnsafeRawBufferPointer, _ key: MemberName) -> Int? {
        guard count <= Self.few else { return unsafe index.number(name) }
        for slot in 0..<count where unsafe names[slot] == key {
            if unsafe name.count <= TextWords.most || longNames[slot].elementsEqual(name) { return slot }
        }
        return nil
    }

    /// The most names that are compared one by one, which costs less than a hash.
    private static let few = 6
}

extension ReadableRecord.Kind {
    init(_ type: ValueType) {
        self =
            switch type {
            case .boolean: .boolean
            case .number: .number
            case .string: .string
            case .department: .department
            case .user: .user
            case .ip: .ip
            case .restricted(_, .oneOf): .choice
            case .record: .record
            case .list, .map, .restricted: .composite
            default: .written
            }
    }
}
