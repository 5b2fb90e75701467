import Model
import Testing

@testable import Policies

/// What one policy, request or file makes the engine do is in proportion to its size: work is counted, not timed.
@Suite struct WorkTests {
    /// How often the memory of an array has moved, as one looks at it again and again.
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
    func `forming a constant copies none of those before it`(count: Int) {
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
            moves[0].look(expressions.packedValues)
            moves[1].look(expressions.texts)
            moves[2].look(expressions.nodes)
            moves[3].look(expressions.types)
        }
        // Arrays double as they grow.
        for moves in moves { #expect(moves.count < 40, "\(moves.count)") }
    }

    @Test func `a value that would be too large written out is not formed any further`() {
        let expressions = Expressions()
        var id = expressions.intern(.request, 0, type: .request)
        var count = 0
        while expressions.carries(id), count < 100 {
            // What a function is that is given one value twice, but for the function.
            id = expressions.intern(.equal, id, id)
            count += 1
        }
        #expect(count == 8 && expressions.text(id).utf8.count < 10_000)
    }
}
