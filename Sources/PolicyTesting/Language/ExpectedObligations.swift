internal import Lua
internal import Model

/// The obligations that a test expects, in any order: all that the decision has.
struct ExpectedObligations {
    /// An obligation by its name, with some of its properties.
    private struct Expected {
        let name: ExactName
        let properties: [JSON.Member]

        func matches(_ obligation: PolicyStatement) -> Bool {
            ExactName(obligation.text) == name
                && properties.allSatisfy { expected in obligation.details.contains { $0 == expected } }
        }
    }

    private let expected: [Expected]

    /// - Parameter table: a test's `expect`; its `obligations` are names, or tables with `type` and `properties`.
    /// - Returns: `nil` where it has none.
    init?(_ table: TestTable) throws(TestFault) {
        guard let value = table["obligations"] else { return nil }
        guard case .table(let entries) = value else { throw Self.fault(value) }
        var expected: [Expected] = []
        for entry in entries {
            guard case .integer = entry.key else { throw Self.fault(value) }
            if case .string(let name) = entry.value {
                expected.append(Expected(name: ExactName(name), properties: []))
                continue
            }
            guard case .table = entry.value else { throw Self.fault(entry.value) }
            let obligation = try TestTable(entry.value, at: "expect.obligations")
            try obligation.refuseOthers(than: ["type", "properties"])
            guard let name = try obligation.name("type") else { throw TestFault("an obligation needs a `type`") }
            let properties = try obligation.table("properties")?.members() ?? []
            expected.append(Expected(name: name, properties: properties))
        }
        // Those with properties first: they match fewer obligations.
        self.expected = expected.sorted { $0.properties.count > $1.properties.count }
    }

    private static func fault(_ value: LuaValue) -> TestFault {
        TestFault(
            "`expect.obligations` must be a list of names, `{ \"log\" }`, or of tables, `{ { type = \"log\", "
                + "properties = { level = 2 } } }`, got \(value.kindInWords)")
    }

    /// True when each expected obligation is there, and no other.
    func match(_ obligations: [PolicyStatement]) -> Bool {
        var rest = obligations
        for wanted in expected {
            guard let index = rest.firstIndex(where: wanted.matches) else { return false }
            rest.remove(at: index)
        }
        return rest.isEmpty
    }

    var inWords: String {
        guard !expected.isEmpty else { return "(none)" }
        return expected.map { wanted in
            "`\(wanted.name)`" + (wanted.properties.isEmpty ? "" : " with \(wanted.properties.inWords)")
        }.joined(separator: ", ")
    }
}
