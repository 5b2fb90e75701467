internal import Glibc
internal import Lua
internal import Model
internal import Testing

/// Failing evaluations do not leak memory. `DEMILUNE_LONG=1` makes a million of them.
struct LeakTests {
    /// A host that fails half of its calls.
    private final class Moody: SandboxHost {
        private var turn = false

        func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer {
            key == "other" ? .expression(2) : .failure("there is no `\(key)`")
        }
        func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
            turn.toggle()
            return turn ? .failure("not now") : .string("content")
        }
        func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer { .failure("refused") }
        func typeName(_ handle: UInt32) -> String { "thing" }
    }

    private static let rounds = unsafe getenv("DEMILUNE_LONG") == nil ? 20_000 : 1_000_000

    private static func residentBytes() -> Int {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        unsafe fgets(&text, 128, file)
        let fields = String(decoding: text.prefix { $0 > 32 || $0 == 32 }.map(UInt8.init), as: UTF8.self).split(
            separator: " ")
        return (Int(fields[1]) ?? 0) * 4096
    }

    private static func source(_ body: String) -> [UInt8] {
        Array("local t = { a = 1, { 2 } } return { decide = function(r)\n\(body)\nend }".utf8)
    }

    @Test func `failing evaluations leave an interpreter's memory flat`() throws {
        let host = Moody()
        let limits = Limits(fuel: 50_000)
        var sandbox = try Sandbox(functions: [HostFunction(name: "deny", code: 9)], tags: [])
        let bodies = [
            "error('x' .. #t)", "error({ r })", "local x = nil .. 'a'", "return r.nothing", "return r.other.nothing",
            "table.sort({ 3, 2, 1 }, function(a, b) error('in order') end)",
            "('abc'):gsub('%a', function(c) return deny(c, { c, { c } }) end)", "return r < 1 or r.other < 2",
            "for k in pairs({ [{}] = 1 }) do end", "local s = {} s.s = s deny(s)",
            "for w in ('a b'):gmatch('(') do end",
            "local function f() return 1 + f() end for i = 1, 50 do t[i] = { i } end error(t)",
            "return ('x'):rep(1 << 40)", "for i, e in ipairs(r.other) do deny(e) end",
        ]
        let chunks = try bodies.enumerated().map { number, body in
            try sandbox.load(Self.source(body), name: "l\(number).lua", limits: limits)
        }
        func round(_ count: Int) -> Int {
            var most = 0
            for number in 0..<count {
                let outcome = sandbox.call(
                    chunks[number % chunks.count], "decide", argument: 1, host: host, limits: limits)
                if case .failed = outcome.termination {
                } else {
                    Issue.record("\(bodies[number % bodies.count]): \(outcome.termination)")
                }
                most = max(most, sandbox.bytesInUse)
            }
            return most
        }
        let warm = round(5_000)
        #expect(round(Self.rounds) <= warm + warm / 4)
    }

    /// In a process of its own: other tests take memory, too.
    @Test func `interpreters that were stopped leave the process's memory flat`() async {
        await #expect(processExitsWith: .success) { try LeakTests.stopInterpreters() }
    }

    private static func stopInterpreters() throws {
        let host = Moody()
        let limits = Limits(fuel: 20_000, memory: 1 << 20)
        let bodies = [
            "while true do end", "local s = 'x' while true do s = s .. s end",
            "local function f() return 1 + f() end f()",
            "for i = 1, 1e9 do t[i] = function() return i end end", "('a'):rep(9999):find('.-.-b')",
        ]
        func round(_ count: Int) throws {
            for number in 0..<count {
                var sandbox = try Sandbox(functions: [], tags: [])
                let chunk = try sandbox.load(
                    source(bodies[number % bodies.count]), name: "l.lua", limits: Limits())
                _ = sandbox.call(chunk, "decide", argument: 1, host: host, limits: limits)
                let isSpent = sandbox.isSpent
                #expect(isSpent)
            }
        }
        try round(500)
        let before = residentBytes()
        try round(rounds / 20)
        // A sanitizer keeps freed memory for a while.
        #expect(residentBytes() - before < (unsafe getenv("DEMILUNE_PATIENCE") == nil ? 16 << 20 : 512 << 20))
    }
}
