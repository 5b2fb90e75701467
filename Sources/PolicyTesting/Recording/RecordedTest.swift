package import Decisions
internal import Lua
package import Model
package import Policies

/// A decided request as a test case: the request, its directory and the expected decision.
///
/// It depends on nothing outside: its own directory holds the departments, user types and users that it names, and
/// those that the settings name. So it passes wherever the same policies are.
package struct RecordedTest {
    private let table: LuaValue

    /// - Parameters:
    ///   - decision: the decision of `policies` on the request.
    package init(_ question: AuthorizationRequest, _ decision: Decision, policies: PolicySet, directory: Directory) {
        var writer = RecordedTestWriter(question, policies: policies, directory: directory)
        table = writer.test(expecting: Self.expectation(decision), obligations: decision.obligations)
    }

    /// A test that expects a permit or a deny, whatever the decision of the policies is now.
    package init(
        _ question: AuthorizationRequest, mustPermit: Bool, policies: PolicySet, directory: Directory
    ) {
        var writer = RecordedTestWriter(question, policies: policies, directory: directory)
        table = writer.test(expecting: [("permit", .boolean(mustPermit))])
    }

    /// `test("name", { … })`, ready to be appended to a file of tests.
    package func text(named name: String) -> String { Self.text(named: name, table) }

    static func text(named name: String, _ table: LuaValue) -> String {
        let head = "test(\(LuaWriter.quoted(name)), "
        // Every part is on a line of its own, however short the whole is.
        guard case .table(let entries) = table else { return "" }
        let lines = entries.map { entry -> String in
            guard case .string(let key) = entry.key else { return "" }
            return "  \(key) = \(LuaWriter.text(entry.value, indent: 1, column: key.utf8.count + 5)),\n"
        }
        return "\(head){\n\(lines.joined())})\n"
    }

    /// Expectations that a decision fulfils, each stricter than the one before, with the statements of one policy first.
    static func expectations(_ decision: Decision, about policy: ExactName) -> [LuaValue] {
        var own = decision
        own.reasons = decision.reasons.filter { $0.policy == policy } + decision.reasons.filter { $0.policy != policy }
        own.advice = decision.advice.filter { $0.policy == policy } + decision.advice.filter { $0.policy != policy }
        let said = decision.reasons + decision.advice + decision.obligations + decision.overruled
        let isSilent = decision.failures.isEmpty && !said.contains { $0.policy == policy }
        let basic = expectation(own)
        var expected = [basic]
        if isSilent { expected.append(basic + [("silent", .boolean(true))]) }
        if isSilent, decision.code == "not_permitted", said.isEmpty {
            expected.insert([("silent", .boolean(true))], at: 0)
        }
        let details = own.advice.first?.details ?? []
        if !details.isEmpty { expected.append(basic + [("details", LuaValue(.object(details)))]) }
        if decision.obligations.contains(where: { !$0.details.isEmpty }) {
            let obligations = decision.obligations.map { obligation in
                obligation.details.isEmpty
                    ? LuaValue.string(obligation.text)
                    : LuaValue(named: [
                        ("type", .string(obligation.text)), ("properties", LuaValue(.object(obligation.details))),
                    ])
            }
            let others = basic.filter { $0.0 != "obligations" }
            expected.append(others + [("obligations", LuaValue(list: obligations))])
        }
        return expected.map { LuaValue(named: $0) }
    }

    /// The expectation of a test that a decision fulfils.
    static func expectation(_ decision: Decision) -> [(ExactName, LuaValue)] {
        var expected: [(ExactName, LuaValue)] = []
        if decision.isPermitted {
            expected.append(("permit", .boolean(true)))
        } else if let deny = decision.reasons.first(where: { $0.effect == .deny }) {
            expected.append(("deny", .string(deny.policy)))
            if let code = deny.code { expected.append(("code", .string(code))) }
        } else {
            expected.append(("code", .string(decision.code)))
        }
        if let advice = decision.advice.first { expected.append(("advice", .string(advice.policy))) }
        if !decision.obligations.isEmpty {
            expected.append(("obligations", LuaValue(list: decision.obligations.map { .string($0.text) })))
        }
        return expected
    }
}

extension LuaValue {
    /// A table with these names, in this order.
    init(named entries: [(ExactName, LuaValue)]) {
        self = .table(entries.map { Entry(key: .string($0.0), value: $0.1) })
    }

    /// The table of a test with its parts in the order in which tests are read.
    var inTestOrder: LuaValue {
        guard case .table(let entries) = self else { return self }
        let order = TestCase.keys
        func place(_ entry: Entry) -> Int {
            guard let name = entry.key.name else { return order.count }
            return order.firstIndex(of: name) ?? order.count
        }
        return .table(entries.sorted { place($0) < place($1) })
    }

    init(list: [LuaValue]) {
        self = .table(list.enumerated().map { Entry(key: .integer(Int64($0 + 1)), value: $1) })
    }

    init(_ json: JSON) {
        switch json {
        case .null: self = .nil
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        // No declared property has such a value, and a test has no other.
        case .unrepresentable: self = .nil
        case .string(let value): self = .string(value)
        case .array(let items): self.init(list: items.map { LuaValue($0) })
        case .object(let members): self.init(named: members.map { ($0.key, LuaValue($0.value)) })
        }
    }
}
