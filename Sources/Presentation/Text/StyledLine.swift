internal import Model

/// The style of a part of a line. Whoever shows the line chooses its colours, or none.
package enum TextStyle: Sendable {
    case plain
    case strong
    case faint
    case good
    case bad
    case caution
}

/// A line for people: parts of text, each with a style.
///
/// It is written as a literal, `"\(name, .strong): \(reason)"`. What is inserted comes from data: every character of it
/// that a terminal would obey is written out.
package struct StyledLine: Sendable {
    package struct Part: Sendable {
        package fileprivate(set) var text: String
        package let style: TextStyle
    }

    package private(set) var parts: [Part] = []
    /// The extra indentation, in blanks, of the continuation where the line is wrapped between words; `nil` for a line
    /// that is never wrapped.
    package private(set) var hanging: Int?

    /// A sentence, which is wrapped between words.
    package static func sentence(_ line: StyledLine, hanging: Int = 2) -> StyledLine {
        var line = line
        line.hanging = hanging
        return line
    }

    /// Text for another program, such as JSON or XML, as it is.
    package static func verbatim(_ text: String) -> StyledLine {
        var line = StyledLine()
        line.add(text, .plain)
        return line
    }

    private mutating func add(_ text: String, _ style: TextStyle) {
        guard style == .plain else { return parts.append(Part(text: text, style: style)) }
        if parts.last?.style == .plain {
            parts[parts.count - 1].text += text
        } else if !text.isEmpty {
            parts.append(Part(text: text, style: style))
        }
    }

    /// Adds text from data.
    package mutating func append(_ text: some CustomStringConvertible, _ style: TextStyle = .plain) {
        add(ControlCharacters.escaped(text.description), style)
    }

    /// The line without the blanks at its beginning.
    package var trimmed: StyledLine {
        var line = self
        line.parts.removeSubrange(..<(parts.firstIndex { $0.text.contains { $0 != " " } } ?? parts.endIndex))
        if let first = line.parts.first { line.parts[0].text = String(first.text.drop { $0 == " " }) }
        return line
    }

    /// The text without styles.
    package var text: String { parts.map(\.text).joined() }
}

extension StyledLine: ExpressibleByStringInterpolation {
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var line = StyledLine()

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) { line.add(literal, .plain) }

        package mutating func appendInterpolation(
            _ value: some CustomStringConvertible, _ style: TextStyle = .plain
        ) { line.append(value, style) }

        /// Another line, with its styles.
        package mutating func appendInterpolation(_ other: StyledLine) {
            for part in other.parts { line.add(part.text, part.style) }
        }
    }

    package init(stringLiteral value: String) { add(value, .plain) }
    package init(stringInterpolation: StringInterpolation) { self = stringInterpolation.line }
}
