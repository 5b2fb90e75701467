/// The kinds of values of Lua's own, as far as a source tells them apart.
package enum LuaKind: String, Sendable {
    case nothing = "nil"
    case boolean, number, string, table, function
    /// One of the libraries: a table that is read-only.
    case library

    /// Its name in messages, with its article.
    package var withArticle: String { self == .nothing ? "nil" : "a \(rawValue)" }

    /// True when two values of these kinds may be equal.
    package func mayEqual(_ other: LuaKind) -> Bool {
        self == other || [self, other].allSatisfy { $0 == .table || $0 == .library }
    }
}

/// The functions and constants of Lua that every script of the sandbox has: the one list that checks, type inference
/// and messages are made from. A test holds it against the sandbox.
package enum StandardLibrary {
    /// The requirement of a parameter.
    package enum Parameter: Sendable {
        case any
        /// A number counts as a string.
        case string
        /// A string that is a number counts as one.
        case number
        case table
        /// A table, or a list of the request.
        case list
        /// A table that is changed, which a library is not.
        case ownTable
        case function
        /// The replacement of `gsub`: anything but a boolean.
        case replacement
    }

    package struct Function: Sendable {
        /// Its name as it is written: `tostring`, `string.rep`.
        package let name: String
        package let parameters: [Parameter]
        /// The number of parameters that cannot be left out.
        package let required: Int
        /// True when it takes any number of arguments, each as its last parameter says.
        package let isVariadic: Bool
        /// The kind of its first result; `nil` when it depends on the call.
        package let result: LuaKind?
        /// True when it always returns exactly one value.
        package let isSingle: Bool

        init(
            _ name: String, _ parameters: Parameter..., optional: [Parameter] = [], variadic: Bool = false,
            gives result: LuaKind? = nil, single: Bool? = nil
        ) {
            self.name = name
            self.parameters = parameters + optional
            required = parameters.count
            isVariadic = variadic
            self.result = result
            isSingle = single ?? (result != nil && result != .nothing)
        }

        /// The largest number of arguments; `nil` for any number.
        package var most: Int? { isVariadic ? nil : parameters.count }

        /// The requirement of an argument.
        package func parameter(_ index: Int) -> Parameter? {
            if index < parameters.count { return parameters[index] }
            return isVariadic ? parameters.last : nil
        }
    }

    package static let libraries: Set<String> = ["string", "table", "math", "utf8"]

    package static let functions: [String: Function] = Dictionary(
        uniqueKeysWithValues: list.map { ($0.name, $0) })

    /// The functions without a library.
    package static let basic = Set(list.map(\.name).filter { !$0.contains(".") })

    package static let constants: [String: LuaKind] = [
        "math.huge": .number, "math.pi": .number, "math.maxinteger": .number, "math.mininteger": .number,
        "utf8.charpattern": .string,
    ]

    package static var globals: Set<String> { basic.union(libraries) }

    /// The names that a library has, sorted.
    package static func members(of library: String) -> [String] {
        let names = Array(functions.keys) + Array(constants.keys)
        return names.filter { $0.hasPrefix("\(library).") }.map { String($0.dropFirst(library.utf8.count + 1)) }
            .sorted()
    }

    /// The functions of `string` that are also methods of strings: those whose first argument is one.
    package static let textMethods: Set<String> = Set(
        list.filter { $0.name.hasPrefix("string.") && $0.name != "string.char" }.map { String($0.name.dropFirst(7)) })

    private static let list: [Function] = [
        Function("type", .any, gives: .string),
        Function("ipairs", .list, gives: .function, single: false),
        Function("pairs", .list, gives: .function, single: false),
        Function("select", .any, optional: [.any], variadic: true),
        Function("assert", .any, optional: [.any], variadic: true),
        Function("error", optional: [.any, .number]),
        Function("tostring", .any, gives: .string),
        Function("tonumber", .any, optional: [.number], single: true),
        Function("string.byte", .string, optional: [.number, .number]),
        Function("string.char", optional: [.number], variadic: true, gives: .string),
        Function("string.find", .string, .string, optional: [.number, .any]),
        Function("string.format", .string, optional: [.any], variadic: true, gives: .string),
        Function("string.gmatch", .string, .string, optional: [.number], gives: .function),
        Function("string.gsub", .string, .string, .replacement, optional: [.number], gives: .string, single: false),
        Function("string.len", .string, gives: .number),
        Function("string.lower", .string, gives: .string),
        Function("string.match", .string, .string, optional: [.number]),
        Function("string.rep", .string, .number, optional: [.string], gives: .string),
        Function("string.reverse", .string, gives: .string),
        Function("string.sub", .string, .number, optional: [.number], gives: .string),
        Function("string.upper", .string, gives: .string),
        Function("table.concat", .table, optional: [.string, .number, .number], gives: .string),
        Function("table.insert", .ownTable, .any, optional: [.any], gives: .nothing),
        Function("table.pack", optional: [.any], variadic: true, gives: .table),
        Function("table.remove", .ownTable, optional: [.number], single: true),
        Function("table.sort", .ownTable, optional: [.function], gives: .nothing),
        Function("table.unpack", .table, optional: [.number, .number]),
        Function("math.abs", .number, gives: .number),
        Function("math.ceil", .number, gives: .number),
        Function("math.floor", .number, gives: .number),
        Function("math.fmod", .number, .number, gives: .number),
        // They take whatever can be ordered, and return a single argument as it is.
        Function("math.max", .any, optional: [.any], variadic: true, single: true),
        Function("math.min", .any, optional: [.any], variadic: true, single: true),
        Function("math.modf", .number, gives: .number, single: false),
        Function("math.sqrt", .number, gives: .number),
        Function("math.tointeger", .any, single: true),
        Function("math.type", .any, single: true),
        Function("math.ult", .number, .number, gives: .boolean),
        Function("utf8.char", optional: [.number], variadic: true, gives: .string),
        Function("utf8.codepoint", .string, optional: [.number, .number, .any]),
        Function("utf8.len", .string, optional: [.number, .number, .any]),
    ]
}
