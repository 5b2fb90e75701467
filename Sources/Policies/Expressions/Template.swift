internal import Model

/// A reason as written: `{resource.department} is outside {token.department}`.
///
/// Only literals of a policy's source are templates; a string that a policy computes is shown as it is.
package struct Template {
    package enum Part {
        case text(String)
        case expression(Expressions.ID)
    }

    package let parts: [Part]

    /// - Throws: when a name in braces has no meaning.
    package init(
        _ text: String, root: Expressions.ID, resolver: Resolver, in expressions: Expressions
    ) throws(Resolver.Fault) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            let path = rest[rest.index(after: open)..<close]
            parts.append(.expression(try Self.resolve(path, root, resolver, expressions)))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// The names in braces.
    package static func names(in text: String) -> [String] {
        var names: [String] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            names.append(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        return names
    }

    private static func resolve(
        _ path: Substring, _ root: Expressions.ID, _ resolver: Resolver, _ expressions: Expressions
    ) throws(Resolver.Fault) -> Expressions.ID {
        var current = root
        var names = path.split(separator: ".", omittingEmptySubsequences: false)
        if names.count > 1, names[0] == "request" { names.removeFirst() }
        for name in names {
            switch try resolver.meaning(of: ExactName(name), on: current, in: expressions) {
            case .expression(let id), .fact(let id): current = id
            case .method, .function:
                throw Resolver.Fault(message: "`\(name)` is a function: a reason can only name values")
            }
        }
        return current
    }
}
