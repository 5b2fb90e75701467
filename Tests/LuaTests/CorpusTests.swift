internal import Lua
internal import Model
internal import Testing

/// Kept scripts of the fuzzers, with a host that answers everything.
struct CorpusTests {
    private final class Willing: SandboxHost {
        func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer {
            switch key.utf8.count % 4 {
            case 0: .expression(handle % 30 + 1)
            case 1: .fact(2)
            case 2: .method(3)
            default: .failure("no `\(key)`")
            }
        }
        func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
            switch operation {
            case .equal, .less, .lessEqual: .boolean(arguments.count == 2)
            case .length: .integer(3)
            case .content: .string("content")
            case .read: .handle(4)
            case .element, .index, .value: .number(1.5)
            case .key: .string("key")
            case .add, .subtract: .nothing
            }
        }
        func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
            for index in 0..<arguments.count where arguments[index] == .function { return .failure("a function") }
            return .boolean(line % 2 == 0)
        }
        func typeName(_ handle: UInt32) -> String { "thing" }
    }

    /// The result of a script, to the last unit of fuel.
    private static func told(_ script: [UInt8]) throws -> String {
        var sandbox = try Sandbox(
            functions: [HostFunction(name: "permit", code: 8), HostFunction(name: "deny", code: 9)],
            tags: ["list", "optional"])
        let limits = Limits(fuel: 50_000, memory: 4 << 20)
        let host = Willing()
        let chunk: Int
        do { chunk = try sandbox.load(script, name: "s.lua", limits: limits) } catch { return error.message }
        let run = sandbox.run(chunk, host: host, limits: limits)
        let call = sandbox.call(chunk, "decide", argument: 1, host: host, limits: limits)
        return "\(run.termination) \(run.fuel) \(run.value) \(call.termination) \(call.fuel)"
    }

    @Test func `kept scripts are harmless and cost the same in every interpreter`() throws {
        let scripts = try Corpus.inputs("scripts")
        #expect(scripts.count > 100)
        var compared = 0
        for script in scripts {
            let one = try Self.told(script)
            // Memory is a safety net: the point where it trips may differ.
            if one.contains("EvaluationLimit.memory") { continue }
            #expect(try Self.told(script) == one, "\(String(decoding: script, as: UTF8.self))")
            compared += 1
        }
        #expect(compared > 100)
    }
}
