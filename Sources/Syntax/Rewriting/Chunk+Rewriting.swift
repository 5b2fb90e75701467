extension Chunk {
    /// The same program with checked operations; every line keeps its number.
    ///
    /// `a == b` becomes `(__eq(a , b))`. A key that is not a literal becomes `__content(key)`, and so do the operands
    /// of `..` and the bounds of a numeric `for`. Values that a call in last place adds to the arguments of a host
    /// function are dropped: see `cutArguments`. A leading `#` line becomes a comment.
    package func rewritten() -> [UInt8] { rewritten(with: []) }

    /// The same, with more edits.
    func rewritten(with more: [Edit]) -> [UInt8] {
        var edits = more
        if source.first == UInt8(ascii: "#") { edits.append(Edit(offset: 0, order: Int.min, text: "--")) }
        for index in expressions.indices {
            collect(index, into: &edits)
            cutArguments(of: index, into: &edits)
        }
        walk { node in
            if case .statement(let statement) = node, case .numericFor(_, let bounds, _) = statement.kind {
                for bound in bounds { wrap(bound, into: &edits) }
            }
            return true
        }
        edits.sort { ($0.offset, $0.order) < ($1.offset, $1.order) }
        return apply(edits)
    }

    /// A text that is inserted into the source.
    struct Edit {
        let offset: Int
        /// The order at one offset: closings first, the inner before the outer; then single edits, which have 0; then
        /// openings, the outer before the inner.
        let order: Int
        let text: String
        /// The number of bytes of the source that the text replaces.
        var replaced = 0
    }

    private func apply(_ edits: [Edit]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(source.count + edits.count * 12)
        var offset = 0
        for edit in edits {
            result.append(contentsOf: source[offset..<edit.offset])
            let text = Array(edit.text.utf8)
            // INVARIANT: an inserted name never joins the word before it, as in `return{}..x`.
            if text.first == UInt8(ascii: "_"), let last = result.last,
                Lexer.isLetter(Int(last)) || Lexer.isDigit(Int(last))
            {
                result.append(UInt8(ascii: " "))
            }
            result.append(contentsOf: text)
            offset = edit.offset + edit.replaced
        }
        result.append(contentsOf: source[offset...])
        return result
    }

    private func collect(_ index: Int, into edits: inout [Edit]) {
        let expression = expressions[index]
        switch expression.kind {
        case .index(_, let key): wrap(key, into: &edits)
        case .table(let fields):
            for case .keyed(let key, _) in fields { wrap(key, into: &edits) }
        case .binary(.concat, let left, let right, _):
            for operand in [left, right] {
                if case .binary(.concat, _, _, _) = self[operand].kind { continue }
                wrap(operand, into: &edits)
            }
        case .binary(let comparison, _, let right, let offset)
        where comparison == .equal || comparison == .notEqual:
            surround(
                Expression.ID(index: index), .operation, comparison == .equal ? "(__eq(" : "(not __eq(", "))",
                into: &edits)
            edits.append(Edit(offset: offset, order: 0, text: ",", replaced: 2))
            if isMultiple(right) { surround(right, .content, "(", ")", into: &edits) }
        default: return
        }
    }

    private func wrap(_ id: Expression.ID, into edits: inout [Edit]) {
        if isLiteral(id) { return }
        // A call that yields nothing must still pass one value.
        let isMultiple = isMultiple(id)
        surround(
            id, .content, isMultiple ? "__content((" : "__content(", isMultiple ? "))" : ")", into: &edits)
    }

    /// The wrappers of one expression, the innermost first.
    enum Layer: Int {
        case operation, truth, content, operand
    }

    func surround(
        _ id: Expression.ID, _ layer: Layer, _ opening: String, _ closing: String, into edits: inout [Edit]
    ) {
        let expression = self[id]
        let rank = id.index * 4 + layer.rawValue
        let most = expressions.count * 4
        edits.append(Edit(offset: expression.start, order: most - rank, text: opening))
        edits.append(Edit(offset: expression.end, order: rank - most, text: closing))
    }

    package func isMultiple(_ id: Expression.ID) -> Bool {
        switch self[id].kind {
        case .call, .method, .vararg: true
        default: false
        }
    }

    private func isLiteral(_ id: Expression.ID) -> Bool {
        switch self[id].kind {
        case .nil, .boolean, .integer, .float, .string: return true
        case .unary(.minus, let operand):
            switch self[operand].kind {
            case .integer, .float: return true
            default: return false
            }
        default: return false
        }
    }
}
