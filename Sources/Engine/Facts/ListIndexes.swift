internal import Model
internal import Policies

/// Hashes the elements of the lists that one request looks into more than a few times: each further look costs the same
/// for any length, and a policy that looks for every element of a long list takes linear time.
struct ListIndexes {
    /// The looks that are cheaper without an index, and the length from which it pays.
    private static let (fewLooks, shortest) = (3, 16)

    private struct Looked {
        var count = 0
        var elements: Set<Element>?
        /// True for a list with elements that cannot be hashed.
        var isPlain = false
    }

    private var lists: [Expressions.ID: Looked] = [:]
    private var stamp: UInt32 = 0

    /// True when a list contains a value.
    /// - Parameters:
    ///   - id: the expression of the list.
    ///   - request: the stamp of the request for which it has this value.
    mutating func contains(_ value: Value, in list: Value, _ id: Expressions.ID, request: UInt32) -> Bool {
        guard case .list(let list) = list else { return false }
        guard list.count >= Self.shortest else { return list.contains { $0.equals(value) } }
        if stamp != request {
            lists.removeAll(keepingCapacity: true)
            stamp = request
        }
        let elements = elements(of: list, id)
        guard let elements, let wanted = Element(value) else { return list.contains { $0.equals(value) } }
        return elements.contains(wanted)
    }

    /// The hashed elements, from the first look that is worth it on.
    private mutating func elements(of list: [Value], _ id: Expressions.ID) -> Set<Element>? {
        lists[id, default: Looked()].count += 1
        guard let looked = lists[id], !looked.isPlain else { return nil }
        if let elements = looked.elements { return elements }
        guard looked.count > Self.fewLooks else { return nil }
        var elements = Set<Element>(minimumCapacity: list.count)
        for value in list {
            guard let element = Element(value) else {
                lists[id]?.isPlain = true
                return nil
            }
            elements.insert(element)
        }
        lists[id]?.elements = elements
        return elements
    }

    /// A value as `Value.equals` compares it: two are equal exactly when those values are.
    private enum Element: Hashable {
        case boolean(Bool)
        case integer(Int64)
        /// A number that is no integer of 64 bits, by its bits.
        case number(UInt64)
        case text(ExactName)
        case instant(Int64)
        case date(Int64)
        case department(Int)
        case user(Int)
        case userType(Int)
        case ip(IPAddress)
        case network(IPNetwork)
        case time(TimeOfDay)
        case duration(TimeSpan)

        /// - Returns: `nil` for a value that is equal to none, not even to itself, or that is no element of a list.
        init?(_ value: Value) {
            switch value {
            case .boolean(let value): self = .boolean(value)
            case .integer(let value): self = .integer(value)
            case .number(let value):
                guard !value.isNaN else { return nil }
                if let integer = Int64(exactly: value) {
                    self = .integer(integer)
                } else {
                    self = .number(value.bitPattern)
                }
            case .string(let text): self = .text(ExactName(text))
            case .instant(let instant): self = .instant(instant.microseconds)
            case .date(let date): self = .date(date.daysSinceEpoch)
            case .department(let number): self = .department(number)
            case .user(let number): self = .user(number)
            case .userType(let number): self = .userType(number)
            case .ip(let address): self = .ip(address)
            case .network(let network): self = .network(network)
            case .time(let time): self = .time(time)
            case .duration(let duration): self = .duration(duration)
            case .absent, .list, .map, .record, .entity, .failure: return nil
            }
        }
    }
}
