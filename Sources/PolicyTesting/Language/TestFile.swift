internal import Lua
internal import Model
internal import Policies
internal import Syntax

/// The unparsed content of one test file: its tests, and what they share.
package struct TestFile: Sendable {
    /// The limit of tests in a file, more than any honest file has.
    private static let most = 10_000
    /// The limits of a test file, which may be longer than a policy, and does more. Fuel is the limit that counts, on a
    /// busy machine too.
    private static let limits = Limits(fuel: 20_000_000, memory: 64 << 20, deadline: .seconds(60), sourceBytes: 1 << 20)

    struct Test: Sendable {
        let name: String
        let line: Int
        let table: LuaValue
    }

    /// A named table; the file's own directory has an empty name.
    struct Named: Sendable {
        let name: ExactName
        let table: LuaValue
    }

    let tests: [Test]
    let fixtures: [Named]
    let directories: [Named]
    /// The lines of cases that are written as a literal table.
    let cases: TestCaseLines

    /// Runs a test file in a sandbox of its own, which knows `test`, `fixture` and `directory`, but no requests.
    init(_ bytes: [UInt8], name: String) throws(TestFault) {
        let source: Chunk
        do throws(SyntaxError) { source = try Chunk.parse(bytes) } catch {
            throw TestFault(error.message, line: error.line)
        }
        if let fault = Dialect.faults(of: source, known: Self.globals, path: name, whose: "tests").first {
            throw TestFault(fault.message, line: fault.line)
        }
        let host = Host()
        let outcome: CallResult
        do throws(LuaError) {
            var sandbox = try Sandbox(functions: Function.allCases.map(\.host) + Self.constants, tags: [])
            let chunk = try sandbox.load(Self.prelude + bytes, name: name, limits: Self.limits)
            outcome = sandbox.run(chunk, host: host, limits: Self.limits)
        } catch {
            throw TestFault(error.message)
        }
        switch outcome.termination {
        case .finished: break
        case .failed(let message, let line): throw TestFault(message, line: line)
        case .exceeded(.fuel): throw TestFault("the file exceeds its instruction limit")
        case .exceeded(let limit): throw TestFault("the file \(limit.excess)")
        }
        if let problem = host.problem {
            throw TestFault(problem.message, line: Self.line(of: problem.name, in: source))
        }
        if let twice = source.repeatedKeys.first {
            throw TestFault(
                "`\(twice.name)` is given twice, first on line \(twice.first.line)", line: twice.position.line)
        }
        tests = host.tests
        fixtures = host.fixtures
        directories = host.directories
        cases = host.tests.contains { $0.table.hasCases } ? TestCaseLines(source) : TestCaseLines()
    }

    /// The line of the last fixture or directory with a name; of any, when there is no name.
    private static func line(of name: ExactName, in source: Chunk) -> Int? {
        source.expressions.last { expression in
            guard case .call(let callee, let arguments) = expression.kind,
                case .name(let function) = source[callee].kind, ["fixture", "directory"].contains(function.name),
                let first = arguments.first
            else { return false }
            if name.isEmpty { return true }
            guard case .string(let bytes) = source[first].kind else { return false }
            return bytes.elementsEqual(name.utf8)
        }?.position.line
    }

    /// The globals of test files.
    package static let globals = StandardLibrary.globals.union(["test", "fixture", "directory"])
        .union(BuiltinFunction.ofConstants.map(\.name))

    private static let firstConstant: UInt32 = 100
    /// The functions that write constants: here each gives the string that a request would have.
    private static let constants = BuiltinFunction.ofConstants.map {
        HostFunction(name: $0.name, code: firstConstant + $0.rawValue)
    }

    private enum Function: UInt32, CaseIterable {
        case test, fixture, directory

        var host: HostFunction {
            switch self {
            case .test: HostFunction(name: "test", code: rawValue)
            case .fixture: HostFunction(name: "__fixture", code: rawValue)
            case .directory: HostFunction(name: "__directory", code: rawValue)
            }
        }
    }

    /// The code that makes `fixture "name" { … }` two calls. It is put on the file's first line, so that every line
    /// keeps its number.
    private static let prelude = Array(
        """
        local function fixture(n) return function(t) __fixture(n, t) return t end end \
        local function directory(n) if type(n) ~= "string" then __directory("", n) return n end \
        return function(t) __directory(n, t) return t end end 
        """.utf8)

    /// The host of a test file, which collects its tests, fixtures and directories.
    private final class Host: SandboxHost {
        private(set) var tests: [Test] = []
        private(set) var fixtures: [Named] = []
        private(set) var directories: [Named] = []
        /// The first problem of a fixture or a directory, with its name.
        private(set) var problem: (message: String, name: ExactName)?

        func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
            if function >= TestFile.firstConstant { return constant(function - TestFile.firstConstant, arguments) }
            switch Function(rawValue: function)! {
            case .test: return test(arguments, line)
            case .fixture: share(arguments, "fixture", &fixtures)
            case .directory: share(arguments, "directory", &directories)
            }
            return .nothing
        }

        private func constant(_ code: UInt32, _ arguments: LuaArguments) -> HostAnswer {
            guard let type = BuiltinFunction(rawValue: code)?.constantType else { return .nothing }
            guard arguments.stated <= 1 else { return .failure(Arity.surplus(type.name, 1, got: arguments.stated)) }
            do throws(ValueFault) {
                return .string(try Value(constant: arguments[0], of: type).words(in: .empty))
            } catch { return .failure(error.message) }
        }

        private func test(_ arguments: LuaArguments, _ line: Int) -> HostAnswer {
            guard case .string(let name) = arguments[0] else {
                return .failure("`test` takes a name first, got \(arguments[0].kindInWords)")
            }
            guard case .table = arguments[1] else {
                return .failure("`test` takes a table second, got \(arguments[1].kindInWords)")
            }
            guard arguments.stated <= 2 else {
                return .failure("`test` takes a name and a table, got \(arguments.stated) arguments")
            }
            guard tests.count < TestFile.most else { return .failure("a file has at most \(TestFile.most) tests") }
            tests.append(Test(name: name, line: line, table: arguments[1]))
            return .nothing
        }

        /// Reports a problem afterwards instead of raising an error, because the caller is the prelude, not a line of
        /// the file.
        private func share(_ arguments: LuaArguments, _ kind: String, _ shared: inout [Named]) {
            guard let name = arguments[0].name else {
                problem = problem ?? ("`\(kind)` takes a name first, got \(arguments[0].kindInWords)", "")
                return
            }
            guard case .table = arguments[1] else {
                let words = name.isEmpty ? "" : " `\(name)`"
                problem = problem ?? ("the \(kind)\(words) is a table, got \(arguments[1].kindInWords)", name)
                return
            }
            if shared.contains(where: { $0.name == name }) {
                let words = name.isEmpty ? "of the file" : "`\(name)`"
                problem = problem ?? ("the \(kind) \(words) is defined twice", name)
            }
            if name == "operator" || name == "store" || name == "demo" {
                problem = problem ?? ("`\(name)` is a reserved name; rename the \(kind)", name)
            }
            shared.append(Named(name: name, table: arguments[1]))
        }

        // No value in a test file is a value of a request.
        func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer { .failure("a test file has no request") }
        func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
            .failure("a test file has no request")
        }
        func typeName(_ handle: UInt32) -> String { "nothing" }
    }
}

extension LuaValue {
    /// True for the table of a test with several cases.
    fileprivate var hasCases: Bool {
        guard case .table(let entries) = self else { return false }
        return entries.contains { $0.key == .string("cases") }
    }
}
