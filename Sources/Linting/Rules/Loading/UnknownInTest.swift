internal import Model
internal import Syntax

extension Rule {
    static let unknownInTest = Rule(
        name: "unknown-in-test",
        purpose: "A test that expects something of a policy that does not exist can never pass.",
        severity: .error,
        good: .plain,
        bad: [
            "orders.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
            "orders_test.lua": """
            test("a mobile token reads no order", {
              token = { department = "Sales", user_type = "Integrator", kind = "mobile" },
              action = "orders.read",
              resource = { type = "order", department = "Sales" },
              expect = { deny = "order" },
            })
            """,
        ],
        find: .tests { tests in
            tests.chunk.expressions.flatMap { expression -> [Finding] in
                guard case .table(let fields) = expression.kind else { return [] }
                var findings: [Finding] = []
                for case .named(let key, let value) in fields where key.name == "expect" {
                    guard case .table(let expected) = tests.chunk[value].kind else { continue }
                    for case .named(let key, let value) in expected where ["deny", "advice"].contains(key.name) {
                        guard case .string(let bytes) = tests.chunk[value].kind else { continue }
                        let name = ExactName(String(decoding: bytes, as: UTF8.self))
                        if tests.policies.contains(name) { continue }
                        let hint = Suggestion.hint(for: name, among: tests.policies)
                        findings.append(
                            Finding("there is no policy `\(name)`\(hint)", tests.chunk[value].position))
                    }
                }
                return findings
            }
        })
}
