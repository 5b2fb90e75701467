internal import Model

/// A reason as written: `{resource.department} is outside {token.department}`, `at most {settings.limit}`.
///
/// Only literals of a policy's source are templates; a string that a policy computes is shown as it is, and so is a
/// value that is filled in. `{{` and `}}` stand for the braces themselves.
package struct Template {
    package enum Part {
        case text(String)
        case expression(Expressions.ID)
    }

    /// A piece of a reason, before its names have a meaning.
    package enum Piece {
        case text(String)
        /// The names in braces, with the offset of the first in the reason, in bytes.
        case path(String, offset: Int)
        /// A `{` before a name that is never closed, with its offset in bytes.
        case unclosed(offset: Int)
    }

    package let parts: [Part]

    /// The values that a reason can name: those of the request, and those of the policy's settings.
    package struct Roots {
        let request: Expressions.ID
        let settings: Expressions.ID

        /// - Parameter policy: the number of the policy whose settings they are.
        package init(request: Expressions.ID, policy: UInt32, in expressions: Expressions) {
            self.request = request
            settings = expressions.intern(.settings, policy, type: .settings)
        }
    }

    /// - Throws: when a name in braces has no meaning.
    package init(
        _ text: String, _ roots: Roots, resolver: Resolver, in expressions: Expressions
    ) throws(Resolver.Fault) {
        var parts: [Part] = []
        for piece in Self.pieces(of: text) {
            switch piece {
            case .text(let text): parts.append(.text(text))
            case .path(let path, _):
                parts.append(.expression(try Self.expression(path, roots, resolver, expressions)))
            case .unclosed:
                throw Resolver.Fault(message: "`{` is never closed: write `}` after the name, or `{{` for a brace")
            }
        }
        self.parts = parts
    }

    /// The pieces of a reason, in order.
    package static func pieces(of text: String) -> [Piece] {
        let bytes = Array(text.utf8)
        var pieces: [Piece] = []
        var plain: [UInt8] = []
        var offset = 0
        func string(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
        while offset < bytes.count {
            let byte = bytes[offset]
            let isDouble = offset + 1 < bytes.count && bytes[offset + 1] == byte
            switch byte {
            case UInt8(ascii: "{") where isDouble, UInt8(ascii: "}") where isDouble:
                plain.append(byte)
                offset += 2
            case UInt8(ascii: "{"):
                guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: "}")) else {
                    // A brace before a blank is no name that lacks its end.
                    let isName =
                        offset + 1 < bytes.count && bytes[offset + 1] | 32 >= 97 && bytes[offset + 1] | 32 <= 122
                    let rest = Piece.text(string(plain + bytes[offset...]))
                    return pieces + (isName ? [rest, .unclosed(offset: offset)] : [rest])
                }
                if !plain.isEmpty { pieces.append(.text(string(plain))) }
                plain = []
                pieces.append(.path(string(bytes[(offset + 1)..<end]), offset: offset + 1))
                offset = end + 1
            default:
                plain.append(byte)
                offset += 1
            }
        }
        return plain.isEmpty ? pieces : pieces + [.text(string(plain))]
    }

    /// The expression that names in braces stand for.
    package static func expression(
        _ path: String, _ roots: Roots, _ resolver: Resolver, _ expressions: Expressions
    ) throws(Resolver.Fault) -> Expressions.ID {
        var names = path.split(separator: ".", omittingEmptySubsequences: false).map { ExactName($0) }
        guard path.utf8.contains(where: { $0 > 32 }) else {
            throw Resolver.Fault(message: "nothing is named: write `{{` and `}}` for braces")
        }
        var current = roots.request
        if names[0] == "settings" {
            current = roots.settings
            names.removeFirst()
            guard !names.isEmpty else { throw Resolver.Fault(message: "a setting is named: `{settings.limit}`") }
        } else {
            if names.count > 1, names[0] == "request" { names.removeFirst() }
            if let setting = setting(names, resolver.settings[Int(expressions.nodes[Int(roots.settings)].a)]) {
                do throws(Resolver.Fault) { _ = try resolver.meaning(of: names[0], on: current, in: expressions) } catch
                {
                    throw Resolver.Fault(message: "a setting is named `{settings.\(setting)}`")
                }
            }
        }
        for name in names {
            switch try resolver.meaning(of: name, on: current, in: expressions) {
            case .expression(let id), .fact(let id): current = id
            case .method, .function:
                throw Resolver.Fault(message: "`\(name)` is a function: a reason can only name values")
            }
        }
        return expressions.content(of: current)
    }

    /// The setting that is meant by `limit` or by `config.limit`.
    private static func setting(_ names: [ExactName], _ settings: [ExactName: Setting]) -> ExactName? {
        guard names.count <= 2, let last = names.last, settings[last] != nil else { return nil }
        return last
    }
}
