internal import Lua
internal import Model
internal import Testing

/// A host that answers every question by a fact of its own, whose truth changes between evaluations.
private final class Witness: SandboxHost {
    private var facts: [String: UInt32] = [:]
    private var names: [String] = []
    var evaluation = 0
    var full = 0
    var quick = 0
    var refuses = false

    static func truth(_ name: String, _ evaluation: Int) -> Bool {
        (name.utf8.reduce(UInt32(evaluation &* 97)) { ($0 ^ UInt32($1)) &* 16_777_619 } >> 7) & 1 == 1
    }

    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer {
        switch key {
        case "has": .method(7)
        case "other": .method(8)
        case "active": .fact(100)
        default: .expression(UInt32(key.utf8.count + 200))
        }
    }

    private func answer(_ name: String) -> HostAnswer {
        full += 1
        if facts[name] == nil {
            facts[name] = UInt32(names.count)
            names.append(name)
        }
        return .fact(facts[name]!, holds: Self.truth(name, evaluation))
    }

    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        answer("operation \(operation) " + (0..<arguments.count).map { "\(arguments[$0])" }.joined(separator: " "))
    }

    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        answer("\(function) " + (0..<arguments.count).map { "\(arguments[$0])" }.joined(separator: " "))
    }

    func typeName(_ handle: UInt32) -> String { "thing" }

    var port: FastCallbacks? {
        unsafe FastCallbacks(
            Unmanaged.passUnretained(self).toOpaque(),
            fact: { witness, fact in
                unsafe Unmanaged<Witness>.fromOpaque(witness!).takeUnretainedValue().holds(fact)
            }, begin: { _ in })
    }

    private func holds(_ fact: UInt32) -> Int32 {
        if refuses { return -1 }
        quick += 1
        return Self.truth(names[Int(fact)], evaluation) ? 1 : 0
    }
}

/// An interpreter caches the fact that answers a question, and never confuses two questions.
@Suite struct KnownQuestionTests {
    private static let script = """
        local policy = {}
        function policy.decide(r)
          local bits = {}
          local function note(bit) bits[#bits + 1] = bit and "1" or "0" end
          for i = 1, 120 do
            note(r:has("k" .. i)) note(r:other("k" .. i)) note(r:has(i)) note(r:has(i % 2 == 0))
            note(r:has(("x"):rep(i % 60) .. "end"))
            note(r:has(r.longer)) note(r:has(r.other_one)) note(r.longer:has(r)) note(__eq(r, "k" .. i)) note(r < i)
            note(r:has(i + 0.5)) note(r:has({ i })) note(r:has("k" .. i, "more")) note(r.active)
            note(r:has("k" .. i .. "\\0")) note(r:has(tostring(i)))
          end
          deny(table.concat(bits))
        end
        return policy
        """

    @Test func `cached questions are compared by all of their arguments`() throws {
        var remembered: [String] = []
        for refuses in [false, true] {
            let host = Witness()
            host.refuses = refuses
            let sayer = Sayer(host)
            var sandbox = try Sandbox(functions: [HostFunction(name: "deny", code: 1)], tags: [])
            let chunk = try sandbox.load(Array(Self.script.utf8), name: "a.lua", limits: Limits(fuel: 10_000_000))
            for evaluation in 0..<6 {
                host.evaluation = evaluation
                let outcome = sandbox.call(
                    chunk, "decide", argument: 1, host: sayer, limits: Limits(fuel: 10_000_000))
                #expect(outcome.termination == .finished)
            }
            if refuses { #expect(sayer.said == remembered) } else { remembered = sayer.said }
            #expect(Set(sayer.said).count == 6)
            #expect(refuses ? host.quick == 0 : host.quick > 2_000, "\(host.quick) of \(host.full)")
        }
    }
}

/// A host that passes every call on, except for those at the end.
private final class Sayer: SandboxHost {
    private let witness: Witness
    private(set) var said: [String] = []

    init(_ witness: Witness) { self.witness = witness }

    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer { witness.attribute(handle, key) }
    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        witness.operate(operation, arguments)
    }
    func typeName(_ handle: UInt32) -> String { "thing" }
    var port: FastCallbacks? { unsafe witness.port }

    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        guard function == 1, case .string(let text) = arguments[0] else {
            return witness.call(function, arguments, line: line)
        }
        said.append(text)
        return .nothing
    }
}
