internal import Model

/// The names that the objects of a line were seen to have, to find one that an object has twice.
struct SeenNames {
    private struct Slot: BitwiseCopyable {
        var hash: UInt64 = 0
        /// The number of the line that it belongs to.
        var line: UInt32 = 0
    }

    /// The most names of one line.
    static let most = 4_096

    private var slots = [Slot](repeating: Slot(), count: 64)
    private var line: UInt32 = 1
    private var count = 0
    private let hash = TextHash()

    /// Begins a line.
    @inline(__always) mutating func begin() {
        guard count > 0 else { return }
        forget()
    }

    private mutating func forget() {
        count = 0
        line &+= 1
        guard line == 0 else { return }
        slots = slots.map { _ in Slot() }
        line = 1
    }

    /// Notes a name of an object.
    /// - Parameter object: the place of the object in its line.
    /// - Returns: false for a name that the object has already, perhaps for another one once in 2⁶⁴, and for too many.
    mutating func claim(_ name: UnsafeRawBufferPointer, of object: Int) -> Bool {
        guard count < Self.most else { return false }
        let hash = unsafe hash(name, object)
        guard insert(hash) else { return false }
        count += 1
        if 2 * count > slots.count { grow() }
        return true
    }

    private mutating func insert(_ hash: UInt64) -> Bool {
        var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[place].line == line {
            if slots[place].hash == hash { return false }
            place = (place + 1) & (slots.count - 1)
        }
        slots[place] = Slot(hash: hash, line: line)
        return true
    }

    private mutating func grow() {
        let known = slots.filter { $0.line == line }
        slots = [Slot](repeating: Slot(), count: 2 * slots.count)
        for slot in known { _ = insert(slot.hash) }
    }
}
