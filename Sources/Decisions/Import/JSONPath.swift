internal import Model

/// The path of one value in JSON: a singular query of JSONPath (RFC 9535), such as `$.input.user["id"]` or `$.input.path[0]`.
package struct JSONPath: Sendable {
    private let steps: [JSON.Step]

    init(names: [ExactName]) { steps = names.map { .name($0) } }
    private init(steps: [JSON.Step]) { self.steps = steps }

    /// - Returns: `nil` for a text that is no path.
    package init?(_ text: String) {
        var rest = text.unicodeScalars[...]
        guard rest.popFirst() == "$" else { return nil }
        var steps: [JSON.Step] = []
        while let first = rest.popFirst() {
            if first == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return nil }
                steps.append(.name(ExactName(Substring(name))))
                rest = rest.dropFirst(name.count)
            } else if first == "[", let quote = rest.first, quote == "\"" || quote == "'" {
                let name = rest.dropFirst().prefix { $0 != quote }
                rest = rest.dropFirst(1 + name.count)
                guard rest.popFirst() == quote, rest.popFirst() == "]" else { return nil }
                steps.append(.name(ExactName(Substring(name))))
            } else if first == "[" {
                let digits = rest.prefix { ("0"..."9").contains($0) }
                rest = rest.dropFirst(digits.count)
                guard let number = Int(String(digits)), rest.popFirst() == "]" else { return nil }
                steps.append(.element(number))
            } else {
                return nil
            }
        }
        self.init(steps: steps)
    }

    /// The path of a JSON Pointer (RFC 6901), `/input/user`, without its array indices told from names: `touches` takes
    /// them for either.
    init(pointer: String) {
        steps = pointer.split(separator: "/").map { part in
            .name(ExactName(part.replacing("~1", with: "/").replacing("~0", with: "~")))
        }
    }

    /// The value at the path; `nil` where there is none.
    func value(in json: JSON) -> JSON? { json.stated(steps) }

    func appending(_ step: JSON.Step) -> JSONPath { JSONPath(steps: steps + [step]) }

    func begins(with other: JSONPath) -> Bool { steps.starts(with: other.steps) }

    /// True when one of the paths begins with the other.
    func touches(_ other: JSONPath) -> Bool {
        zip(steps, other.steps).allSatisfy { one, other in
            switch (one, other) {
            case (.element(let number), .name(let name)): name.text == "\(number)" || name == "-"
            default: one == other
            }
        }
    }

    /// The path in messages: `input.user.id`.
    var text: String {
        steps.reduce(into: "") { text, step in
            switch step {
            case .name(let name), .key(let name): text += (text.isEmpty ? "" : ".") + name.text
            case .element(let number): text += "[\(number)]"
            }
        }
    }
}
