package import Model
internal import Syntax

/// Elements of lists, entries of maps, and records inside others.
extension TypeInference {
    /// The number of an element that stands for each element of a list.
    private static let each = UInt32.max

    /// The declared type of a value: with its restrictions, as far as they are known.
    private func declared(_ known: Known) -> ValueType { known.expression.map(expressions.declared) ?? known.owner }

    /// Each element of a list, or each value of a map.
    func part(of list: Known) -> Known? {
        switch declared(list).unrestricted {
        case .list(let type), .map(let type): part(.element, Self.each, of: list, type)
        default: nil
        }
    }

    /// Each number of an element of a list, or each key of a map.
    func key(of list: Known) -> Known? {
        switch declared(list) {
        case .restricted(.map, .keys(let names)):
            part(.key, Self.each, of: list, .restricted(.string, .oneOf(names)))
        case .map, .restricted(.map, _): part(.key, Self.each, of: list, .string)
        case .list, .restricted(.list, _):
            Known(type: .number, expression: nil, isHandle: false, absence: nil, isOfRequest: false)
        default: nil
        }
    }

    private func part(_ operation: Expressions.Operation, _ place: UInt32, of list: Known, _ type: ValueType) -> Known {
        Known(
            type: type.plain,
            expression: list.expression.map { expressions.intern(operation, $0, place, type: type) },
            isHandle: list.isHandle, absence: nil, isOfRequest: list.isOfRequest)
    }

    /// The element of a list with a number.
    func elementOfList(_ number: Int, of list: Known) -> Meaning {
        let declared = declared(list)
        guard case .list(let type) = declared.unrestricted else {
            return .fault("\(list.typeName) has no elements")
        }
        guard (1...100_000).contains(number) else {
            return .fault("the elements of a list are counted from 1 to 100,000, got \(number)")
        }
        let called = text(list)
        var absence = called.map { Absence(owner: $0, name: "\(number)", element: number) }
        if case .restricted(_, .count(let count)) = declared {
            guard number <= count else {
                return .fault("`\(called ?? "this list")` has \(counted(count, "element")): there is no `[\(number)]`")
            }
            absence = nil
        }
        let id = list.expression.map { expressions.intern(.element, $0, UInt32(number - 1), type: type) }
        return .value(
            Known(
                type: type.plain, expression: id, isHandle: true,
                absence: list.isOfRequest ? absence : nil, isOfRequest: list.isOfRequest))
    }

    /// The value of a key of a map.
    func entry(_ argument: Expression.ID?, of map: Known, _ plain: ValueType) -> Known? {
        let type = if case .map(let type) = declared(map).unrestricted { type } else { plain }
        guard let base = map.expression, let key = argument.flatMap(literal) else {
            return Known(type: plain, expression: nil, isHandle: true, absence: nil, isOfRequest: map.isOfRequest)
        }
        let name = String(decoding: key, as: UTF8.self)
        let id = expressions.intern(
            .entry, base, expressions.constant(.string(name), type: .string), type: type)
        return Known(
            type: plain, expression: id, isHandle: true,
            absence: Absence(owner: expressions.text(base), name: ExactName(name)), isOfRequest: map.isOfRequest)
    }

    /// The reason why a map never has a key; `nil` when it may.
    func refusal(ofKey argument: Expression.ID, of map: Known) -> String? {
        guard case .restricted(_, .keys(let names)) = declared(map), let key = literal(argument) else { return nil }
        let name = ExactName(String(decoding: key, as: UTF8.self))
        guard !names.contains(name) else { return nil }
        let shown = names.map { "`\($0)`" }.joined(separator: ", ")
        return
            "`\(text(map) ?? "this map")` never has a key `\(name)`\(Suggestion.hint(for: name, among: names)); its keys "
            + "are \(shown)"
    }

    /// The reason why a list never has an element; `nil` when it may.
    func refusal(ofElement argument: Expression.ID, of list: Known) -> String? {
        guard case .list(let element) = declared(list).unrestricted, let choices = element.choices,
            let bytes = literal(argument)
        else { return nil }
        let name = ExactName(String(decoding: bytes, as: UTF8.self))
        guard !choices.contains(name) else { return nil }
        return "`\(text(list) ?? "this list")` never has `\(name)`\(Suggestion.hint(for: name, among: choices))"
    }

    /// The strings that a value of the request can be, with its name; `nil` for any other value.
    func declaredChoices(_ id: Expression.ID) -> (name: String, choices: [ExactName])? {
        guard let known = value(id), let choices = declared(known).choices else { return nil }
        return (text(known) ?? "this value", choices)
    }

    /// The record of the request that a record inside it belongs to, with the path that leads there; for a record of the
    /// request itself, an empty path.
    package func root(of known: Known) -> (root: Known, path: [ExactName]) {
        guard var id = known.expression else { return (known, []) }
        var path: [ExactName] = []
        while expressions.nodes[Int(id)].operation == .property {
            let node = expressions.nodes[Int(id)]
            path.insert(expressions.names[Int(node.b)], at: 0)
            id = node.a
        }
        return path.isEmpty ? (known, []) : (of(id, expressions.types[Int(id)]), path)
    }
}

extension ValueType {
    /// The type without its own restriction; its parts keep theirs.
    package var unrestricted: ValueType { if case .restricted(let type, _) = self { type.unrestricted } else { self } }
}
