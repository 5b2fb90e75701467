internal import Lua
internal import Model

/// The facts that a test expects its policy to read: `reads = { "resource.department" }`, or with their values,
/// `reads = { ["resource has department"] = true }`; and those it must not read, `unread = { … }`.
///
/// A fact is named as in traces, or by some of its words: `context.ip` matches `context.ip is_within 10.0.0.0/8`.
struct ExpectedFacts {
    private let reads: [(text: String, value: String?)]
    private let unread: [String]

    init(_ table: TestTable) throws(TestFault) {
        reads = try Self.facts(table, "reads")
        unread = try Self.facts(table, "unread").map { fact throws(TestFault) in
            guard fact.value == nil else { throw TestFault("`expect.unread` must be a list of facts, without values") }
            return fact.text
        }
    }

    var isEmpty: Bool { reads.isEmpty && unread.isEmpty }

    private static func facts(_ table: TestTable, _ name: ExactName) throws(TestFault) -> [(
        text: String, value: String?
    )] {
        guard let value = table[name] else { return [] }
        guard case .table(let entries) = value, !entries.isEmpty else {
            throw TestFault("`expect.\(name)` must be a list of facts such as \"resource.department\"")
        }
        var facts: [(text: String, value: String?)] = []
        for entry in entries {
            switch (entry.key, entry.value) {
            case (.integer, .string(let text)): facts.append((text, nil))
            case (.string(let text), .boolean(let value)): facts.append((text, "\(value)"))
            case (.string(let text), .integer(let value)): facts.append((text, "\(value)"))
            case (.string(let text), .number(let value)): facts.append((text, "\(value)"))
            case (.string(let text), .string(let value)): facts.append((text, value))
            default: throw TestFault("`expect.\(name)` must be a list of facts, or facts with their values")
            }
        }
        return facts
    }

    /// The difference from the expectation; `nil` for none.
    /// - Parameter trace: the trace of the tested policy; `nil` when it was not evaluated.
    func difference(from trace: PolicyTrace?, policy: ExactName) -> TestFailure? {
        guard let trace else {
            return TestFailure(expected: "`\(policy)` to be evaluated", happened: "a decision without it")
        }
        for expected in reads {
            let matches = trace.facts.filter { $0.text.says(expected.text) }
            if matches.contains(where: { expected.value.map($0.value.isSameBytes) ?? true }) { continue }
            let words = expected.value.map { "`\(expected.text)` = \($0)" } ?? "`\(expected.text)`"
            let hint = matches.isEmpty ? Suggestion.hint(for: expected.text, among: trace.facts.map(\.text)) : ""
            return TestFailure(
                expected: "`\(policy)` to read \(words)",
                happened: (matches.isEmpty ? trace.facts : matches).inWords + hint)
        }
        for text in unread {
            let matches = trace.facts.filter { $0.text.says(text) }
            if matches.isEmpty { continue }
            return TestFailure(expected: "`\(policy)` not to read `\(text)`", happened: matches.inWords)
        }
        return nil
    }
}

extension String {
    /// True when these words occur in it, as whole words.
    fileprivate func says(_ words: String) -> Bool {
        self == words || hasPrefix(words + " ") || hasSuffix(" " + words) || contains(" \(words) ")
            || hasPrefix(words + ".") || contains(" \(words).")
    }
}

extension [PolicyTrace.Fact] {
    fileprivate var inWords: String {
        isEmpty ? "nothing" : map { "`\($0.text)` = \($0.value)" }.joined(separator: ", ")
    }
}
