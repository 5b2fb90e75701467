internal import Lua
internal import Model
internal import Syntax

/// The names and literals in a part of a policy's source, and in what its local variables stand for: they tell which
/// property a condition is about, and which values make a difference to it.
struct ConditionWords {
    private(set) var names: Set<ExactName> = []
    private(set) var literals: [LuaValue] = []

    /// The words of tests for what a policy reads by another word.
    private static let others: [ExactName: [ExactName]] = [
        "can": ["permissions", "user_type"], "can_any": ["permissions", "user_type"],
        "can_all": ["permissions", "user_type"], "permits": ["permissions", "user_type"],
        "permissions": ["user_type"], "last_day": ["expires"], "expires": ["last_day"], "action_kind": ["action"],
        "is_operator": ["actor"], "kind": ["via"], "type": ["resource"], "time": ["at"], "date": ["at"], "hour": ["at"],
        "minute": ["at"], "second": ["at"], "time_of_day": ["at"], "weekday": ["at"], "day": ["at"], "month": ["at"],
        "year": ["at"],
    ]

    /// Reads many parts of one policy.
    struct Reader {
        private let chunk: Chunk?
        /// For a local variable, the places of the values that it is given.
        private var values: [Declaration.ID: [Range<Int>]] = [:]

        /// The longest chain of local variables that is followed.
        private static let deepest = 3

        init(_ source: [UInt8]) {
            chunk = try? Chunk.parse(source)
            guard let chunk else { return }
            chunk.walk { node in
                guard case .statement(let statement) = node else { return true }
                switch statement.kind {
                case .local(let names, let given):
                    for (name, value) in zip(names, given) {
                        values[name, default: []].append(chunk[value].start..<chunk[value].end)
                    }
                case .localFunction(let name, _): values[name, default: []].append(statement.start..<statement.end)
                default: break
                }
                return true
            }
        }

        /// The literals of the whole source.
        var literals: [LuaValue] {
            guard let chunk else { return [] }
            return chunk.expressions.compactMap(ConditionWords.literal)
        }

        /// True when the source reads a member of this name.
        func reads(_ name: ExactName) -> Bool {
            chunk?.expressions.contains { expression in
                guard case .member(_, let member) = expression.kind else { return false }
                return ExactName(member.name) == name
            } ?? false
        }

        func words(in range: Range<Int>) -> ConditionWords {
            var words = ConditionWords()
            read(range, into: &words, depth: 0)
            for name in words.names { words.names.formUnion(ConditionWords.others[name] ?? []) }
            return words
        }

        private func read(_ range: Range<Int>, into words: inout ConditionWords, depth: Int) {
            guard let chunk, depth <= Self.deepest else { return }
            for expression in chunk.expressions
            where range.lowerBound <= expression.start && expression.end <= range.upperBound {
                switch expression.kind {
                case .member(_, let name), .method(_, let name, _): words.names.insert(ExactName(name.name))
                case .name(let name):
                    guard case .local(let declaration) = name.target else { break }
                    for place in values[declaration] ?? [] where !place.overlaps(range) {
                        read(place, into: &words, depth: depth + 1)
                    }
                default:
                    guard let literal = ConditionWords.literal(expression) else { break }
                    words.literals.append(literal)
                    if let name = literal.name { words.names.insert(name) }
                }
            }
        }
    }

    private static func literal(_ expression: Expression) -> LuaValue? {
        switch expression.kind {
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .float(let value): .number(value)
        case .string(let bytes): .string(String(decoding: bytes, as: UTF8.self))
        default: nil
        }
    }

    /// The relevance of setting a place of a test to a value: 0 for none.
    func relevance(of path: [ExactName], _ value: LuaValue?) -> Int {
        guard let last = path.last, names.contains(last) else { return 0 }
        var relevance = 1
        if let root = path.first, path.count == 1 || names.contains(root) { relevance += 1 }
        if let value, mentions(value) { relevance += 2 }
        return relevance
    }

    private func mentions(_ value: LuaValue) -> Bool {
        if case .table(let entries) = value { return entries.contains { literals.contains($0.value) } }
        return literals.contains(value)
    }
}
