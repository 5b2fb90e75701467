/// The value of a fact: the content of an attribute, or the answer of a predicate.
package enum Value: Sendable {
    case absent
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case instant(Instant)
    case date(Date)
    case time(TimeOfDay)
    case duration(TimeSpan)
    /// An index into the directory that the value was read from.
    case department(Int)
    case user(Int)
    case userType(Int)
    case ip(IPAddress)
    /// Stored apart: in place it would make every value two thirds larger.
    indirect case network(IPNetwork)
    case list([Value])
    /// Sorted by key, each key once.
    case map([Entry])
    /// A record inside another: its properties in their declared order, the absent ones included.
    case record([Entry])
    /// An object with attributes of its own, identified only by its type.
    case entity
    /// A failed reading, with the reason in words.
    case failure(String)
}

extension Value {
    /// An entry of a map, or a property of a record.
    package struct Entry: Sendable {
        package let key: ExactName
        package let value: Value

        package init(_ key: ExactName, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// The value of a key in the entries of a map, by its bytes.
    package static func find(_ key: ExactName, in entries: [Entry]) -> Value? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].key == key ? entries[low].value : nil
    }

    package static func string(_ name: ExactName) -> Value { .string(name.text) }

    /// True when two values of one type are equal. Strings are compared by bytes, never by Unicode equivalence.
    package func equals(_ other: Value) -> Bool {
        switch (self, other) {
        case (.absent, .absent): true
        case (.boolean(let one), .boolean(let other)): one == other
        case (.integer, .integer), (.integer, .number), (.number, .integer), (.number, .number):
            !isLess(other) && !other.isLess(self) && !isNaN && !other.isNaN
        case (.string(let one), .string(let other)): one.isSameBytes(other)
        case (.instant(let one), .instant(let other)): one == other
        case (.date(let one), .date(let other)): one == other
        case (.time(let one), .time(let other)): one == other
        case (.duration(let one), .duration(let other)): one == other
        case (.department(let one), .department(let other)): one == other
        case (.user(let one), .user(let other)): one == other
        case (.userType(let one), .userType(let other)): one == other
        case (.ip(let one), .ip(let other)): one == other
        case (.network(let one), .network(let other)): one == other
        case (.list(let one), .list(let other)):
            one.count == other.count && zip(one, other).allSatisfy { $0.equals($1) }
        case (.map(let one), .map(let other)), (.record(let one), .record(let other)):
            one.count == other.count && zip(one, other).allSatisfy { $0.key == $1.key && $0.value.equals($1.value) }
        default: false
        }
    }

    /// True when a value of an ordered type comes before another of the same type.
    package func isLess(_ other: Value) -> Bool {
        switch (self, other) {
        case (.integer(let one), .integer(let other)): one < other
        case (.number(let one), .number(let other)): one < other
        case (.integer(let one), .number(let other)): Self.compare(one, other) { $0 < 0 }
        case (.number(let one), .integer(let other)): Self.compare(other, one) { $0 > 0 }
        case (.string(let one), .string(let other)): one.utf8.lexicographicallyPrecedes(other.utf8)
        case (.instant(let one), .instant(let other)): one < other
        case (.date(let one), .date(let other)): one < other
        case (.time(let one), .time(let other)): one < other
        case (.duration(let one), .duration(let other)): one < other
        default: false
        }
    }

    private var isNaN: Bool {
        if case .number(let number) = self { number.isNaN } else { false }
    }

    /// Compares an integer with a floating-point number exactly, without rounding the integer.
    private static func compare(_ integer: Int64, _ number: Double, _ holds: (Int) -> Bool) -> Bool {
        if number.isNaN { return false }
        if number >= 0x1p63 { return holds(-1) }
        if number < -0x1p63 { return holds(1) }
        let whole = Int64(number.rounded(.down))
        if integer != whole { return holds(integer < whole ? -1 : 1) }
        return holds(number > number.rounded(.down) ? -1 : 0)
    }
}
