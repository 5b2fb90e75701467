internal import Model
internal import PolicyTesting
internal import Syntax

/// Finds names in a file of tests that do not exist: of policies, permissions, actions, departments, user types.
struct UnknownNames {
    private let tests: LintedTests
    private var chunk: Chunk { tests.chunk }
    private var found: [Position: Rule.Finding] = [:]

    init(_ tests: LintedTests) {
        self.tests = tests
        for expression in chunk.expressions {
            switch expression.kind {
            case .table(let fields): look(into: fields)
            default: continue
            }
        }
        for unready in tests.unready { note(unready) }
    }

    /// One finding for each place, in source order.
    var findings: [Rule.Finding] { found.sorted { $0.key < $1.key }.map(\.value) }

    private mutating func note(_ message: String, _ id: Expression.ID) {
        found[chunk[id].position] = Rule.Finding(message, chunk[id].position)
    }

    private func text(_ id: Expression.ID) -> ExactName? {
        guard case .string(let bytes) = chunk[id].kind else { return nil }
        return ExactName(String(decoding: bytes, as: UTF8.self))
    }

    // MARK: The source

    private mutating func look(into fields: [Expression.Field]) {
        for case .named(let key, let value) in fields {
            switch key.name {
            case "expect":
                guard case .table(let expected) = chunk[value].kind else { continue }
                for case .named(let key, let value) in expected where ["deny", "advice"].contains(key.name) {
                    guard let name = text(value), !tests.policies.contains(name) else { continue }
                    note("there is no policy `\(name)`" + Suggestion.hint(for: name, among: tests.policies), value)
                }
            case "permissions", "requires": lookForPermissions(in: value)
            // `user_types = { Clerk = { "orders.*" } }`
            case "user_types":
                guard case .table(let types) = chunk[value].kind else { continue }
                for type in types {
                    switch type {
                    case .named(_, let value), .keyed(_, let value): lookForPermissions(in: value)
                    case .item: continue
                    }
                }
            default: continue
            }
        }
    }

    /// Finds the permissions of a list that no action of the schema is.
    private mutating func lookForPermissions(in list: Expression.ID) {
        guard let declared = tests.permissions, case .table(let items) = chunk[list].kind else { return }
        for case .item(let item) in items {
            guard let name = text(item), PermissionSet.fault(name.text, wildcard: true) == nil,
                !declared.contains(where: PermissionSet([name]).permits)
            else { continue }
            note("`\(name)` is not a declared permission" + Suggestion.hint(for: name, among: declared), item)
        }
    }

    // MARK: The tests as they are read

    private mutating func note(_ unready: PolicyTests.Unready) {
        if unready.line == nil, chunk.block.statements.isEmpty { return }
        let hint = unready.dependsOnStore ? " in the demo organisation: name a `directory`, or test with `--store`" : ""
        let place = place(of: unready)
        guard place.map({ found[$0] == nil }) ?? true else { return }
        var finding = Rule.Finding(
            unready.message + hint, line: place?.line ?? unready.line ?? 1, column: place?.column ?? 1)
        // In a store, the name may exist.
        if unready.dependsOnStore { finding.severity = .warning }
        found[place ?? Position(line: unready.line ?? 1, column: 1, offset: 0)] = finding
    }

    /// The place of the first string in the test, or else in the file, that the message quotes.
    private func place(of unready: PolicyTests.Unready) -> Position? {
        let quoted = unready.message.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter {
            $0.offset % 2 == 1
        }.map { Array($0.element.utf8) }
        let strings = chunk.strings
        for text in quoted {
            let places = strings.filter { $0.bytes == text }.map(\.position)
            if let place = places.first(where: { $0.line >= unready.line ?? 1 }) ?? places.first { return place }
        }
        return nil
    }
}
