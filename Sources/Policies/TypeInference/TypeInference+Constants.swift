package import Model
package import Syntax

/// Constants of a source, and values with their possible contents.
extension TypeInference {
    /// A value that is the same wherever it is read in one evaluation: an attribute or a property, or the length of one.
    package struct Subject: Hashable {
        let expression: Expressions.ID
        let isLength: Bool
        /// Its name in messages.
        package let name: String

        package static func == (one: Subject, other: Subject) -> Bool {
            one.expression == other.expression && one.isLength == other.isLength
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(expression)
            hasher.combine(isLength)
        }
    }

    /// The subject that an expression reads; `nil` for a literal, and where the source does not determine it.
    package func subject(_ id: Expression.ID) -> Subject? {
        if let known = value(id), let expression = known.expression, known.isOfRequest {
            return Subject(
                expression: expressions.content(of: expression), isLength: false, name: text(known) ?? known.typeName)
        }
        switch chunk[resolved(id)].kind {
        case .unary(.length, let base): return length(of: base)
        case .method(let base, let name, let arguments) where name.name == "len" && arguments.isEmpty:
            return length(of: base)
        default: return nil
        }
    }

    private func length(of base: Expression.ID) -> Subject? {
        guard let known = value(base), let expression = known.expression, known.isOfRequest else { return nil }
        return Subject(
            expression: expressions.content(of: expression), isLength: true,
            name: "the length of \(text(known) ?? known.typeName)")
    }

    /// The whole numbers that a subject can be, with the words for them; `nil` for any number.
    package func range(of subject: Subject, at id: Expression.ID) -> (range: ClosedRange<Int64>, words: String)? {
        if subject.isLength { return (0...Int64.max, "never below 0") }
        guard let entry = attribute(id).flatMap(Vocabulary.ranged), let range = entry.range else { return nil }
        return (range, range.upperBound == .max ? "never below \(range.lowerBound)" : entry.help)
    }

    /// The number that an expression always is: a literal, or a variable that always holds one.
    package func number(_ id: Expression.ID) -> Double? {
        switch chunk[resolved(id)].kind {
        case .integer(let number): return number.magnitude < 1 << 53 ? Double(number) : nil
        case .float(let number): return number.isFinite ? number : nil
        case .unary(.minus, let inner):
            switch chunk[inner].kind {
            case .integer, .float: return number(inner).map(-)
            default: return nil
            }
        default: return nil
        }
    }

    /// The bytes of a string that an expression always is.
    package func literal(_ id: Expression.ID) -> [UInt8]? {
        if case .string(let bytes) = chunk[resolved(id)].kind { bytes } else { nil }
    }

    /// True when a string would be filled in as a reason.
    package func isTemplate(_ text: String) -> Bool {
        let namesValues = Template.pieces(of: text).contains { if case .path = $0 { true } else { false } }
        let roots = Template.Roots(
            request: expressions.intern(.request, 0, type: .request), policy: 0, in: expressions)
        return namesValues && (try? Template(text, roots, resolver: resolver, in: expressions)) != nil
    }

    /// The strings that a value can be, which a function of a plugin gives; `nil` for any other value.
    func pluginChoices(_ id: Expression.ID) -> (name: String, choices: [ExactName])? {
        let number: Int
        if case .call(let callee, _) = chunk[id].kind, let called = pluginFunction(callee) {
            number = called
        } else if let node = value(id)?.expression.map({ expressions.nodes[Int($0)] }), node.operation == .call {
            number = Int(node.b)
        } else {
            return nil
        }
        let choices = resolver.plugins.functions[number].function.result.choices
        return choices.isEmpty ? nil : (resolver.plugins.name(of: number).text, choices)
    }

    /// The strings that a call of `type` can give, with the words for it; `nil` for any other expression.
    package func choices(_ id: Expression.ID) -> (what: String, known: [ExactName])? {
        guard case .call(let callee, _) = chunk[id].kind else { return nil }
        switch libraryFunction(callee)?.name {
        case "type": return ("the result of `type`", Self.typeNames)
        case "math.type": return ("the result of `math.type`", ["integer", "float"])
        default: return nil
        }
    }

    /// The names that `type` gives.
    private static let typeNames: [ExactName] = {
        let kinds: [LuaKind] = [.nothing, .boolean, .number, .string, .table, .function]
        return kinds.map { ExactName($0.rawValue) } + ValueType.names.map { ExactName($0) }
    }()
}
