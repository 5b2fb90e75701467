internal import Model
internal import Policies
internal import PolicyTesting

extension LuaAnnotations {
    /// The environment of policies, of the schema and of tests.
    static var functions: String {
        let kinds = DecisionKind.allCases.map { "---| \"\($0.rawValue)\"" }.joined(separator: "\n")
        let period = Period.names.map { "---@field \($0)? integer" }.joined(separator: "\n")
        let lists = ValueType.declarableNames.map { "---@overload fun(type: \"\($0)\"): demilune.List.\($0)" }
            .joined(separator: "\n")
        return """
            ---@alias demilune.Point
            \(kinds)

            ---@class demilune.Period
            \(period)

            ---@class demilune.Policy
            ---@field on demilune.Point|demilune.Point[] # the kinds of decision that it is for
            ---@field decide? fun(request: demilune.Request) # calls \(PolicyStatement.Effect.listed("or"))
            ---@field subject? demilune.SubjectType # for `access`: the type of subject; "token" by default
            ---@field grants? demilune.Grant[] # the actions that it may permit; none by default
            ---@field mode? "decide"|"observe" # "observe": evaluated and logged, never decides
            ---@field enabled? boolean # false: it is not evaluated
            ---@field about? string
            ---@field owner? string
            ---@field [string] function

            ---Permits, unless a policy denies. Only actions that `grants` name.
            ---@param reason? string
            function permit(reason) end

            ---Denies, whatever other policies decide.
            ---@param reason string # `{token.department}` is filled in
            ---@param options? { code: string }
            function deny(reason, options) end

            ---Gives advice to the person. Decides nothing.
            ---@param reason string
            ---@param suggestion? table<string, any>
            function advise(reason, suggestion) end

            ---Obliges whoever enforces the decision to do this. Decides nothing. It belongs to permits, with
            ---`{ on = "deny" }` to denies.
            ---@param name string # what clients list in `supported_obligations`
            ---@param details? { on?: "permit"|"deny", [string]: any }
            function oblige(name, details) end

            ---Declares the policy's parameters: a value gives type and default. `settings.json` sets them.
            ---@generic T: table
            ---@param declared T
            ---@return T
            function settings(declared) end

            ---A list of a type, in a schema and in `settings`.
            \(lists)
            ---@param type string|any[] # in `settings`, a table of values is the default
            ---@return table
            function list(type) end

            ---A setting without a default: `required "date"`.
            ---@param type string|table
            ---@return any
            function required(type) end

            \(constants)

            ---A property that a request may have, in a schema.
            ---@param type string|table
            ---@return table
            function optional(type) end

            ---@class demilune.Expectation
            \(fields(TestExpectation.keys, expected))

            ---@class demilune.Test
            \(fields(TestCase.keys, tested))

            ---A test of the policy that the file is named after.
            ---@param name string
            ---@param test demilune.Test
            function test(name, test) end

            ---A named table that tests share: `fixture "sales" { … }`.
            ---@param name string
            ---@return fun(content: table)
            function fixture(name) end

            ---The organisation of the tests in this file.
            ---@param organisation table
            function directory(organisation) end

            ---@param value any
            ---@return "nil"|"number"|"string"|"boolean"|"table"|"function"|"userdata"
            function type(value) end

            ---@generic V
            ---@param list V[]|{ [integer]: V }
            ---@return fun(list: V[], index?: integer): integer, V
            function ipairs(list) end

            ---@generic K, V
            ---@param table { [K]: V }
            ---@return fun(table: { [K]: V }, key?: K): K, V
            function pairs(table) end

            ---@param which integer|"#"
            ---@param ... any
            ---@return any
            function select(which, ...) end

            ---@generic T
            ---@param value T
            ---@param message? string
            ---@return T
            function assert(value, message) end

            ---@param message any
            function error(message) end

            ---@param value any
            ---@return string
            function tostring(value) end

            ---@param value any
            ---@param base? integer
            ---@return number?
            function tonumber(value, base) end

            """
    }

    /// The functions that write constants.
    private static var constants: String {
        ValueType.constants.map { type in
            let table =
                type == .duration
                ? "|{ weeks?: integer, days?: integer, hours?: integer, minutes?: integer, seconds?: integer }" : ""
            return """
                ---A constant: `\(type.exampleConstant!)`.
                ---@param value string\(table)
                ---@return \(LuaAnnotations.name(type))
                function \(type.name)(value) end

                """
        }.joined(separator: "\n")
    }

    private static func fields(_ names: [ExactName], _ types: [ExactName: String]) -> String {
        names.map { "---@field \($0)? \(types[$0] ?? "any")" }.joined(separator: "\n")
    }

    private static let expected: [ExactName: String] = [
        "permit": "boolean", "deny": "string # a policy", "code": "string", "reason": "string # part of a reason",
        "advice": "string # a policy", "obligation": "string", "obligations": "(string|table)[] # all of them",
        "silent": "boolean", "details": "table<string, any>",
    ]

    private static let tested: [ExactName: String] = [
        "directory": "string", "tenant": "string", "at": "string|demilune.Instant", "point": "demilune.Point",
        "action": "string|table",
        "resource": "table<string, any>|false", "context": "table<string, any>", "proposed": "table<string, any>",
        "settings": "table<string, table<string, any>>", "only_policy": "boolean", "expect": "demilune.Expectation",
        "skip": "string", "only": "boolean",
    ]
}
