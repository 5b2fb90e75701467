internal import Model

extension Rule {
    static let miscompiled = Rule(
        name: "miscompiled",
        purpose: "Lua 5.4.4 miscompiles a bitwise operator in a function with more than 200 constants.",
        severity: .error,
        good: .plain,
        bad: .init(policy: miscompiledExample),
        find: .loader)

    private static let miscompiledExample =
        """
        local policy = { on = "access" }
        function policy.decide(request)
          local many = { \((1...210).map(String.init).joined(separator: ", ")) }
          if #many & 1 == 1 and request.token.kind == "mobile" then deny("not for mobile tokens") end
        end
        return policy
        """
}
