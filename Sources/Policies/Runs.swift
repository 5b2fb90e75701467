internal import Model

/// What the policies that were run for one request said of it, in flat arrays: a run makes none of its own.
struct Runs {
    struct Record {
        let policy: Int
        var ending = Evaluation.Ending.finished
        var fuel = 0
        /// Where its effects and its facts begin; they end where the next run's begin.
        let effects: Int
        let trace: Int
    }

    private(set) var records: [Record] = []
    private(set) var effects: [EvaluationHost.Effect] = []
    private(set) var trace: [Expressions.ID] = []

    mutating func forget() {
        records.removeAll(keepingCapacity: true)
        if !effects.isEmpty { effects.removeAll(keepingCapacity: true) }
        trace.removeAll(keepingCapacity: true)
    }

    /// Begins the run of a policy: what is said and read from now on is its.
    mutating func begin(_ policy: Int) {
        records.append(Record(policy: policy, effects: effects.count, trace: trace.count))
    }

    mutating func append(_ effect: EvaluationHost.Effect) { effects.append(effect) }
    mutating func append(_ fact: Expressions.ID) { trace.append(fact) }

    mutating func used(_ fuel: Int, by run: Int) { records[run].fuel = fuel }
    mutating func ended(_ ending: Evaluation.Ending, of run: Int) { records[run].ending = ending }

    /// How many effects, and facts, the run that began last has.
    var effectCount: Int { records.last.map { effects.count - $0.effects } ?? 0 }
    var factCount: Int { records.last.map { trace.count - $0.trace } ?? 0 }

    private func end(of run: Int) -> (effects: Int, trace: Int) {
        guard run + 1 < records.count else { return (effects.count, trace.count) }
        return (records[run + 1].effects, records[run + 1].trace)
    }

    func verdict(of run: Int, isObserving: Bool) -> Verdict {
        let record = records[run]
        let end = end(of: run).effects
        var verdict = Verdict(record.ending, says: end > record.effects, isObserving: isObserving)
        guard !isObserving else { return verdict }
        for effect in record.effects..<end { verdict.formUnion(Verdict(effects[effect].kind)) }
        return verdict
    }

    func outcome(of run: Int) -> Evaluation.Outcome {
        let record = records[run]
        let end = end(of: run)
        return Evaluation.Outcome(
            policy: record.policy, ending: record.ending, fuel: record.fuel,
            effects: Array(effects[record.effects..<end.effects]), trace: Array(trace[record.trace..<end.trace]))
    }

    var outcomes: [Evaluation.Outcome] { records.indices.map(outcome) }
}
