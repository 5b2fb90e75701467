import Model
import Testing

@testable import Engine
@testable import Policies

/// The work for one policy, request or file is proportional to its size; it is counted, not timed.
@Suite struct WorkTests {
    /// A counter of the moves of an array's memory.
    private struct Moves {
        private var last = 0
        private(set) var count = 0

        mutating func look<Element>(_ array: [Element]) {
            let place = unsafe array.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
            if place != last { count += 1 }
            last = place
        }
    }

    @Test(arguments: [1_000, 16_000])
    func `forming a constant copies no earlier constants`(count: Int) {
        var schema = Schema()
        schema.resources = [
            .init(name: "order", properties: [.init(name: "note", type: .string, isOptional: true)])
        ]
        var facts = Facts(schema: schema)
        let expressions = facts.expressions
        let request = expressions.intern(.request, 0, type: .request)
        let resource = expressions.intern(.attribute, request, Attribute.resource.rawValue, type: .resource)
        let note = expressions.intern(.property, resource, expressions.name("note"), type: .string)
        var moves = [Moves](repeating: Moves(), count: 4)
        for number in 0..<count {
            let constant = expressions.constant(.string("text \(number)"), type: .string)
            let fact = expressions.intern(.equal, note, constant)
            _ = facts.truth(of: fact)
            _ = facts.value(fact)
            moves[0].look(facts.constants.values)
            moves[1].look(facts.constants.texts)
            moves[2].look(expressions.nodes)
            moves[3].look(expressions.types)
        }
        // Arrays double as they grow.
        for moves in moves { #expect(moves.count < 40, "\(moves.count)") }
    }

    @Test func `a value that is too large is not formed`() {
        let expressions = Expressions()
        var id = expressions.intern(.request, 0, type: .request)
        var count = 0
        while expressions.carries(id), count < 100 {
            // The shape of a function call with one value twice, without a function.
            id = expressions.intern(.equal, id, id)
            count += 1
        }
        #expect(count == 8 && expressions.text(id).utf8.count < 10_000)
    }
}
