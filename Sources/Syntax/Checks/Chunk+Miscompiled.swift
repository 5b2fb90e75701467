extension Chunk {
    /// Bitwise operators that stock Lua 5.4.0 to 5.4.4 may compile wrongly, because their function has more constants
    /// than an instruction can name. `1 ~ (2 or 3)` is 0 there, and `8 | (2 or 3)` is 2. Only the first of each such
    /// function.
    ///
    /// A constant counts as often as it is written, so the count is never lower than Lua's own.
    package var miscompiled: [Position] {
        var owners = Owners(functions)
        var counts: [Int: Int] = [:]
        var operators: [Int: Position] = [:]
        for expression in expressions.sorted(by: { $0.start < $1.start }) {
            let owner = owners.owner(at: expression.start)
            counts[owner, default: 0] += constants(expression)
            guard case .binary(let operation, _, _, _) = expression.kind, operation.isBitwise else { continue }
            if operators[owner] == nil { operators[owner] = expression.position }
        }
        return operators.filter { counts[$0.key, default: 0] > Self.mostConstants }.values.sorted()
    }

    /// Well below the 255 that an instruction can name: checked operations add names of their own.
    private static let mostConstants = 200

    private func constants(_ expression: Expression) -> Int {
        switch expression.kind {
        case .nil, .boolean, .integer, .float, .string, .member, .method: 1
        case .name(let name):
            switch name.target {
            case .global: 1
            case .local(let declaration): self[declaration].constant == nil ? 0 : 1
            }
        case .table(let fields): fields.count { if case .named = $0 { true } else { false } }
        default: 0
        }
    }

    /// The function that an offset belongs to; offsets must be asked for in ascending order.
    private struct Owners {
        private let functions: [(number: Int, start: Int, end: Int)]
        private var next = 0
        private var open: [(number: Int, end: Int)] = []

        init(_ functions: [Function]) {
            self.functions = functions.enumerated().map { ($0.offset, $0.element.position.offset, $0.element.end) }
                .sorted { $0.start < $1.start }
        }

        /// The innermost function around an offset; -1 for the chunk itself.
        mutating func owner(at offset: Int) -> Int {
            while next < functions.count, functions[next].start < offset {
                open.append((functions[next].number, functions[next].end))
                next += 1
            }
            // Functions nest, so the last one that has not ended is the innermost.
            open.removeAll { $0.end <= offset }
            return open.last?.number ?? -1
        }
    }
}

extension BinaryOperator {
    /// True for `&`, `|`, `~`, `<<` and `>>`.
    package var isBitwise: Bool {
        switch self {
        case .bitOr, .bitXor, .bitAnd, .shiftLeft, .shiftRight: true
        default: false
        }
    }
}
