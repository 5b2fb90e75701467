internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let typeAsDefault = Rule(
        name: "type-as-default",
        purpose: "A setting whose default is the name of a type, `closes = \"date\"`, may be meant as that type.",
        severity: .warning,
        good: [
            "a.lua": """
            local policy = { on = "access" }
            local config = settings { closes = date "2026-12-31", months = 12 }
            function policy.decide(request)
              if request.date > config.closes:plus { months = config.months } then deny("closed on {settings.closes}") end
            end
            return policy
            """,
            "a_test.lua": "",
        ],
        bad: """
            local policy = { on = "access" }
            local config = settings { closes = "date" }
            function policy.decide(request)
              if request.action == config.closes then deny("closed on {settings.closes}") end
            end
            return policy
            """,
        find: .policy { policy in
            let chunk = policy.chunk
            return chunk.expressions.flatMap { expression -> [Finding] in
                guard case .call(let callee, let arguments) = expression.kind,
                    case .name(let name) = chunk[callee].kind, name.target == .global, name.name == "settings",
                    let first = arguments.first, case .table(let fields) = chunk[first].kind
                else { return [] }
                return fields.compactMap { field in
                    guard case .named(let setting, let value) = field, case .string(let bytes) = chunk[value].kind
                    else { return nil }
                    let type = String(decoding: bytes, as: UTF8.self)
                    guard ValueType.declarableNames.contains(ExactName(type)) else { return nil }
                    let shown = setting.name
                    return Finding(
                        "`\(shown) = \"\(type)\"` is a string, \"\(type)\" by default. For a value of the type, write "
                            + "`\(shown) = required \"\(type)\"`\(example(of: type, shown)). If the string is meant, write "
                            + "`-- check: allow type-as-default: it is a string` on the line before",
                        chunk[value].position)
                }
            }
        })

    /// The default of a type that a setting may be meant to have.
    private static func example(of type: String, _ setting: String) -> String {
        let constant = ValueType.constants.first { $0.name == type }?.exampleConstant
        let plain = ["number": "12", "boolean": "false"][type]
        return (constant ?? plain).map { ", or with a default `\(setting) = \($0)`" } ?? ""
    }
}
