internal import Model

/// A fact's value as a branch of a tree: its kind and its bits; for a string, its number in `FactKeys`.
struct FactKey: Hashable, BitwiseCopyable {
    let kind: UInt8
    let bits: UInt64
}

extension FactKey {
    /// The key of a packed value; `nil` for a kind that is not a fact's value or has no fixed size, such as an address.
    init?(_ packedValue: PackedValue) {
        switch packedValue.kind {
        case .absent: self.init(kind: 0, bits: 0)
        case .boolean: self.init(kind: 1, bits: packedValue.bits)
        case .integer: self.init(kind: 2, bits: packedValue.bits)
        case .number: self.init(kind: 3, bits: packedValue.bits)
        case .instant: self.init(kind: 4, bits: packedValue.bits)
        case .date: self.init(kind: 5, bits: packedValue.bits)
        case .department: self.init(kind: 6, bits: packedValue.bits)
        case .user: self.init(kind: 7, bits: packedValue.bits)
        case .userType: self.init(kind: 8, bits: packedValue.bits)
        case .time: self.init(kind: 14, bits: packedValue.bits)
        case .duration: self.init(kind: 15, bits: packedValue.bits)
        default: return nil
        }
    }

    /// The key as a packed value; `nil` for a kind that does not fit.
    var packedValue: PackedValue? {
        switch kind {
        case 0: .absent
        case 1: PackedValue(.boolean, bits: bits)
        case 2: PackedValue(.integer, bits: bits)
        case 3: PackedValue(.number, bits: bits)
        case 4: PackedValue(.instant, bits: bits)
        case 5: PackedValue(.date, bits: bits)
        case 6: PackedValue(.department, bits: bits)
        case 7: PackedValue(.user, bits: bits)
        case 8: PackedValue(.userType, bits: bits)
        case 14: PackedValue(.time, bits: bits)
        case 15: PackedValue(.duration, bits: bits)
        default: nil
        }
    }
}

/// The values that trees branch by, as keys; each string has a number.
///
/// Strings differ by their bytes, never by Unicode equivalence. A string of a request that neither the schema nor a
/// policy names has no key, so that requests cannot make the table grow.
final class FactKeys {
    /// More elements than a list of an honest request has.
    private static let mostElements = 64

    private var texts: [[UInt8]: UInt64] = [:]
    /// The strings that get a key when a request brings them.
    private let known: Set<[UInt8]>

    init(known: Set<[UInt8]>) {
        self.known = known
    }

    /// The approximate memory of the strings, in bytes.
    private(set) var bytes = 0

    /// The key of a value that was seen before; `nil` for one that was not.
    func key(_ value: Value) -> FactKey? {
        switch value {
        case .absent: FactKey(kind: 0, bits: 0)
        case .boolean(let value): FactKey(kind: 1, bits: value ? 1 : 0)
        case .integer(let value): FactKey(kind: 2, bits: UInt64(bitPattern: value))
        case .number(let value): FactKey(kind: 3, bits: value.bitPattern)
        case .instant(let value): FactKey(kind: 4, bits: UInt64(bitPattern: value.microseconds))
        case .date(let value): FactKey(kind: 5, bits: UInt64(bitPattern: Int64(value.daysSinceEpoch)))
        case .department(let value): FactKey(kind: 6, bits: UInt64(value))
        case .user(let value): FactKey(kind: 7, bits: UInt64(value))
        case .userType(let value): FactKey(kind: 8, bits: UInt64(value))
        case .string(let text): texts[Array(text.utf8)].map { FactKey(kind: 9, bits: $0) }
        case .ip(let value): texts[Array(value.description.utf8)].map { FactKey(kind: 10, bits: $0) }
        case .failure(let message): texts[Array(message.utf8)].map { FactKey(kind: 11, bits: $0) }
        case .network(let value): texts[Array(value.description.utf8)].map { FactKey(kind: 13, bits: $0) }
        case .time(let value): FactKey(kind: 14, bits: UInt64(bitPattern: value.microseconds))
        case .duration(let value): FactKey(kind: 15, bits: UInt64(bitPattern: value.microseconds))
        case .entity: FactKey(kind: 12, bits: 0)
        case .list, .map, .record: nil
        }
    }

    /// The key of a value that a policy read, numbered now if it is new; `nil` when nothing can be learned from it.
    /// - Parameter isForeign: true when the request or the clock brings the value.
    func learn(_ value: Value, isForeign: Bool) -> FactKey? {
        let text: [UInt8]
        switch value {
        case .absent, .boolean, .entity, .department, .user, .userType: return key(value)
        case .failure(let message): return key(.failure(message)) ?? number(Array(message.utf8), kind: 11)
        case .list, .map, .record: return nil
        case .integer(let count) where isForeign:
            return (0...Int64(Self.mostElements)).contains(count) ? key(value) : nil
        case .string(let string): text = Array(string.utf8)
        case .ip(let address): text = Array(address.description.utf8)
        case .network(let network): text = Array(network.description.utf8)
        default: return isForeign ? nil : key(value)
        }
        if isForeign, !known.contains(text) { return nil }
        let kind: UInt8 =
            switch value {
            case .ip: 10
            case .network: 13
            default: 9
            }
        return key(value) ?? number(text, kind: kind)
    }

    private func number(_ text: [UInt8], kind: UInt8) -> FactKey {
        let number = UInt64(texts.count)
        texts[text] = number
        bytes += text.count + 64
        return FactKey(kind: kind, bits: number)
    }
}
