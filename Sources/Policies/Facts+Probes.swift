internal import Glibc
internal import Model

/// Facts asked of a request's cells, where those alone answer. Each says what `value` says.
extension Facts {
    /// Follows a tree as far as cells alone answer.
    /// - Parameter nodes: of that tree.
    /// - Returns: a leaf, nothing, or the node of a fact that has to be asked in another way.
    @unsafe mutating func walk(
        _ nodes: UnsafeMutablePointer<DecisionTree.Node>, from start: DecisionTree.Place
    ) -> DecisionTree.Place {
        let request = unsafe current
        return unsafe walk(nodes, from: start, request.pointee.cells.span)
    }

    /// Follows trees one after the other, up to one that cells alone do not answer.
    /// - Parameters:
    ///   - count: how many trees there are.
    ///   - answered: how many of them have answered.
    ///   - answers: the leaf that each comes to.
    /// - Returns: where the first one stops that has not answered.
    @unsafe mutating func walk(
        _ heads: UnsafeMutablePointer<UnsafeMutablePointer<DecisionTree.Head>>, _ count: Int, _ answered: inout Int,
        _ answers: inout Growing<Int32>, _ verdict: inout Verdict
    ) -> DecisionTree.Place {
        let request = unsafe current
        let cells = unsafe request.pointee.cells.span
        while answered < count {
            let head = unsafe heads[answered]
            let place = unsafe walk(head.pointee.nodes, from: head.pointee.root, cells)
            guard let leaf = place.leaf else { return place }
            unsafe verdict.formUnion(head.pointee.verdicts[leaf])
            answers[answered] = Int32(truncatingIfNeeded: leaf)
            answered += 1
        }
        return .unseen
    }

    @inline(__always) @unsafe private func walk(
        _ nodes: UnsafeMutablePointer<DecisionTree.Node>, from start: DecisionTree.Place, _ cells: Span<Cell>
    ) -> DecisionTree.Place {
        var place = start
        while let index = place.node {
            let node = unsafe nodes + index
            let truth = unsafe answer(node.pointee.probe, cells)
            guard truth != .other else { return place }
            place = unsafe node.pointee[truth]
        }
        return place
    }

    mutating func quickTruth(_ probe: Probe) -> Truth {
        let request = unsafe current
        return unsafe answer(probe, request.pointee.cells.span)
    }

    @inline(__always) private func answer(_ probe: Probe, _ cells: Span<Cell>) -> Truth {
        switch probe.operation {
        case .has: return Truth(cells[Int(probe.a)].kind != .absent)
        case .truth:
            let cell = cells[Int(probe.a)]
            return cell.kind == .boolean ? Truth(cell.bits != 0) : .other
        case .code: return Truth(cells[Int(probe.a)].code == UInt32(bitPattern: probe.b))
        case .text:
            let (cell, constant) = (cells[Int(probe.a)], constants[Int(probe.b)])
            guard cell.kind == .text else { return .other }
            guard cell.textLength == constant.textLength else { return .no }
            return unsafe Truth(Self.isText(cell, current.pointee.texts, constant, constantTexts.value))
        case .same:
            let (one, other) = (cell(probe.a, cells), cell(probe.b, cells))
            guard one.kind == other.kind, one.kind.rawValue >= Cell.Kind.boolean.rawValue else { return .other }
            return Truth(one.bits == other.bits)
        case .equal, .less, .lessEqual:
            let (one, other) = (cell(probe.a, cells), cell(probe.b, cells))
            guard one.kind == other.kind else { return .other }
            switch one.kind {
            case .integer, .instant, .date:
                return probe.order(Int64(bitPattern: one.bits), Int64(bitPattern: other.bits))
            case .number: return probe.order(Double(bitPattern: one.bits), Double(bitPattern: other.bits))
            default: return .other
            }
        case .isWithin:
            let (one, other) = (cell(probe.a, cells), cell(probe.b, cells))
            guard one.kind == .department, other.kind == .department else { return .other }
            return Truth(known.department(one.number, isWithin: other.number))
        case .inNetwork:
            let address = cell(probe.a, cells)
            guard address.kind == .ip4 else { return .other }
            let bits = UInt32(truncatingIfNeeded: address.bits)
            return Truth(UInt32(bitPattern: probe.b) <= bits && bits <= UInt32(bitPattern: probe.c))
        case .can:
            let holder = cells[Int(probe.a)]
            let action = probe.b < 0 ? cells[Request.Place.action] : Cell(.action, Int(probe.b))
            guard holder.kind == .assignment, action.kind == .action else { return .other }
            return known.permits(action.number, assignment: holder.number)
        case .remembered:
            let codes = codes(probe, cells)
            guard codes.areAll, let key = memo.key(probe.memoKey, codes.a, codes.b, codes.c), key.kind == 1 else {
                return .other
            }
            return Truth(key.bits != 0)
        case .general: return .other
        }
    }

    /// Whether a text of a request has the bytes of a constant of its length. Nobody's own: that would copy the facts.
    @inline(never) private static func isText(_ own: Cell, _ texts: [UInt8], _ constant: Cell, _ constants: [UInt8])
        -> Bool
    {
        let (own, other) = (own.text, constant.text)
        precondition(own.upperBound <= texts.count && other.upperBound <= constants.count)
        return unsafe texts.withUnsafeBytes { texts in
            unsafe constants.withUnsafeBytes { constants in
                unsafe own.isEmpty
                    || memcmp(texts.baseAddress! + own.lowerBound, constants.baseAddress! + other.lowerBound, own.count)
                        == 0
            }
        }
    }

    /// The cell that an operand lies in; of a setting that was not asked for yet none.
    @inline(__always) private func cell(_ operand: Int32, _ cells: Span<Cell>) -> Cell {
        if operand < Probe.constants { return cells[Int(operand)] }
        if operand < Probe.settings { return constants[Int(operand) - Probe.constants] }
        let tenant = cells[Request.Place.tenant].code
        guard tenant != Cell.uncoded,
            let key = memo.key(Expressions.ID(operand - Int32(Probe.settings)), tenant, 0, 0)
        else { return .absent }
        return key.cell ?? .absent
    }

    /// What the cells stand for that a remembered fact depends on.
    @inline(__always) private func codes(_ probe: Probe, _ cells: Span<Cell>) -> Codes {
        Codes(a: cells[Int(probe.a)].code, b: cells[Int(probe.b)].code, c: cells[Int(probe.c)].code)
    }

    private struct Codes {
        let a: UInt32
        let b: UInt32
        let c: UInt32

        /// Whether each has one.
        @inline(__always) var areAll: Bool { a != Cell.uncoded && b != Cell.uncoded && c != Cell.uncoded }
    }

    // MARK: What cells alone do not answer

    /// A boolean fact's answer, which is remembered where it can be; `other` for what is no boolean: see `key`.
    mutating func truth(_ probe: Probe) -> Truth {
        switch probe.operation {
        case .can:
            let holder = request.cells[Int(probe.a)]
            if holder.kind == .assignment { known.learn(holder.number) }
        case .remembered:
            guard let key = key(probe), key.kind == 1 else { return .other }
            return Truth(key.bits != 0)
        case .same, .equal, .less, .lessEqual, .isWithin:
            learn(setting: probe.a)
            learn(setting: probe.b)
        case .has, .truth, .code, .text, .inNetwork, .general: break
        }
        guard case .boolean(let holds) = value(probe.fact) else { return .other }
        return Truth(holds)
    }

    /// A fact's answer as a branch; `nil` for one that was never seen.
    mutating func key(_ probe: Probe) -> FactKey? {
        guard probe.operation == .remembered else {
            let key = keys.key(value(probe.fact))
            return hasStopped ? nil : key
        }
        let codes = codes(probe, request.cells.span)
        if codes.areAll, let key = memo.key(probe.memoKey, codes.a, codes.b, codes.c) { return key }
        guard let key = keys.key(value(probe.fact)), !hasStopped else { return nil }
        remember(key, of: probe.fact)
        return key
    }

    /// Keeps what a fact came to, by all that was read for it, now and ever.
    private mutating func remember(_ key: FactKey, of fact: Expressions.ID) {
        let probe = isCovered(fact) ? probe(fact) : widen(fact)
        guard probe.operation == .remembered else { return }
        let codes = codes(probe, request.cells.span)
        if codes.areAll { memo.set(probe.memoKey, codes.a, codes.b, codes.c, key) }
    }

    private mutating func learn(setting operand: Int32) {
        guard operand >= Probe.settings else { return }
        let id = Expressions.ID(operand - Int32(Probe.settings))
        let tenant = request.cells[Request.Place.tenant].code
        guard tenant != Cell.uncoded, let cell = Cell(constant: value(id)), let key = FactKey(cell),
            reads(for: id).isSubset(of: ReadSet([Request.Place.tenant]))
        else { return }
        memo.set(id, tenant, 0, 0, key)
    }
}

extension Probe {
    @inline(__always) fileprivate func order<Number: Comparable>(_ one: Number, _ other: Number) -> Truth {
        switch operation {
        case .equal: Truth(one == other)
        case .less: Truth(one < other)
        default: Truth(one <= other)
        }
    }
}
