package import Model

/// A function that a plugin provides: typed, and a fact like any other once it is called.
package struct PluginFunction: Sendable {
    package struct Parameter: Sendable {
        package let name: ExactName
        package let type: ValueType
        /// True when it may be left out, which only trailing parameters may.
        package let isOptional: Bool

        package init(_ name: ExactName, _ type: ValueType, isOptional: Bool = false) {
            self.name = name
            self.type = type
            self.isOptional = isOptional
        }
    }

    package struct Result: Sendable {
        package let type: ValueType
        /// The strings that it can be; empty for any.
        package let choices: [ExactName]

        package init(_ type: ValueType, choices: [ExactName] = []) {
            self.type = type
            self.choices = choices
        }
    }

    /// The implementation of a function.
    package enum Body: Sendable {
        /// The host, without Lua.
        /// - tables: the tables of the plugin that it is given, by number in the plugin.
        case native(any NativeFunction, tables: [Int])
        /// The function at this path in the table that `plugin.lua` returns, with its own budget.
        case lua(path: String, fuel: Int)
    }

    package let name: ExactName
    package let about: String
    package let parameters: [Parameter]
    package let result: Result
    package let body: Body

    package init(name: ExactName, about: String, parameters: [Parameter], result: Result, body: Body) {
        self.name = name
        self.about = about
        self.parameters = parameters
        self.result = result
        self.body = body
    }

    /// The fuel of one call, which counts against that of the evaluation.
    package var fuel: Int { if case .lua(_, let fuel) = body { fuel } else { 0 } }

    /// The code of the first function of plugins; the others follow by their numbers.
    package static let firstCode: UInt32 = 1 << 20

    /// The fuel of a function whose manifest states none, and the most that a manifest may state.
    package static let usualFuel = 20_000
    package static let mostFuel = 500_000
}

extension PluginFunction {
    /// Parameters as messages show them.
    package static func shown(_ parameters: [Parameter]) -> String {
        parameters.isEmpty ? "nothing" : "(\(parameters.map(\.shown).joined(separator: ", ")))"
    }

    /// The number of arguments that it needs.
    var required: Int { parameters.count { !$0.isOptional } }
}

extension PluginFunction.Parameter {
    /// As reference and messages show it: `address: ip`.
    package var shown: String { "\(name): \(type.name)\(isOptional ? ", optional" : "")" }
}

extension PluginFunction.Result {
    package var shown: String {
        choices.isEmpty ? type.name : choices.map { "\"\($0)\"" }.joined(separator: " or ")
    }
}
