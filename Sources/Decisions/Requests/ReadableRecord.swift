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
        let isOptional: Bool
    }

    let slots: [Slot]
    let required: Int
    let choices: [ByteIndex]
    let types: [ValueType]
    let records: [Unmanaged<ReadableRecord>]
    private let index: ByteIndex
    /// The names one after the other, and the end of each.
    private let names: [UInt8]
    private let ends: [Int]

    init(_ properties: [Schema.Property], columns: [PropertyLayout.Column]) {
        var (slots, choices, types): ([Slot], [ByteIndex], [ValueType]) = ([], [], [])
        var records: [Unmanaged<ReadableRecord>] = unsafe []
        for (property, column) in zip(properties, columns) {
            var slot = Slot(column: column.place, kind: Kind(property.type), isOptional: property.isOptional)
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
        (self.slots, self.choices, self.types) = (slots, choices, types)
        unsafe self.records = records
        required = properties.count { !$0.isOptional }
        var index = ByteIndex()
        for (slot, property) in properties.enumerated() { index.claim(property.name, number: slot) }
        self.index = index
        names = properties.flatMap { Array($0.name.utf8) }
        ends = properties.indices.map { properties[...$0].reduce(0) { $0 + $1.name.utf8.count } }
    }

    deinit {
        for index in unsafe records.indices { unsafe records[index].release() }
    }

    /// The slot of a property; `nil` for an undeclared one.
    /// - Parameter guess: its likely slot: most requests name their properties in the same order.
    func slot(_ name: UnsafeRawBufferPointer, guess: Int) -> Int? {
        if guess < ends.count, unsafe isName(name, of: guess) { return guess }
        guard ends.count <= Self.few else { return unsafe index.number(name) }
        for slot in ends.indices where unsafe isName(name, of: slot) { return slot }
        return nil
    }

    /// The most names that are compared one by one, which costs less than a hash.
    private static let few = 6

    @inline(__always) private func isName(_ name: UnsafeRawBufferPointer, of slot: Int) -> Bool {
        let start = slot == 0 ? 0 : ends[slot - 1]
        guard ends[slot] - start == name.count else { return false }
        if unsafe name.isEmpty { return true }
        return unsafe names.withUnsafeBytes { names in
            unsafe memcmp(names.baseAddress! + start, name.baseAddress!, name.count) == 0
        }
    }
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
