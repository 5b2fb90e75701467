/// A JSON value. Objects keep the order of their members.
package enum JSON: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    /// A number, as it is written, that fits neither a 64-bit integer nor a finite double. Only requests contain it:
    /// see `JSONReader.parse(request:)`.
    case unrepresentable(String)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package var key: ExactName
        package var value: JSON

        package init(_ key: ExactName, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// A member of an object by its name; `nil` for anything else.
    package subscript(key: ExactName) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    package static func string(_ name: ExactName) -> JSON { .string(name.text) }

    /// A string as a name; `nil` for anything else.
    package var name: ExactName? { string.map { ExactName($0) } }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The kind's name in messages: `a string`, `an object` …
    package var kindName: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer, .number: "a number"
        case .unrepresentable(let text) where text.utf8.contains(where: { ".eE".utf8.contains($0) }):
            "a number too large for a double"
        case .unrepresentable: "an integer outside 64 bits"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSON: Equatable {
    package static func == (one: JSON, other: JSON) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.boolean(let one), .boolean(let other)): one == other
        case (.integer(let one), .integer(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.unrepresentable(let one), .unrepresentable(let other)): one.isSameBytes(other)
        case (.string(let one), .string(let other)): one.isSameBytes(other)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }
}

extension JSON {
    /// The value as text on one line, without spaces.
    package var compact: String { written(isPretty: false) }

    /// The value as text on several lines, indented by two spaces.
    package var pretty: String { written(isPretty: true) }

    private func written(isPretty: Bool) -> String {
        var writer = JSONWriter(isPretty: isPretty)
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// The reason why a text is not JSON.
package struct JSONError: Error, Equatable, Sendable {
    /// The cause in words: `expected a value`.
    package let message: String
    /// In bytes from the beginning.
    package let offset: Int
    /// 1-based.
    package let line: Int
    /// 1-based, in bytes.
    package let column: Int

    /// The cause with its place: `file.json:3:7: expected a value`.
    package func message(in file: String) -> String { "\(file):\(line):\(column): \(message)" }
}
