internal import Lua
internal import Model
internal import Policies
internal import Syntax

/// Changes of constants: numbers and times to their neighbours, truths to their opposite, strings to others that occur.
extension MutationFinder {
    /// - Parameter name: that of the setting, or of the declared field.
    mutating func constant(_ id: Expression.ID, _ kind: Mutation.Kind, of name: String? = nil) {
        func exchange(_ id: Expression.ID, _ kind: Mutation.Kind, _ other: String) {
            let words = "`\(other)` instead of \(quoted(range(id)))"
            add(
                kind, chunk[id].position, name.map { "`\($0)`: \(words)" } ?? words, range(id), other,
                scope: range(id))
        }
        switch chunk[id].kind {
        case .boolean(let value): exchange(id, kind, value ? "false" : "true")
        case .integer(let value):
            for other in [value &- 1, value &+ 1] { exchange(id, kind, number("\(other)", at: id)) }
        case .float(let value) where value.magnitude < 1e15:
            for other in [value - 1, value + 1] { exchange(id, kind, number("\(other)", at: id)) }
        case .string(let bytes):
            let own = ExactName(String(decoding: bytes, as: UTF8.self))
            if let type = constantType(around: id) {
                for other in Self.neighbours(of: own.text, type) { exchange(id, kind, LuaWriter.quoted(other)) }
                if type != .ip, type != .network { return }
            }
            if let other = other(than: own, at: id) { exchange(id, kind, LuaWriter.quoted(other.text)) }
        default: return
        }
    }

    /// A number that does not become a part of what is before it.
    private func number(_ text: String, at id: Expression.ID) -> String {
        let start = chunk[id].start
        return text.hasPrefix("-") && start > 0 && chunk.source[start - 1] == UInt8(ascii: "-") ? "(\(text))" : text
    }

    // MARK: Times

    /// The type of `date "2026-12-31"`, for its string.
    private func constantType(around id: Expression.ID) -> ValueType? {
        guard let parent = parents[id], case .call(let callee, _) = chunk[parent].kind,
            case .name(let name) = chunk[callee].kind, name.target == .global
        else { return nil }
        return BuiltinFunction(name: name.name)?.constantType
    }

    private static func neighbours(of text: String, _ type: ValueType) -> [String] {
        [-1, 1].compactMap { step -> String? in
            switch type {
            case .date: Date(text)?.adding(Period(days: step))?.description
            case .instant:
                Instant(text).map { Instant(microseconds: $0.microseconds + Int64(step) * 1_000_000).description }
            case .time:
                TimeOfDay(text).map { time in
                    let day: Int64 = 86_400_000_000
                    let moved = (time.microseconds + Int64(step) * 1_000_000 + day) % day
                    return TimeOfDay(microseconds: moved).description
                }
            case .duration:
                (try? TimeSpan(text)).flatMap {
                    TimeSpan(microseconds: $0.microseconds + Int64(step) * 1_000_000)
                }?.description
            default: nil
            }
        }
    }

    // MARK: Strings

    /// The use of a string: two strings with one use can stand for each other.
    private struct StringUse {
        let name: ExactName
        /// The strings that are possible there; `nil` for any.
        var choices: [ExactName]?
    }

    /// Another string that occurs in the same use: the next one of the source, else of those that are possible there.
    private mutating func other(than own: ExactName, at id: Expression.ID) -> ExactName? {
        guard let use = use(of: id) else { return nil }
        let strings = strings ?? self.allStrings()
        self.strings = strings
        let alike = strings[use.name] ?? []
        let place = alike.firstIndex { $0.id == id } ?? 0
        let other = (alike[place...] + alike[..<place]).first { other in
            other.text != own && use.choices?.contains(other.text) != false
        }
        if let other { return other.text }
        let choices = use.choices ?? []
        let after = choices.firstIndex(of: own).map { choices.index(after: $0) } ?? 0
        return (choices[after...] + choices).first { $0 != own }
    }

    /// The strings of the source by their use, in its order.
    private func allStrings() -> [ExactName: [(id: Expression.ID, text: ExactName)]] {
        var strings: [ExactName: [(id: Expression.ID, text: ExactName)]] = [:]
        for index in chunk.expressions.indices {
            let id = chunk.id(index)
            guard case .string(let bytes) = chunk[id].kind, let use = use(of: id) else { continue }
            strings[use.name, default: []].append((id, ExactName(String(decoding: bytes, as: UTF8.self))))
        }
        return strings
    }

    private func use(of id: Expression.ID) -> StringUse? {
        guard let parent = parents[id] else { return nil }
        switch chunk[parent].kind {
        case .binary(.equal, let left, let right, _), .binary(.notEqual, let left, let right, _):
            let other = left == id ? right : left
            return StringUse(name: ExactName("is \(text(range(other)))"), choices: choices(of: other))
        case .method(_, let name, let arguments):
            guard let number = arguments.firstIndex(of: id) else { return nil }
            let isPermission = ["can", "can_any", "can_all", "permits"].contains(name.name)
            return StringUse(
                name: "method \(name.name) \(number)", choices: isPermission ? schema.actions.keys.sorted() : nil)
        case .call(let callee, let arguments):
            guard let number = arguments.firstIndex(of: id) else { return nil }
            if let (effect, _, _) = effect(parent), number > 0 || effect != .oblige { return nil }
            let function = text(range(callee))
            return Self.others.contains(ExactName(function))
                ? nil : StringUse(name: "call \(function) \(number)" as ExactName)
        case .index(let base, _): return StringUse(name: "key \(text(range(base)))")
        case .table(let fields):
            for field in fields {
                switch field {
                case .named(let name, id) where isDetails(parent): return StringUse(name: "detail \(name.name)")
                case .named(_, id), .keyed(_, id): return StringUse(name: "value \(chunk[parent].start)")
                default: continue
                }
            }
            return nil
        default: return nil
        }
    }

    /// The functions whose strings are names, or are for people.
    private static let others: Set<ExactName> = [
        "use", "settings", "list", "optional", "required", "map", "one_of", "error", "assert", "tostring", "print",
    ]

    /// True for the details of an effect.
    private func isDetails(_ table: Expression.ID) -> Bool {
        guard let call = parents[table] else { return false }
        return effect(call) != nil
    }

    /// The strings that an expression can be; `nil` for any.
    private func choices(of id: Expression.ID) -> [ExactName]? {
        guard let inference else { return nil }
        switch inference.attribute(id) {
        case .point: return inference.shape.kinds.map { ExactName($0.rawValue) }.sorted()
        case .actionKind: return ["read", "write", "delete", "admin"]
        case .kind: return TokenKind.allCases.map { ExactName($0.rawValue) }
        case .action, .actionName: return schema.actions.keys.sorted()
        case .recordType: return schema.resources.map(\.name)
        default: return inference.value(id)?.owner.choices
        }
    }

    // MARK: Lists

    /// Leaves out one item of a list of constants.
    /// - Parameter name: that of the setting, or of the declared field.
    mutating func dropItems(
        _ id: Expression.ID, _ fields: [Expression.Field], _ kind: Mutation.Kind = .constant, of name: String? = nil
    ) {
        let items = fields.compactMap { field -> Expression.ID? in
            if case .item(let value) = field, chunk.isConstant(value) { value } else { nil }
        }
        guard items.count == fields.count, items.count > 1 else { return }
        for (index, item) in items.enumerated() {
            add(
                kind, chunk[item].position, "without \(quoted(range(item)))" + (name.map { " in `\($0)`" } ?? ""),
                removal(of: index, from: fields), "",
                scope: range(id))
        }
    }
}

extension Chunk {
    fileprivate func isConstant(_ id: Expression.ID) -> Bool {
        switch self[id].kind {
        case .boolean, .integer, .float, .string: true
        default: false
        }
    }
}
