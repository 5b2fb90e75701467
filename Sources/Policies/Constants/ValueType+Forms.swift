package import Lua
package import Model

/// The written forms of values, and the refusals that quote a value and the form wanted.
extension ValueType {
    /// The types whose values sources write by a function of that name: `date "2026-12-31"`.
    package static let constants: [ValueType] = [.date, .instant, .time, .duration, .network, .ip]

    /// A value of the type as it is written; `nil` for a type whose values are not written in a form of their own.
    package var example: String? {
        switch self {
        case .date: "2026-12-31"
        case .instant: "2026-12-31T12:00:00Z"
        case .time: "06:00"
        case .duration: "PT90M"
        case .network: "10.0.0.0/8"
        case .ip: "10.0.0.1"
        default: nil
        }
    }

    /// A constant of the type as a source writes it: `date "2026-12-31"`.
    package var exampleConstant: String? { example.map { "\(name) \"\($0)\"" } }

    /// The refusal of a value, which is quoted: `31.12.2026` is no date such as `2026-12-31`.
    /// - Parameter reason: what else is to be said, such as the reason why no such value exists.
    package func refusal(of text: String, because reason: String = "") -> String {
        let shown = text.utf8.count <= 60 ? text : "\(text.prefix(50))…"
        let form = example.map { " such as `\($0)`" } ?? ""
        return "`\(shown)` is no \(name)\(form)" + (reason.isEmpty ? "" : ": \(reason)")
    }
}

/// The reason why a value is not of a type, in words.
package struct ValueFault: Error {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }
}

extension Value {
    /// A value of a type in its written form.
    /// - Throws: the refusal, which quotes the text, also for a type that has no written form.
    package init(_ text: String, in type: ValueType) throws(ValueFault) {
        switch type {
        case .date:
            guard let date = Date(text) else {
                throw ValueFault(type.refusal(of: text, because: Self.isDay(text) ? "there is no such day" : ""))
            }
            self = .date(date)
        case .instant:
            guard let instant = Instant(text) else { throw ValueFault(type.refusal(of: text)) }
            self = .instant(instant)
        case .time:
            guard let time = TimeOfDay(text) else { throw ValueFault(type.refusal(of: text)) }
            self = .time(time)
        case .duration:
            do throws(TimeSpanError) { self = .duration(try TimeSpan(text)) } catch {
                throw ValueFault(type.refusal(of: text, because: error.message))
            }
        case .network:
            do throws(IPNetworkError) { self = .network(try IPNetwork(text)) } catch {
                throw ValueFault(type.refusal(of: text, because: error.message))
            }
        case .ip:
            guard let address = IPAddress(text) else { throw ValueFault(type.refusal(of: text)) }
            self = .ip(address)
        default: throw ValueFault("a value of the type `\(type.name)` cannot be written as a constant")
        }
    }

    /// True for a text in the form of a day, which need not exist.
    private static func isDay(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 10
            && bytes.enumerated().allSatisfy { index, byte in
                index == 4 || index == 7
                    ? byte == UInt8(ascii: "-") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    /// A JSON value of a type, with departments and users by id.
    /// - Throws: the refusal, which quotes the value and says the form wanted.
    package init(_ json: JSON, in type: ValueType) throws(ValueFault) {
        switch (type, json) {
        case (.department, .string(let id)), (.user, .string(let id)): self = .string(id)
        case (.list(let element), .array(let array)):
            var values: [Value] = []
            for (index, item) in array.enumerated() {
                do throws(ValueFault) { values.append(try Value(item, in: element)) } catch {
                    throw ValueFault("element \(index + 1): \(error.message)")
                }
            }
            self = .list(values)
        case (_, .string(let text)) where type.example != nil: self = try Value(text, in: type)
        default:
            guard let value = Value(json, as: type) else {
                let form = type.example.map { " such as `\($0)`" } ?? ""
                throw ValueFault("must be \(type.withArticle)\(form), got \(json.shown)")
            }
            self = value
        }
    }
}

extension JSON {
    /// The value itself where it is short, after its kind.
    fileprivate var shown: String {
        switch self {
        case .string, .integer, .number, .boolean:
            let text = compact
            return text.utf8.count <= 60 ? "\(kindName), `\(text)`" : kindName
        default: return kindName
        }
    }
}

extension Value {
    /// The constant that a source writes: a string in the form of the type, or for a duration also a table of its
    /// parts.
    /// - Parameter value: the argument of the function that is named like the type.
    /// - Throws: what is wrong, with the form wanted.
    package init(constant value: LuaValue, of type: ValueType) throws(ValueFault) {
        switch (type, value) {
        case (_, .string(let text)): self = try Value(text, in: type)
        case (.duration, .table(let entries)):
            guard !entries.isEmpty else { throw ValueFault("`duration` needs a part: `duration { hours = 1 }`") }
            var parts: [(name: String, count: Int64)] = []
            for entry in entries {
                guard let name = entry.key.name else {
                    throw ValueFault("`duration` takes named numbers: `duration { hours = 1 }`")
                }
                guard let count = entry.value.wholeNumber else {
                    throw ValueFault("`duration`: `\(name)` must be a whole number, got \(entry.value.shown)")
                }
                parts.append((name.text, count))
            }
            do throws(TimeSpanError) { self = .duration(try TimeSpan(parts)) } catch {
                throw ValueFault("`duration`: \(error.message)")
            }
        case (_, .handle): throw ValueFault(Self.computed(type))
        default:
            throw ValueFault("`\(type.name)` takes a string, as in `\(type.exampleConstant!)`, got \(value.kindName)")
        }
    }

    /// The refusal of an argument that is not written where the constant is.
    package static func computed(_ type: ValueType) -> String {
        "`\(type.name)` is for constants, as in `\(type.exampleConstant!)`: its argument is written where it is called, "
            + "not computed"
    }
}

extension LuaValue {
    /// The whole number that it is; `nil` for anything else.
    fileprivate var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }
}
