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
    ///   - answered: how many of them have answered.
    ///   - answers: as long as there are trees; the leaf that each comes to.
    /// - Returns: where the first one stops that has not answered.
    @unsafe mutating func walk(
        _ heads: UnsafeBufferPointer<UnsafeMutablePointer<DecisionTree.Head>>, _ answered: inout Int,
        _ answers: UnsafeMutablePointer<Int32>, _ verdict: inout Verdict
    ) -> DecisionTree.Place {
        let request = unsafe current
        let cells = unsafe request.pointee.cells.span
        while answered < heads.count {
            let head = unsafe heads[answered]
            let place = unsafe walk(head.pointee.nodes, from: head.pointee.root, cells)
            guard let leaf = place.leaf else { return place }
            unsafe verdict.formUnion(head.pointee.verdicts[leaf])
            unsafe answers[answered] = Int32(truncatingIfNeeded: leaf)
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
            switch unsafe answer(node.pointee.probe, cells) {
            case .no: place = unsafe node.pointee.no
            case .yes: place = unsafe node.pointee.yes
            case .other: return place
            }
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
            guard let a = code(probe.a, cells), let b = code(probe.b, cells), let c = code(probe.c, cells),
                let key = memo.key(probe.fact, a, b, c), key.kind == 1
            else { return .other }
            return Truth(key.bits != 0)
        case .general: return .other
        }
    }

    /// The cell that an operand lies in; of a setting that was not asked for yet none.
    @inline(__always) private func cell(_ operand: Int32, _ cells: Span<Cell>) -> Cell {
        if operand < Probe.constants { return cells[Int(operand)] }
        if operand < Probe.settings { return constants[Int(operand) - Probe.constants] }
        guard let tenant = code(Int32(Request.Place.tenant), cells),
            let key = memo.key(Expressions.ID(operand - Int32(Probe.settings)), tenant, 0, 0)
        else { return .absent }
        return key.cell ?? .absent
    }

    /// What a cell stands for, in a number; `nil` when it has none. No place has the number of what is absent.
    @inline(__always) private func code(_ place: Int32, _ cells: Span<Cell>) -> UInt32? {
        guard place >= 0 else { return 0 }
        let cell = cells[Int(place)]
        return cell.isCoded ? cell.code : nil
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
        case .has, .truth, .inNetwork, .general: break
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
        let cells = request.cells
        guard let a = code(probe.a, cells.span), let b = code(probe.b, cells.span), let c = code(probe.c, cells.span)
        else { return keys.key(value(probe.fact)) }
        if let key = memo.key(probe.fact, a, b, c) { return key }
        guard let key = keys.key(value(probe.fact)), !hasStopped else { return nil }
        memo.set(probe.fact, a, b, c, key)
        return key
    }

    private mutating func learn(setting operand: Int32) {
        guard operand >= Probe.settings else { return }
        let id = Expressions.ID(operand - Int32(Probe.settings))
        let cells = request.cells
        guard let tenant = code(Int32(Request.Place.tenant), cells.span),
            let cell = Cell(constant: value(id)), let key = FactKey(cell)
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
