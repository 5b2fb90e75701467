/// A folder of many policies, each with seven tests: every policy permits an action of its own for small amounts.
package struct ManyPolicies {
    /// One mistake that a person makes in such a folder.
    package enum Fault: CaseIterable, Sendable {
        /// A word too many at the end of one policy.
        case strayToken
        /// A type of the schema that does not exist.
        case brokenSchema
        /// A policy that denies what the others permit.
        case wrongPolicy
        /// A plugin that every policy uses and that is not there.
        case missingPlugin
        /// A plugin that every policy uses and that does not load.
        case brokenPlugin
    }

    package static let testsOfOne = 7
    private let count: Int
    /// The policy with the fault.
    private let odd: Int

    package init(count: Int) {
        self.count = count
        odd = count / 4
    }

    /// Writes the folder into a session's, under this name.
    /// - Returns: the path of the policies.
    package func write(_ name: String, with fault: Fault? = nil, to session: Session) throws -> String {
        let path = "\(name)/policies"
        _ = try session.file("\(path)/schema.lua", schema(fault))
        for number in 0..<count {
            _ = try session.file("\(path)/p\(number).lua", policy(number, fault))
            _ = try session.file("\(path)/p\(number)_test.lua", tests(number))
        }
        if fault == .brokenPlugin {
            _ = try session.file("\(name)/plugins/org/plugin.lua", Self.brokenPlugin)
        }
        return "\(session.folder)/\(path)"
    }

    /// The place of a fault under the session's folder, and a part of the message that names it.
    package func cause(of fault: Fault, in name: String) -> (place: String, message: String) {
        switch fault {
        case .strayToken: ("\(name)/policies/p\(odd).lua:7:1", "got `oops`")
        case .brokenSchema: ("\(name)/policies/schema.lua:3:25", "unknown type `nomber`")
        case .wrongPolicy: ("\(name)/policies/p\(odd)_test.lua:2", "amount 0 of \(odd)")
        case .missingPlugin: ("\(name)/policies/p0.lua:2", "there is no plugin `org`")
        case .brokenPlugin: ("\(name)/plugins/org/plugin.lua:2", "unknown type `boolen`")
        }
    }

    private func schema(_ fault: Fault?) -> String {
        let actions = (0..<count).map { "[\"p\($0).read\"] = \"read\"" }.joined(separator: ", ")
        return """
            return {
              actions = { \(actions) },
              resources = { doc = { amount = "\(fault == .brokenSchema ? "nomber" : "number")" } },
            }

            """
    }

    private func policy(_ number: Int, _ fault: Fault?) -> String {
        let usesPlugin = fault == .missingPlugin || fault == .brokenPlugin
        let isOdd = number == odd
        return """
            -- Small amounts are read.
            \(usesPlugin ? "local org = use \"org\"" : "")
            local policy = { on = "access", grants = { "p\(number).*" } }
            function policy.decide(request)\
            \(isOdd && fault == .wrongPolicy ? " if request.resource.amount < 5 then deny(\"closed\") end" : "")
              if request.action == "p\(number).read" and request.resource.amount < \(number + 10)\
            \(usesPlugin ? " and org.is_open()" : "") then permit("small enough for \(number)") end
            end return policy
            \(isOdd && fault == .strayToken ? "oops oops" : "")
            """
    }

    private func tests(_ number: Int) -> String {
        let tests = (0..<Self.testsOfOne).map { index in
            let amount = index < 4 ? index : 10_000 + index
            return """
                test("amount \(amount) of \(number)", { token = { department = "Dev", user_type = "M" }, \
                action = "p\(number).read", resource = { type = "doc", amount = \(amount) }, \
                expect = { permit = \(index < 4) } })

                """
        }
        return """
            directory { zone = "UTC", departments = { "Dev" }, user_types = { M = { "p\(number).read" } } }

            """ + tests.joined()
    }

    private static let brokenPlugin = """
        return { name = "org", version = "1.0.0", about = "The hours", provides = { functions = {
          is_open = { returns = "boolen", run = function() return true end },
        } } }
        """
}
