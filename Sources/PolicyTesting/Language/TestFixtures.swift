internal import Lua
internal import Model

/// The tables that tests share by name: `fixture "sales_token" { … }`.
///
/// The name of a fixture can replace a part of a test, `token = "sales_token"`. Any table may also begin as a fixture
/// and override some fields, `token = { like = "sales_token", kind = "mobile" }`.
struct TestFixtures: Sendable {
    private var values: [ExactName: LuaValue] = [:]

    /// The parts of a test that a fixture can stand for.
    private static let parts: [ExactName] = ["token", "subject", "actor", "resource", "context", "proposed", "expect"]
    /// The greatest length of a chain of fixtures that are like each other.
    private static let mostLinks = 16

    /// The fixtures shared by the folder, and those of one file, which take precedence.
    init(_ own: [TestFile.Named], shared: [TestFile.Named] = []) {
        for fixture in shared + own { values[fixture.name] = fixture.table }
    }

    /// The test with every named fixture filled in.
    func expanded(_ test: LuaValue) throws(TestFault) -> LuaValue {
        guard case .table(let entries) = try begun(test, at: "test") else { return test }
        var expanded: [LuaValue.Entry] = []
        for entry in entries {
            guard let name = entry.key.name, Self.parts.contains(name) else {
                expanded.append(entry)
                continue
            }
            expanded.append(LuaValue.Entry(key: entry.key, value: try part(entry.value, name)))
        }
        return .table(expanded)
    }

    private func part(_ value: LuaValue, _ name: ExactName) throws(TestFault) -> LuaValue {
        guard let text = value.name else { return try begun(value, at: name.text) }
        if let fixture = values[text] { return try begun(fixture, at: "fixture \(text)") }
        // A string is the name of a token in the directory, or `operator`.
        if name == "token" || name == "actor" { return value }
        throw unknown(text)
    }

    /// The table with its `like` resolved: the named fixture, overridden by the table's own fields.
    private func begun(_ value: LuaValue, at path: String) throws(TestFault) -> LuaValue {
        var value = value
        for _ in 0..<Self.mostLinks {
            guard case .table(let entries) = value, let like = entries.first(where: { $0.key == .string("like") })
            else {
                return value
            }
            guard let name = like.value.name else {
                throw TestFault("`\(path).like` must be the name of a fixture, got \(like.value.kindInWords)")
            }
            guard let fixture = values[name] else { throw unknown(name) }
            value = fixture.overlaid(by: .table(entries.filter { $0.key != .string("like") }))
        }
        throw TestFault("`\(path).like` is circular")
    }

    private func unknown(_ name: ExactName) -> TestFault {
        TestFault("there is no fixture `\(name)`" + Suggestion.hint(for: name, among: values.keys))
    }
}

extension LuaValue {
    /// True when it is a table of items, not of names.
    var isList: Bool {
        guard case .table(let entries) = self, let first = entries.first else { return false }
        return if case .string = first.key { false } else { true }
    }

    /// This table with another laid over it, key by key; a list and any other value is replaced.
    func overlaid(by changes: LuaValue) -> LuaValue {
        guard case .table(var entries) = self, case .table(let new) = changes, !isList, !changes.isList else {
            return changes
        }
        for entry in new {
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                entries[index] = Entry(key: entry.key, value: entries[index].value.overlaid(by: entry.value))
            } else {
                entries.append(entry)
            }
        }
        return .table(entries)
    }

    /// A table without one of its names.
    func without(_ name: ExactName) -> LuaValue {
        guard case .table(let entries) = self else { return self }
        return .table(entries.filter { $0.key != .string(name) })
    }
}
