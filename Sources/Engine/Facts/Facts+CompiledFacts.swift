internal import Glibc
internal import Model
internal import Policies

/// Facts computed from a request's packed values alone; each agrees with `value`.
///
/// Methods that change nothing are mutating, too: the compiler gives others a copy of all fields.
extension Facts {
    /// Follows a tree as far as packed values alone answer.
    /// - Parameter nodes: the nodes of the tree.
    /// - Returns: a leaf, `unseen`, or the node of a fact that packed values alone do not answer.
    @unsafe mutating func walk(
        _ nodes: UnsafeMutablePointer<DecisionTree.Node>, from start: DecisionTree.Place
    ) -> DecisionTree.Place {
        let request = unsafe current
        return unsafe walk(nodes, from: start, request.pointee.packedValues.span)
    }

    /// Follows trees one after the other, up to one that packed values alone do not answer.
    /// - Parameters:
    ///   - count: the number of trees.
    ///   - answered: the number of trees that have answered.
    ///   - answers: the leaf that each tree leads to.
    /// - Returns: the place where the first unanswered tree stops.
    @unsafe mutating func walk(
        _ treeHeaders: UnsafeMutablePointer<UnsafeMutablePointer<DecisionTree.Header>>, _ count: Int,
        _ answered: inout Int,
        _ answers: inout UncheckedArray<Int32>, _ verdict: inout Verdict
    ) -> DecisionTree.Place {
        let request = unsafe current
        let packedValues = unsafe request.pointee.packedValues.span
        while answered < count {
            let header = unsafe treeHeaders[answered]
            let place = unsafe walk(header.pointee.nodes, from: header.pointee.start, packedValues)
            guard let leaf = place.leaf else { return place }
            unsafe verdict.formUnion(header.pointee.verdicts[leaf])
            answers[answered] = Int32(truncatingIfNeeded: leaf)
            answered += 1
        }
        return .unseen
    }

    /// The key of the request for a memo.
    @inline(__always) @unsafe mutating func key(for memo: UnsafeMutablePointer<LeafMemo.Header>) -> LeafMemo.Key {
        let request = unsafe current
        let packedValues = unsafe request.pointee.packedValues.span
        var key: LeafMemo.Key = 0
        for number in unsafe 0..<memo.pointee.inputCount {
            let input = unsafe memo.pointee.inputs + number
            let answers: UInt64
            if let table = unsafe input.pointee.table {
                answers = unsafe UInt64(
                    entry(of: input, packedValues).map { unsafe table[$0] } ?? input.pointee.unknown)
            } else {
                answers = unsafe UInt64(answer(input.pointee.fact, packedValues).rawValue)
            }
            key |= unsafe answers &<< input.pointee.shift
        }
        return key
    }

    /// The entry of the request in a table of answers; `nil` when a value has no row there.
    @unsafe mutating func entry(of input: UnsafeMutablePointer<MemoInput>) -> Int? {
        let request = unsafe current
        return unsafe entry(of: input, request.pointee.packedValues.span)
    }

    /// True for an access by a token without a ceiling, or by no token.
    @inline(__always) private mutating func isWithoutLimits(_ packedValues: Span<PackedValue>) -> Bool {
        let holder = packedValues[ResolvedRequest.place(.assignment, of: .token)]
        return packedValues[ResolvedRequest.Place.kind].number == 0
            && (holder.kind == .absent || holder.kind == .assignment && holder.number < known.combinationCount)
    }

    @inline(__always) @unsafe private mutating func entry(
        of input: UnsafeMutablePointer<MemoInput>, _ packedValues: Span<PackedValue>
    ) -> Int? {
        // The number of the limit; 0 for none, as for a token without limits.
        if unsafe input.pointee.isOfLimits { return isWithoutLimits(packedValues) ? 0 : quickLimit(packedValues) }
        let first = unsafe input.pointee.axes.0.part(packedValues[Int(input.pointee.axes.0.place)].code)
        let second = unsafe input.pointee.axes.1.part(packedValues[Int(input.pointee.axes.1.place)].code)
        let third = unsafe input.pointee.axes.2.part(packedValues[Int(input.pointee.axes.2.place)].code)
        let entry = first &+ second &+ third
        return unsafe entry < input.pointee.entryCount ? Int(entry) : nil
    }

    /// The cached answer of a remembered fact, by the codes of the values that it depends on; `other` for one that is
    /// not cached.
    mutating func rememberedTruth(_ compiledFact: CompiledFact, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> TernaryTruth {
        let codes = Codes(a: a, b: b, c: c)
        guard codes.areAll, let key = factCache.key(compiledFact.cacheKey, a, b, c), key.kind == 1 else {
            return .other
        }
        return TernaryTruth(key.bits != 0)
    }

    @inline(__always) @unsafe private mutating func walk(
        _ nodes: UnsafeMutablePointer<DecisionTree.Node>, from start: DecisionTree.Place,
        _ packedValues: Span<PackedValue>
    ) -> DecisionTree.Place {
        var place = start
        while let index = place.node {
            let node = unsafe nodes + index
            let truth = unsafe answer(node.pointee.compiledFact, packedValues)
            guard truth != .other else { return place }
            place = unsafe node.pointee[truth]
        }
        return place
    }

    mutating func quickTruth(_ compiledFact: CompiledFact) -> TernaryTruth {
        let request = unsafe current
        return unsafe answer(compiledFact, request.pointee.packedValues.span)
    }

    @inline(__always) private mutating func answer(_ compiledFact: CompiledFact, _ packedValues: Span<PackedValue>)
        -> TernaryTruth
    {
        switch compiledFact.operation {
        case .has: return TernaryTruth(packedValues[Int(compiledFact.a)].kind != .absent)
        case .truth:
            let packedValue = packedValues[Int(compiledFact.a)]
            return packedValue.kind == .boolean ? TernaryTruth(packedValue.bits != 0) : .other
        case .code: return TernaryTruth(packedValues[Int(compiledFact.a)].code == UInt32(bitPattern: compiledFact.b))
        case .text:
            let (packedValue, constant) = (packedValues[Int(compiledFact.a)], constants.values[Int(compiledFact.b)])
            guard packedValue.kind == .text else { return .other }
            guard packedValue.textLength == constant.textLength else { return .no }
            return TernaryTruth(isText(packedValue, constant))
        case .same:
            let (one, other) = (packedValue(compiledFact.a, packedValues), packedValue(compiledFact.b, packedValues))
            guard one.kind == other.kind, one.kind.rawValue >= PackedValue.Kind.boolean.rawValue else { return .other }
            return TernaryTruth(one.bits == other.bits)
        case .equal, .less, .lessEqual:
            let (one, other) = (packedValue(compiledFact.a, packedValues), packedValue(compiledFact.b, packedValues))
            guard one.kind == other.kind else { return .other }
            switch one.kind {
            case .integer, .instant, .date, .time, .duration:
                return compiledFact.order(Int64(bitPattern: one.bits), Int64(bitPattern: other.bits))
            case .number: return compiledFact.order(Double(bitPattern: one.bits), Double(bitPattern: other.bits))
            default: return .other
            }
        case .isWithin:
            let (one, other) = (packedValue(compiledFact.a, packedValues), packedValue(compiledFact.b, packedValues))
            guard one.kind == .department, other.kind == .department else { return .other }
            return TernaryTruth(known.department(one.number, isWithin: other.number))
        case .isWithinReach:
            let one = packedValue(compiledFact.a, packedValues)
            let (other, holder) = (packedValues[Int(compiledFact.b)], packedValues[Int(compiledFact.c)])
            guard one.kind == .department, other.kind == .department, holder.kind == .assignment else { return .other }
            guard known.department(one.number, isWithin: other.number) else { return .no }
            return holder.number < known.combinationCount ? .yes : reaches(one.number, holder.number)
        case .beyondCeiling:
            return isWithoutLimits(packedValues) ? .no : isBeyondCeiling(packedValues)
        case .isLimit: return isBeyondCeiling(packedValues, in: compiledFact.a)
        case .hasCeiling:
            let holder = packedValues[Int(compiledFact.a)]
            return holder.kind == .assignment ? TernaryTruth(holder.number >= known.combinationCount) : .other
        case .inNetwork:
            let address = packedValue(compiledFact.a, packedValues)
            guard address.kind == .ip4 else { return .other }
            let bits = UInt32(truncatingIfNeeded: address.bits)
            return TernaryTruth(
                UInt32(bitPattern: compiledFact.b) <= bits && bits <= UInt32(bitPattern: compiledFact.c))
        case .can:
            let holder = packedValues[Int(compiledFact.a)]
            let action =
                compiledFact.b < 0
                ? packedValues[ResolvedRequest.Place.action] : PackedValue(.action, Int(compiledFact.b))
            guard holder.kind == .permissionSet, action.kind == .action else { return .other }
            return known.permits(action.number, permissionSet: holder.number)
        case .remembered:
            let codes = codes(compiledFact, packedValues)
            return rememberedTruth(compiledFact, codes.a, codes.b, codes.c)
        case .general: return .other
        }
    }

    // Apart from `answer`, whose code is in every walk: few tokens have a ceiling.
    @inline(never) private mutating func reaches(_ department: Int, _ assignment: Int) -> TernaryTruth {
        TernaryTruth(known.reaches(department, under: known.limits(assignment)))
    }

    /// True when a request goes beyond the ceiling of the token that acts, or first of all beyond one part of it.
    /// - Parameter part: its number; `nil` for any part. A request that goes beyond none has none to compare.
    @inline(never) private mutating func isBeyondCeiling(
        _ packedValues: Span<PackedValue>, in part: Int32? = nil
    ) -> TernaryTruth {
        guard let limit = quickLimit(packedValues) else { return .other }
        guard let part else { return TernaryTruth(limit != 0) }
        return limit == 0 ? .other : TernaryTruth(limit == Int(part))
    }

    /// True when a string of a request equals a constant of the same length.
    @inline(never) private mutating func isText(_ own: PackedValue, _ constant: PackedValue) -> Bool {
        let (own, other) = (own.text, constant.text)
        let request = unsafe current
        return unsafe request.pointee.texts.span.withUnsafeBytes { texts in
            unsafe constants.texts.span.withUnsafeBytes { constants in
                precondition(own.upperBound <= texts.count && other.upperBound <= constants.count)
                guard let one = texts.baseAddress, let two = constants.baseAddress else { return true }
                return unsafe TextWords.areSame(one + own.lowerBound, two + other.lowerBound, own.count)
            }
        }
    }

    /// The packed value of an operand; absent for a setting that was not asked for yet.
    @inline(__always) private mutating func packedValue(_ operand: Int32, _ packedValues: Span<PackedValue>)
        -> PackedValue
    {
        if operand < CompiledFact.constants { return packedValues[Int(operand)] }
        if operand < CompiledFact.settings { return constants.values[Int(operand) - CompiledFact.constants] }
        let tenant = packedValues[ResolvedRequest.Place.tenant].code
        guard tenant != PackedValue.uncoded,
            let key = factCache.key(Expressions.ID(operand - Int32(CompiledFact.settings)), tenant, 0, 0)
        else { return .absent }
        return key.packedValue ?? .absent
    }

    /// The codes of the values that a remembered fact depends on.
    @inline(__always) private mutating func codes(_ compiledFact: CompiledFact, _ packedValues: Span<PackedValue>)
        -> Codes
    {
        if isNarrowed { return Codes(a: PackedValue.uncoded, b: PackedValue.uncoded, c: PackedValue.uncoded) }
        return Codes(
            a: packedValues[Int(compiledFact.a)].code, b: packedValues[Int(compiledFact.b)].code,
            c: packedValues[Int(compiledFact.c)].code)
    }

    private mutating func currentCodes(_ compiledFact: CompiledFact) -> Codes {
        let request = unsafe current
        return unsafe codes(compiledFact, request.pointee.packedValues.span)
    }

    private struct Codes {
        let a: UInt32
        let b: UInt32
        let c: UInt32

        /// True when each value has a code.
        @inline(__always) var areAll: Bool {
            a != PackedValue.uncoded && b != PackedValue.uncoded && c != PackedValue.uncoded
        }
    }

    // MARK: Facts beyond packed values

    /// The answer of a boolean fact, cached where it can be; `other` for a fact that is not boolean: see `key`.
    mutating func truth(_ compiledFact: CompiledFact) -> TernaryTruth {
        switch compiledFact.operation {
        case .can:
            let holder = request.packedValues[Int(compiledFact.a)]
            if holder.kind == .permissionSet { known.learn(permissionSet: holder.number) }
        case .beyondCeiling, .isLimit:
            let holder = request.packedValues[ResolvedRequest.place(.assignment, of: .token)]
            if holder.kind == .assignment { known.learn(limited: holder.number) }
        case .remembered:
            guard let key = key(compiledFact), key.kind == 1 else { return .other }
            return TernaryTruth(key.bits != 0)
        case .same, .equal, .less, .lessEqual, .isWithin:
            learn(setting: compiledFact.a)
            learn(setting: compiledFact.b)
        case .isWithinReach: learn(setting: compiledFact.a)
        case .hasCeiling, .has, .truth, .code, .text, .inNetwork, .general: break
        }
        guard case .boolean(let holds) = value(compiledFact.fact) else { return .other }
        return TernaryTruth(holds)
    }

    /// The answer of a fact as a branch; `nil` for one that was never seen.
    mutating func key(_ compiledFact: CompiledFact) -> FactKey? {
        guard compiledFact.operation == .remembered else {
            let key = keys.key(value(compiledFact.fact))
            return hasStopped ? nil : key
        }
        let codes = currentCodes(compiledFact)
        if codes.areAll, let key = factCache.key(compiledFact.cacheKey, codes.a, codes.b, codes.c) { return key }
        guard let key = keys.key(value(compiledFact.fact)), !hasStopped else { return nil }
        remember(key, of: compiledFact.fact)
        return key
    }

    /// Caches the answer of a fact by all values that were ever read for it.
    private mutating func remember(_ key: FactKey, of fact: Expressions.ID) {
        let compiledFact = isCovered(fact) ? compiledFact(fact) : widen(fact)
        guard compiledFact.operation == .remembered else { return }
        let codes = currentCodes(compiledFact)
        if codes.areAll { factCache.set(compiledFact.cacheKey, codes.a, codes.b, codes.c, key) }
    }

    private mutating func learn(setting operand: Int32) {
        guard operand >= CompiledFact.settings else { return }
        let id = Expressions.ID(operand - Int32(CompiledFact.settings))
        let tenant = request.packedValues[ResolvedRequest.Place.tenant].code
        guard tenant != PackedValue.uncoded, let packedValue = PackedValue(constant: value(id)),
            let key = FactKey(packedValue),
            reads(for: id).isSubset(of: ReadSet([ResolvedRequest.Place.tenant]))
        else { return }
        factCache.set(id, tenant, 0, 0, key)
    }
}

extension CompiledFact {
    @inline(__always) fileprivate func order<Number: Comparable>(_ one: Number, _ other: Number) -> TernaryTruth {
        switch operation {
        case .equal: TernaryTruth(one == other)
        case .less: TernaryTruth(one < other)
        default: TernaryTruth(one <= other)
        }
    }
}
