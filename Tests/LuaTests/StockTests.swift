internal import CLuaLoad
internal import Lua
internal import Model
internal import Testing

/// Comparison of the dialect's library functions with the stock ones, on programs made from random bytes.
struct StockTests {
    private final class Nobody: SandboxHost {
        func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer { .failure("nothing") }
        func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer { .nothing }
        func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer { .nothing }
        func typeName(_ handle: UInt32) -> String { "nobody" }
    }

    /// A generator of the same bytes on every run.
    private struct Bytes {
        var state: UInt64

        mutating func next(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
        }
    }

    private static func program(_ bytes: [UInt8], patterns: Bool) -> [UInt8] {
        var program = [CChar](repeating: 0, count: 65_536)
        let count = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe program.withUnsafeMutableBufferPointer { target in
                unsafe cluaload_program(bytes.baseAddress, bytes.count, patterns, target.baseAddress, target.count)
            }
        }
        return program.prefix(count).map { UInt8(bitPattern: $0) }
    }

    /// The result of a program in stock Lua, or its error.
    private static func stock(_ program: [UInt8]) -> (worked: Bool, text: [UInt8]) {
        var result = [CChar](repeating: 0, count: 65_536)
        var length = 0
        let worked = unsafe program.withUnsafeBytes { bytes in
            unsafe result.withUnsafeMutableBufferPointer { target in
                unsafe cluaload_value(
                    bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count, target.baseAddress,
                    target.count, &length)
            }
        }
        return (worked, result.prefix(length).map { UInt8(bitPattern: $0) })
    }

    /// The part of a message that both share: without the place, the number of a wrong argument and the kind of quotes.
    private static func essence(_ message: some Collection<UInt8>) -> String {
        var text = String(decoding: message, as: UTF8.self)
        if text.hasPrefix("s:1: ") { text.removeFirst(5) }
        return text.replacing("`", with: "'").replacing(/#\d/, with: "#?")
    }

    /// Runs a program in both and compares the results if ours finishes within its budget.
    /// - Returns: true when results were compared.
    private static func compare(_ program: [UInt8], in sandbox: inout Sandbox) throws -> Bool {
        let limits = Limits(fuel: 200_000)
        let outcome = sandbox.run(
            try sandbox.load(program, name: "s", limits: limits), host: Nobody(), limits: limits)
        guard outcome.termination == .finished || outcome.termination.isFailure else { return false }
        if outcome.termination == .failed(message: "too many results to unpack", line: 1) { return false }
        let stock = Self.stock(program)
        let source = Comment(rawValue: String(decoding: program.suffix(400), as: UTF8.self))
        switch outcome.termination {
        case .failed(let message, _):
            #expect(!stock.worked, source)
            #expect(Self.essence(message.utf8) == Self.essence(stock.text), source)
        default:
            #expect(stock.worked, source)
            #expect(outcome.value == .string(String(decoding: stock.text, as: UTF8.self)), source)
        }
        return true
    }

    @Test(arguments: [(true, 1), (true, 2), (false, 3), (false, 4)])
    func `library functions return and raise the same as the stock ones`(
        patterns: Bool, seed: UInt64
    ) throws {
        var bytes = Bytes(state: seed)
        var compared = 0
        for _ in 0..<8 {
            var sandbox = try Sandbox(functions: [], tags: [])
            for _ in 0..<250 where !sandbox.isSpent {
                if try Self.compare(Self.program(bytes.next(120), patterns: patterns), in: &sandbox) { compared += 1 }
            }
        }
        #expect(compared > 1900)
    }

    @Test(arguments: [("patterns", true), ("libraries", false)])
    func `kept inputs of the fuzzers give the same results as the stock functions`(corpus: String, patterns: Bool)
        throws
    {
        let inputs = try Corpus.inputs(corpus)
        #expect(inputs.count > 100)
        var compared = 0
        for input in inputs {
            var sandbox = try Sandbox(functions: [], tags: [])
            if try Self.compare(Self.program(input, patterns: patterns), in: &sandbox) { compared += 1 }
        }
        #expect(compared > inputs.count / 2)
    }

    @Test func `a NaN has no sign in any text but that of two dots`() throws {
        var sandbox = try Sandbox(functions: [], tags: [])
        let source = "return tostring(0/0) .. string.format('%5.1f|%g', 0/0, -(0/0)) .. table.concat({ 0/0, -(0/0) })"
        let chunk = try sandbox.load(Array(source.utf8), name: "s", limits: Limits())
        let outcome = sandbox.run(chunk, host: Nobody(), limits: Limits())
        #expect(outcome.value == .string("nan  nan|nannannan"))
    }

    @Test(arguments: [
        "function(a, b) return true end", "function(a, b) return false end", "function(a, b) return a <= b end",
        "function(a, b) return (a * 7 + b) % 3 == 0 end", "function(a, b) t[1], t[100] = nil, b return a < b end",
        "function(a, b) return nil end", "function() for i = 1, 50 do t[i] = nil end return true end",
    ])
    func `sorting with an inconsistent comparator ends and loses no element`(comparator: String) throws {
        var sandbox = try Sandbox(functions: [], tags: [])
        let source = """
            local t = {} for i = 1, 100 do t[i] = i * 37 % 101 end
            table.sort(t, \(comparator))
            local sum = 0 for i = 1, 100 do sum = sum + t[i] end return sum
            """
        let chunk = try sandbox.load(Array(source.utf8), name: "s", limits: Limits())
        let outcome = sandbox.run(chunk, host: Nobody(), limits: Limits())
        #expect(outcome.value == .integer(5050))
    }
}

extension CallResult.Termination {
    fileprivate var isFailure: Bool { if case .failed = self { true } else { false } }
}
