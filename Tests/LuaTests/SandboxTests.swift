internal import Lua
internal import Model
internal import Testing

/// A host with one of everything; handle 1 is the request.
private final class RecordingHost: SandboxHost {
    var attributesAsked = 0
    var reads = 0
    var calls: [(function: UInt32, arguments: [LuaValue], line: Int)] = []

    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer {
        attributesAsked += 1
        return switch key {
        case "amount": .expression(2)
        case "owner": .expression(3)
        case "list": .expression(4)
        case "active": .fact(5)
        case "map": .expression(6)
        case "any": .walk(until: true)
        case "all": .walk(until: false)
        case "has": .method(7)
        default: .failure("there is no `\(key)`")
        }
    }

    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        switch operation {
        case .read:
            reads += 1
            return .boolean(arguments.handle(0) == 5)
        case .content: return content(arguments.handle(0))
        case .equal: return .boolean(content(arguments[0]) == content(arguments[1]))
        case .less: return .boolean(number(arguments[0]) < number(arguments[1]))
        case .lessEqual: return .boolean(number(arguments[0]) <= number(arguments[1]))
        case .length: return .integer(2)
        case .element, .index: return .string("element \(number(arguments[1]))")
        case .key: return .string("key \(number(arguments[1]))")
        case .value: return .string("value \(number(arguments[1]))")
        case .add, .subtract: return .nothing
        }
    }

    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        calls.append((function, (0..<arguments.count).map { arguments[$0] }, line))
        return function == 9 ? .failure("refused") : .boolean(true)
    }

    func typeName(_ handle: UInt32) -> String {
        switch handle {
        case 4: "list of string"
        case 6: "map of string"
        default: "thing"
        }
    }

    private func content(_ handle: UInt32?) -> HostAnswer { handle == 3 ? .string("ann") : .integer(40) }

    private func content(_ value: LuaValue) -> HostAnswer {
        switch value {
        case .handle(let id): content(id)
        case .string(let text): .string(text)
        case .integer(let number): .integer(number)
        default: .nothing
        }
    }

    private func number(_ value: LuaValue) -> Int64 {
        if case .integer(let number) = content(value) { number } else { 0 }
    }
}

struct SandboxTests {
    private let functions = ["permit", "deny"].enumerated().map {
        HostFunction(name: $0.element, code: UInt32(8 + $0.offset))
    }

    private func run(_ source: String, limits: Limits = Limits()) throws -> (CallResult, RecordingHost, Bool) {
        let host = RecordingHost()
        var sandbox = try Sandbox(functions: functions, tags: ["list"])
        let chunk = try sandbox.load(Array(source.utf8), name: "test.lua", limits: limits)
        let outcome = sandbox.run(chunk, host: host, limits: limits)
        return (outcome, host, sandbox.isSpent)
    }

    private func decide(_ body: String) throws -> (CallResult, RecordingHost) {
        let host = RecordingHost()
        var sandbox = try Sandbox(functions: functions, tags: ["list"])
        let source = "return { decide = function(r)\n\(body)\nend }"
        let chunk = try sandbox.load(Array(source.utf8), name: "test.lua", limits: Limits())
        return (sandbox.call(chunk, "decide", argument: 1, host: host, limits: Limits()), host)
    }

    @Test(arguments: [
        ("return 1 + 1", LuaValue.integer(2)),
        ("return ('x'):rep(3)", .string("xxx")),
        ("return ('a.b'):find('.', 1, true)", .integer(2)),
        ("return ('key = 12'):match('(%w+)%s*=%s*%d+')", .string("key")),
        ("return (('hello'):gsub('l+', '<%0>'))", .string("he<ll>o")),
        ("local s = '' for w in ('a b c'):gmatch('%a') do s = w .. s end return s", .string("cba")),
        ("return ('%s|%5.1f|%d'):format({}, 1.25, 3)", .string("table|  1.2|3")),
        (
            "local s = '' for k in pairs{ b = 1, a = 2, 7, [-1] = 3, [1.5] = 1 } do s = s .. k .. ' ' end return s",
            .string("-1 1 1.5 a b ")
        ),
        (
            "local t = { 3, 1, 2 } table.sort(t, function(a, b) return a > b end) return table.concat(t, ',')",
            .string("3,2,1")
        ),
        ("return tostring(0/0) .. type(tostring)", .string("nanfunction")),
        ("return tonumber('ff', 16) + tonumber('0x10') + math.floor(2.5)", .integer(273)),
        ("return table.remove({ 1, 2, 3 }, 1) + select('#', table.unpack({ 1, 2 }))", .integer(3)),
        ("return __eq('a', nil)", .boolean(false)),
    ])
    func `a chunk returns its first result`(source: String, expected: LuaValue) throws {
        #expect(try run(source).0.value == expected)
    }

    @Test func `a table arrives sorted, with its contents`() throws {
        let value = try run("return { b = { true }, a = list 'x', 5 }").0.value
        #expect(
            value
                == .table([
                    .init(key: .integer(1), value: .integer(5)),
                    .init(
                        key: .string("a"), value: .table([.init(key: .string("\u{1}list"), value: .string("x"))])),
                    .init(key: .string("b"), value: .table([.init(key: .integer(1), value: .boolean(true))])),
                ]))
    }

    @Test(arguments: [
        ("while true do end", CallResult.Termination.exceeded(.fuel)),
        ("return ('a'):rep(65536):find('.-b')", .exceeded(.fuel)),
        ("local t = {} for i = 1, 1e9 do t[i] = { i } end", .exceeded(.memory)),
        ("local s = 'x' while true do s = s .. s end", .exceeded(.memory)),
    ])
    func `a spent budget ends the sandbox`(source: String, termination: CallResult.Termination) throws {
        let (outcome, _, spent) = try run(source)
        #expect(outcome.termination == termination)
        #expect(spent)
    }

    @Test func `a deadline ends the sandbox`() throws {
        let limits = Limits(fuel: .max, deadline: .milliseconds(20))
        let (outcome, _, spent) = try run("while true do end", limits: limits)
        #expect(outcome.termination == .exceeded(.deadline))
        #expect(spent)
    }

    @Test(arguments: [
        ("\nerror('no\\nway')", "no\\x0away", 2), ("return\n\nnope", "undefined global `nope`", 3),
        ("return __eq(1, '1')", "cannot compare a number with a string", 1),
        ("string.rep = 1", "libraries and globals are read-only", 1),
        ("_ENV.x = 1", "libraries and globals are read-only", 1),
        ("table.insert(string, 1)", "the table is read-only", 1),
        ("for k in pairs{ [{}] = 1 } do end", "a table with a table as a key has no fixed order", 1),
        ("permit()\ndeny()", "refused", 2), ("pcall(error)", "undefined global `pcall`", 1),
    ])
    func `a failure has its line`(source: String, message: String, line: Int) throws {
        #expect(try run(source).0.termination == .failed(message: message, line: line))
    }

    @Test(arguments: ["error({})", "error(nil)", "local t = {} t.t = t return t"])
    func `odd errors and results are failures`(source: String) throws {
        let (outcome, _, spent) = try run(source)
        guard case .failed = outcome.termination else { throw LuaError(.syntax, "\(outcome.termination)") }
        #expect(!spent)
    }

    @Test func `attributes are asked once and facts are read each time`() throws {
        let (outcome, host) = try decide("for i = 1, 3 do permit(r.active, r.amount, { r.owner }) end")
        #expect(outcome.termination == .finished)
        #expect(host.attributesAsked == 3)
        #expect(host.reads == 3)
        #expect(host.calls.map(\.line) == [2, 2, 2])
        let entry = LuaValue.Entry(key: .integer(1), value: .handle(3))
        #expect(host.calls.last?.arguments == [.boolean(true), .handle(2), .table([entry])])
    }

    @Test func `handles behave as their content where they are used`() throws {
        let (outcome, host) = try decide(
            """
            permit(r.amount + 2, 1 - r.amount, -r.amount, r.amount < 41, r.amount >= 41, #r.list, type(r.owner))
            permit(tostring(r.owner), r.owner == r.owner, __eq(r.owner, "ann"), __content(r.amount), r:has("x"))
            permit(string.upper(r.owner), math.max(r.amount, 1), ("%s"):format(r.owner))
            for i, e in ipairs(r.list) do permit(i, e) end
            """)
        #expect(outcome.termination == .finished)
        let arguments = host.calls.filter { $0.function == 8 }.map(\.arguments)
        #expect(
            arguments == [
                [
                    .integer(42), .integer(-39), .integer(-40), .boolean(true), .boolean(false), .integer(2),
                    .string("thing"),
                ],
                [.string("ann"), .boolean(true), .boolean(true), .integer(40), .boolean(true)],
                [.string("ANN"), .integer(40), .string("ann")],
                [.integer(1), .string("element 1")], [.integer(2), .string("element 2")],
            ])
        #expect(host.calls.first { $0.function == 7 }?.arguments == [.handle(1), .string("x")])
    }

    @Test func `source that is not text or too long is refused`() throws {
        var sandbox = try Sandbox(functions: [], tags: [])
        for source in [[0x1B, 0x4C], [0], Array(repeating: UInt8(ascii: " "), count: 70_000)] as [[UInt8]] {
            do {
                _ = try sandbox.load(source, name: "x", limits: Limits())
                Issue.record("loaded")
            } catch {
                #expect(error.code == .source)
            }
        }
        do {
            _ = try sandbox.load(Array("\nx x".utf8), name: "x.lua", limits: Limits())
            Issue.record("loaded")
        } catch {
            #expect(error.code == .syntax)
            #expect(error.message.hasPrefix("x.lua:2: "))
        }
    }
}
