internal import Model

/// A value of a property: what JSON can say. Texts are compared by their bytes.
public enum Value: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case list([Value])
    /// Named values, in order. A name must not occur twice.
    case object([Member])

    /// A named value of an object.
    public struct Member: Sendable {
        /// The name, compared by its bytes.
        public var name: String
        /// The value.
        public var value: Value

        /// A value under a name.
        public init(_ name: String, _ value: Value) { (self.name, self.value) = (name, value) }
    }

    var json: JSON {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        case .list(let values): .array(values.map(\.json))
        case .object(let members): .object(members.map { .init(ExactName($0.name), $0.value.json) })
        }
    }

    init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .unrepresentable(let text), .string(let text): self = .string(text)
        case .array(let values): self = .list(values.map { Value($0) })
        case .object(let members): self = .object(members.map { Member($0.key.text, Value($0.value)) })
        }
    }

    /// The most lists and objects within each other, as in JSON that is read.
    private static let deepest = 64

    /// The fault of a name that occurs twice in one object, of a number that JSON cannot say, or of a value that is
    /// nested too deep; `nil` where all is well.
    func fault(_ path: String, depth: Int = 0) -> String? {
        guard depth <= Self.deepest else { return "`\(path.prefix(80))…` is nested more than \(Self.deepest) deep" }
        switch self {
        case .number(let value) where !value.isFinite: return "`\(path)` is not a finite number"
        case .list(let values):
            for (place, value) in values.enumerated() {
                if let fault = value.fault("\(path)[\(place)]", depth: depth + 1) { return fault }
            }
            return nil
        case .object(let members):
            var names: Set<ExactName> = []
            for member in members {
                guard names.insert(ExactName(member.name)).inserted else {
                    return "`\(path)` has `\(member.name)` twice"
                }
                if let fault = member.value.fault("\(path).\(member.name)", depth: depth + 1) { return fault }
            }
            return nil
        default: return nil
        }
    }
}

extension Value: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral values: Value...) { self = .list(values) }
    public init(dictionaryLiteral members: (String, Value)...) { self = .object(members.map { Member($0, $1) }) }
    public init(nilLiteral: ()) { self = .null }
}
