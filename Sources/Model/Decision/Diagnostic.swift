/// One finding about a file: its place, its severity and its message.
package struct Diagnostic: Error, Equatable, Sendable {
    package enum Severity: String, Sendable {
        case error
        case warning
    }

    /// A place in a file.
    package struct Place: Equatable, Sendable {
        /// The file as the user named it.
        package var path: String
        /// 1-based; `nil` for the whole file.
        package var line: Int?
        /// 1-based, in bytes; `nil` when unknown.
        package var column: Int?

        package init(path: String, line: Int? = nil, column: Int? = nil) {
            (self.path, self.line, self.column) = (path, line, column)
        }
    }

    /// The first place, which has the cause where that is known.
    package var place: Place
    /// The other places that do not load by this same cause.
    package var affected: [Place] = []
    package var severity: Severity
    /// At most 600 bytes and three dots, since a message may quote a very long text from a file.
    package var message: String
    /// The rule that found it; `check --explain` describes it.
    package var rule: String?

    private static let mostBytes = 600

    package init(
        _ message: String, path: String, line: Int? = nil, column: Int? = nil, severity: Severity = .error,
        rule: String? = nil
    ) {
        place = Place(path: path, line: line, column: column)
        self.severity = severity
        self.rule = rule
        if message.utf8.count > Self.mostBytes {
            let after = message.utf8.index(message.startIndex, offsetBy: Self.mostBytes + 1)
            self.message = message[..<message.unicodeScalars.index(before: after)] + "…"
        } else {
            self.message = message
        }
    }
}

extension Diagnostic {
    package var path: String { place.path }
    package var line: Int? { place.line }
    package var column: Int? { place.column }
}

extension Diagnostic: CustomStringConvertible {
    /// `path:line:column: severity: message [rule]`, without the parts that are unknown.
    package var description: String { "\(place): \(sentence)" }

    /// The finding without its place.
    package var sentence: String { "\(severity.rawValue): \(message)" + (rule.map { " [\($0)]" } ?? "") }
}

extension Diagnostic.Place: CustomStringConvertible {
    /// `path:line:column`, without the parts that are unknown.
    package var description: String {
        [path, line.map(String.init), line == nil ? nil : column.map(String.init)].compactMap(\.self)
            .joined(separator: ":")
    }
}

extension Sequence<Diagnostic> {
    /// In the order of reports: the faults of plugins first, since policies fail because of them; then by path and
    /// place.
    package var inOrder: [Diagnostic] {
        func key(_ one: Diagnostic) -> (Int, String, Int, Int) {
            let isCause = one.rule == "plugin" && one.severity == .error
            return (isCause ? 0 : 1, one.path, one.line ?? 0, one.column ?? 0)
        }
        return sorted { one, other in
            let (left, right) = (key(one), key(other))
            return left == right ? one.message < other.message : left < right
        }
    }
}
