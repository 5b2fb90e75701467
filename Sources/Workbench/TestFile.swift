internal import Lua
internal import Model

/// The tests of one file: what it passed to `test`, unread as yet.
enum TestFile {
    static let suffix = "_test.lua"
    /// More tests than any honest file has.
    private static let most = 10_000
    /// A file of tests may be longer than a policy, and does more.
    private static let limits = Limits(fuel: 20_000_000, memory: 64 << 20, sourceBytes: 1 << 20)

    struct Test {
        let name: String
        let line: Int
        let table: LuaValue
    }

    /// Runs a test file in a sandbox of its own, which knows `test` and nothing of requests.
    static func read(_ bytes: [UInt8], name: String) throws(TestFault) -> [Test] {
        let host = Host()
        let outcome: Outcome
        do throws(LuaError) {
            var sandbox = try Sandbox(functions: [HostFunction(name: "test", code: 0)], tags: [])
            let chunk = try sandbox.load(bytes, name: name, limits: limits)
            outcome = sandbox.run(chunk, host: host, limits: limits)
        } catch {
            throw TestFault(error.message)
        }
        switch outcome.ending {
        case .finished: return host.tests
        case .failed(let message, let line): throw TestFault((line.map { "line \($0): " } ?? "") + message)
        case .fuelExhausted: throw TestFault("the file runs on without end")
        case .memoryExhausted: throw TestFault("the file takes more memory than it may")
        case .deadlineExceeded: throw TestFault("the file takes longer than it may")
        }
    }

    /// What a test file talks to: `test`, which keeps what it is given.
    private final class Host: SandboxHost {
        private(set) var tests: [Test] = []

        func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
            guard case .string(let name) = arguments[0] else {
                return .failure("`test` takes a name first, got \(arguments[0].kindInWords)")
            }
            guard case .table = arguments[1] else {
                return .failure("`test` takes a table second, got \(arguments[1].kindInWords)")
            }
            guard tests.count < TestFile.most else { return .failure("a file has at most \(TestFile.most) tests") }
            tests.append(Test(name: name, line: line, table: arguments[1]))
            return .nothing
        }

        // Nothing in a test file stands for a value of a request.
        func attribute(_ handle: UInt32, _ key: String) -> AttributeAnswer { .failure("there is no request here") }
        func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
            .failure("there is no request here")
        }
        func typeName(_ handle: UInt32) -> String { "nothing" }
    }
}
