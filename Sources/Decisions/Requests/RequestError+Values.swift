internal import Model
internal import Policies

/// Refusals of values: each quotes the value, and says the form that is wanted.
extension RequestError {
    /// The refusal of a value that is not of its type; of an absent one where it is `nil`.
    init(wrong value: JSON?, of type: ValueType, at place: String) {
        guard let value, value != .null else {
            self.init(absent: value, type.withArticle + type.example, at: place)
            return
        }
        let isNumber = if case .unrepresentable = value, type == .number { true } else { false }
        let fault = isNumber ? "is \(value.kindName)" : "is no \(type.noun)\(type.example)\(type.hint(value))"
        self.init("`\(place)`: \(value.quoted(asText: type.isWrittenAsText)) \(fault)", property: place)
    }

    /// The refusal of a value that must be an object.
    /// - Parameter place: empty for the request itself.
    init(noObject value: JSON, at place: String) {
        self.init(
            "\(place.isEmpty ? "a request" : "`\(place)`") must be an object, got \(value.quoted())", property: place)
    }

    /// The refusal of a request without a member that it needs.
    /// - Parameters:
    ///   - value: null where it is there as null, which is the same as leaving it out.
    ///   - wanted: the wanted value with its article.
    init(absent value: JSON?, _ wanted: String, at place: String, hint: String = "") {
        let fault = value == nil ? "is missing" : "is null, which counts as missing"
        self.init("`\(place)` \(fault): it must be \(wanted)\(hint)", property: place)
    }
}

extension ValueType {
    /// The name in sentences about one value.
    fileprivate var noun: String {
        switch self {
        case .ip: "IP address"
        case .list: "list"
        case .map: "map"
        case .restricted(let type, _): type.noun
        default: name
        }
    }

    /// The end of a sentence about the form that is wanted.
    fileprivate var example: String {
        switch self {
        case .boolean: ": write `true` or `false`"
        case .number: " such as `12.5`"
        case .string: " such as `\"north\"`"
        case .instant: " such as `2026-11-22T12:00:00Z`"
        case .date: " such as `2026-12-31`"
        case .ip: " such as `10.0.0.1` or `2001:db8::1`"
        case .list(let element): element.elementExample.map { " such as `[\($0)]`" } ?? ""
        case .department, .user: ": write its id, a string"
        case .restricted(let type, _): type.example
        default: ""
        }
    }

    private var elementExample: String? {
        switch self {
        case .boolean: "true, false"
        case .number: "1, 2.5"
        case .string, .department, .user: "\"a\", \"b\""
        case .instant: "\"2026-11-22T12:00:00Z\""
        case .date: "\"2026-12-31\""
        case .ip: "\"10.0.0.1\""
        default: nil
        }
    }

    /// True when a request writes values of the type in quotes.
    fileprivate var isWrittenAsText: Bool {
        switch self {
        case .instant, .date, .ip, .department, .user: true
        case .restricted(let type, _): type.isWrittenAsText
        default: false
        }
    }

    /// The reason why a text that resembles a value of the type is none; empty for any other.
    fileprivate func hint(_ value: JSON) -> String {
        guard let text = value.string else { return "" }
        switch self {
        case .instant where Instant(text + "Z") != nil:
            return "; its zone is missing: add `Z`, or an offset such as `+01:00`"
        case .instant where Date(text) != nil: return "; it is only a date"
        case .date where Instant(text) != nil: return "; it has a time"
        case .number where JSONReader.number(text) != nil: return "; write it without quotes"
        case .boolean where text == "true" || text == "false": return ", without quotes"
        default: return ""
        }
    }
}
