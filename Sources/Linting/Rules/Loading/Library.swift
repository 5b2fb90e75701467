internal import Model

extension Rule {
    static let library = Rule(
        name: "library",
        purpose:
            "A library is a file `lib/NAME.lua` that returns a table of functions, and uses no library that uses it.",
        severity: .error,
        good: [
            "lib/names.lua": #"return { is_mobile = function(token) return token.kind == "mobile" end }"#,
            "mobile.lua": """
            local names = use "lib.names"
            local policy = { on = "access" }
            function policy.decide(request)
              if names.is_mobile(request.token) then deny("not for mobile tokens") end
            end
            return policy
            """,
            "mobile_test.lua": "",
        ],
        bad: [
            "lib/names.lua": #"return function(token) return token.kind == "mobile" end"#
        ],
        find: .loader)
}
