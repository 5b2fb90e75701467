internal import Glibc
internal import HostileScripts
internal import Lua
internal import Model
internal import Testing

/// A host whose only handle answers nothing.
private final class Nobody: SandboxHost {
    var permits = 0

    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer { .failure("there is no `\(key)`") }
    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer { .nothing }
    func typeName(_ handle: UInt32) -> String { "request" }
    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        permits += 1
        return .nothing
    }
}

struct HostileTests {
    /// The CPU time of this thread, in seconds.
    private static func work() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func `a hostile script ends in time and does not harm the process`() throws {
        let limits = Limits()
        var loaded = 0
        for script in try HostileScript.all() {
            let host = Nobody()
            var sandbox = try Sandbox(functions: [HostFunction(name: "permit", code: 1)], tags: [])
            let start = Self.work()
            if let chunk = try? sandbox.load(script.source, name: script.name, limits: limits) {
                loaded += 1
                _ = sandbox.run(chunk, host: host, limits: limits)
                _ = sandbox.call(chunk, "decide", argument: 1, host: host, limits: limits)
            }
            let time = Self.work() - start
            #expect(time < 5, "\(script.name)")
            #expect(host.permits == 0, "\(script.name)")
        }
        #expect(loaded > 150)
    }
}
