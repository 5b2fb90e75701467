internal import Model
internal import Policies

/// The records of the policies that were run for one request, in flat arrays: a run allocates none of its own.
struct EvaluationRecords: ~Copyable {
    struct Record: BitwiseCopyable {
        let policy: Int
        /// The index of its ending in `endings`; -1 for a good one.
        var termination: Int32 = -1
        var fuel = 0
        /// The start of its effects and of its facts; they end where those of the next run start.
        let effects: Int
        let trace: Int
    }

    private var records = UncheckedArray<Record>()
    /// The endings that are not good.
    private var endings: [Outcome.Termination] = []
    private var effects: [CalledEffect] = []
    private var trace = UncheckedArray<Expressions.ID>()

    mutating func forget() {
        records.removeAll()
        if !endings.isEmpty { endings.removeAll() }
        if !effects.isEmpty { effects.removeAll(keepingCapacity: true) }
        trace.removeAll()
    }

    /// Begins the run of a policy, to which later effects and facts belong.
    mutating func begin(_ policy: Int) {
        records.append(Record(policy: policy, effects: effects.count, trace: trace.count))
    }

    mutating func append(_ effect: CalledEffect) { effects.append(effect) }
    mutating func append(_ fact: Expressions.ID) { trace.append(fact) }

    mutating func used(_ fuel: Int, by run: Int) { records[run].fuel = fuel }
    mutating func ended(_ termination: Outcome.Termination, of run: Int) {
        guard termination != .finished else { return }
        records[run].termination = Int32(endings.count)
        endings.append(termination)
    }

    /// The number of runs.
    var count: Int { records.count }
    /// The number of facts that all runs have read.
    var factCount: Int { trace.count }
    /// The number of effects of the latest run.
    var effectCount: Int { records.count == 0 ? 0 : effects.count - records[records.count - 1].effects }
    var isSilent: Bool { effects.isEmpty && trace.count == 0 }

    func policy(of run: Int) -> Int { records[run].policy }

    private func termination(of run: Int) -> Outcome.Termination {
        let termination = Int(records[run].termination)
        return termination < 0 ? .finished : endings[termination]
    }

    private func end(of run: Int) -> (effects: Int, trace: Int) {
        guard run + 1 < records.count else { return (effects.count, trace.count) }
        return (records[run + 1].effects, records[run + 1].trace)
    }

    func verdict(of run: Int, isObserving: Bool) -> Verdict {
        let record = records[run]
        let end = end(of: run).effects
        var verdict = Verdict(termination(of: run), says: end > record.effects, isObserving: isObserving)
        guard !isObserving else { return verdict }
        for effect in record.effects..<end { verdict.formUnion(Verdict(effects[effect])) }
        return verdict
    }

    func outcome(of run: Int) -> Outcome {
        let record = records[run]
        let end = end(of: run)
        return Outcome(
            policy: record.policy, termination: termination(of: run), fuel: record.fuel,
            effects: Array(effects[record.effects..<end.effects]), trace: trace[record.trace..<end.trace])
    }

    var outcomes: [Outcome] { (0..<count).map { outcome(of: $0) } }
    var spoken: [Outcome] { (0..<count).filter { !isSilent($0) }.map { outcome(of: $0) } }

    private func isSilent(_ run: Int) -> Bool {
        records[run].termination < 0 && records[run].effects == end(of: run).effects
    }
}
