import Lua
import Model
import Syntax
import Testing

@testable import Policies

/// The list of Lua's functions, held against the sandbox that has them.
@Suite struct StandardLibraryTests {
    private struct Bench {
        /// The result of an expression in the sandbox; `nil` when it fails.
        func result(of expression: String) throws -> LuaValue? {
            var sandbox = try Sandbox(functions: [], tags: [])
            let program = try Chunk.parse(Array("return \(expression)".utf8)).rewritten()
            let chunk = try sandbox.load(program, name: "test", limits: Limits())
            let outcome = sandbox.run(chunk, host: DeclarationHost(.none), limits: Limits())
            return outcome.termination == .finished ? outcome.value : nil
        }
    }

    /// The names of stock Lua 5.4, as its manual lists them.
    private static let stock: [String] =
        [
            "assert", "collectgarbage", "dofile", "error", "_G", "getmetatable", "ipairs", "load", "loadfile", "next",
            "pairs", "pcall", "print", "rawequal", "rawget", "rawlen", "rawset", "require", "select", "setmetatable",
            "tonumber", "tostring", "type", "_VERSION", "warn", "xpcall", "coroutine", "debug", "io", "os", "package",
            "string", "table", "math", "utf8",
        ]
        + [
            "string":
                "byte char dump find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper",
            "table": "concat insert move pack remove sort unpack",
            "math":
                "abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad random randomseed sin sqrt tan tointeger type ult",
            "utf8": "char charpattern codepoint codes len offset",
        ].flatMap { library, names in names.split(separator: " ").map { "\(library).\($0)" } }.sorted()

    @Test func `the sandbox has the listed names of Lua, and no others`() throws {
        let bench = Bench()
        let listed = Set(
            StandardLibrary.functions.keys.map(ExactName.init(_:))
                + StandardLibrary.constants.keys.map(ExactName.init(_:))
                + StandardLibrary.libraries.map(ExactName.init(_:)))
        for name in Self.stock {
            let isThere = try bench.result(of: name) != nil
            #expect(isThere == listed.contains(ExactName(name)), "\(name)")
        }
        #expect(listed.isSubset(of: Self.stock.map(ExactName.init(_:))))
    }

    /// A valid argument for a parameter.
    private static func valid(_ parameter: StandardLibrary.Parameter) -> String {
        switch parameter {
        case .any, .number: "1"
        case .string, .replacement: "'x'"
        case .table, .ownTable, .list: "{ 'a' }"
        case .function: "function() return false end"
        }
    }

    /// Values that a source shows to be of some kind.
    private static let values = [
        "nil", "true", "1", "'x'", "{ 'a' }", "function() return false end", "math", "tostring", "#'x' == 1",
        "'a' .. 'b'",
    ]

    private static func faults(_ expression: String) throws -> [TypeInference.Fault] {
        TypeInference(script: try Chunk.parse(Array("return \(expression)".utf8))).faults
    }

    @Test func `a call that the list allows runs, and gives what the list says`() throws {
        let bench = Bench()
        for function in StandardLibrary.functions.values where function.name != "error" {
            let arguments = function.parameters.prefix(function.required).map(Self.valid).joined(separator: ", ")
            let call = "\(function.name)(\(arguments))"
            #expect(try Self.faults(call).isEmpty, "\(call)")
            let kind = try bench.result(of: "type((\(call)))")
            #expect(kind != nil, "\(call)")
            if let result = function.result { #expect(kind == .string(result.rawValue), "\(call)") }
            let count = try bench.result(of: "select('#', \(call))")
            if function.isSingle { #expect(count == .integer(1), "\(call)") }
        }
    }

    @Test func `a call that is a fault fails in the sandbox`() throws {
        let bench = Bench()
        var faults = 0
        for function in StandardLibrary.functions.values {
            var calls: [String] = []
            let valid = function.parameters.map(Self.valid)
            for count in 0..<function.required { calls.append(valid.prefix(count).joined(separator: ", ")) }
            for index in valid.indices {
                for value in Self.values {
                    var arguments = valid.prefix(max(index + 1, function.required))
                    arguments[index] = value
                    calls.append(arguments.joined(separator: ", "))
                }
            }
            for arguments in calls {
                let call = "\(function.name)(\(arguments))"
                guard try !Self.faults(call).isEmpty else { continue }
                faults += 1
                #expect(try bench.result(of: call) == nil, "\(call)")
            }
        }
        #expect(faults > 150)
    }

    @Test func `an operator that is a fault fails, and the others run`() throws {
        let bench = Bench()
        let binary = ["+", "-", "*", "/", "//", "%", "^", "&", "|", "<<", "..", "<", "<=", ">", ">="]
        let operands = Self.values.map { "(\($0))" }
        var expressions = operands.flatMap { operand in ["-\(operand)", "#\(operand)", "not \(operand)", "~\(operand)"]
        }
        for operation in binary {
            for left in operands { expressions += operands.map { "\(left) \(operation) \($0)" } }
        }
        expressions += operands.flatMap { operand in
            ["\(operand).x", "\(operand)[1]", "\(operand)()", "\(operand):x()", "\(operand):len()"]
        }
        expressions += [
            "math.random", "math.pi()", "('x').startswith", "('x'):split()", "string:len()", "table:insert(1)",
        ]
        for expression in expressions {
            let fails = try bench.result(of: expression) == nil
            let isFault = try !Self.faults(expression).isEmpty
            // Fields of tables and results of functions are not known.
            if isFault { #expect(fails, "\(expression)") }
            let isOpen =
                expression.contains("{") || expression.contains("tostring") || expression.contains("function")
                || expression.contains("math)")
            if !isOpen { #expect(isFault == fails, "\(expression)") }
        }
    }

    @Test func `advice is about names that there are not`() {
        for group in ForeignNames.groups {
            for name in group.names { #expect(!Dialect.ofPolicies.contains(name), "\(name)") }
            #expect(!group.advice.isEmpty && !group.advice.hasSuffix("."))
        }
        for library in StandardLibrary.libraries {
            for name in StandardLibrary.members(of: library) {
                #expect(ForeignNames.advice(for: name, on: library) == nil, "\(library).\(name)")
            }
        }
        for entry in Vocabulary.entries {
            #expect(ForeignNames.advice(for: entry.name.text, on: entry.owner.name) == nil, "\(entry.name)")
        }
        for entry in Vocabulary.methods {
            for owner in entry.owners { #expect(ForeignNames.advice(for: entry.method.name, on: owner.name) == nil) }
        }
    }

    @Test func `advice is found in any spelling`() {
        for name in ["startswith", "starts_with", "startsWith", "StartsWith"] {
            #expect(ForeignNames.advice(for: name, on: "string")?.contains("x:sub") == true)
        }
        #expect(ForeignNames.advice(for: "includes", on: "list of department")?.contains("contains") == true)
    }
}
