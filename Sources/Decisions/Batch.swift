internal import Glibc
package import Model
package import Policies

/// What a batch is asked to do.
package struct BatchOptions: Sendable {
    package var explain = false
    /// Compare each decision with the line's `expected`.
    package var expect = false
    package var jobs = 1
    package var trustTime = false
    package var now: Instant
    package var logPath: String?
    package var masked: Set<String> = []
    package var tenant: String?

    package init(now: Instant) {
        self.now = now
    }
}

/// What a batch came to.
package struct BatchSummary: Sendable {
    package var lines = 0
    package var permits = 0
    package var denies = 0
    /// Lines that were no valid request.
    package var errors = 0
    package var codes: [String: Int] = [:]
    /// How often each policy was a reason, or failed.
    package var policies: [String: Int] = [:]
    /// How often each observing policy had something to say, or failed.
    package var observing: [String: Int] = [:]
    /// Lines whose decision was not the expected one, 1-based; at most 100 of them.
    package var unexpected: [Int] = []
    package var mismatches = 0
    package var isBroken = false
    /// What stopped the run before its end, in words.
    package var failure: String?

    fileprivate mutating func add(_ other: BatchSummary) {
        permits += other.permits
        denies += other.denies
        errors += other.errors
        mismatches += other.mismatches
        codes.merge(other.codes, uniquingKeysWith: +)
        policies.merge(other.policies, uniquingKeysWith: +)
        observing.merge(other.observing, uniquingKeysWith: +)
        unexpected += other.unexpected.prefix(max(0, 100 - unexpected.count)).map { $0 + lines }
        lines += other.lines
    }
}

/// Decides NDJSON requests from one descriptor and writes NDJSON decisions to another, in order.
///
/// The reader cuts the input into blocks of lines; each worker has an interpreter of its own, on a thread of its
/// own, and all share one snapshot. Memory is bounded by the blocks under way.
package enum Batch {
    static let blockLines = 512

    /// - Parameter progress: told now and then how many lines are done.
    package static func run(
        _ options: BatchOptions, policies: PolicySet, directory: Directory, budget: Budget = Budget(),
        input: Int32, output: Int32, progress: (Int) -> Void = { _ in }
    ) throws(PolicyError) -> BatchSummary {
        var workers: [BatchWorker] = []
        for _ in 0..<max(1, options.jobs) {
            workers.append(try BatchWorker(options, policies, directory, budget))
        }
        var summary = BatchSummary()
        var log: DecisionLog?
        if let path = options.logPath {
            do throws(DecisionLogError) { log = try DecisionLog(path: path, masked: options.masked) } catch {
                summary.failure = error.message
                return summary
            }
        }
        var reader = LineReader(descriptor: input)
        var isMore = true
        while isMore {
            // One round: a block for each worker, answered side by side, written in order.
            var busy = 0
            for worker in workers {
                let lines = reader.next(blockLines)
                guard !lines.isEmpty else {
                    isMore = false
                    break
                }
                worker.start(lines)
                busy += 1
            }
            // Every worker that was started is waited for, also when the output is gone: none may be left busy.
            let blocks = workers.prefix(busy).map { $0.finish() }
            for block in blocks {
                summary.add(block.summary)
                guard Output.write(block.output, to: output) else {
                    summary.isBroken = errno == EPIPE
                    if !summary.isBroken { summary.failure = "cannot write the decisions" }
                    isMore = false
                    break
                }
                if log != nil {
                    do throws(DecisionLogError) { try log!.append(block.log) } catch {
                        summary.failure = error.message
                        isMore = false
                    }
                }
            }
            progress(summary.lines)
        }
        if reader.failed { summary.failure = "cannot read the requests" }
        for worker in workers { worker.stop() }
        return summary
    }
}

/// A block of lines, answered.
struct BatchBlock: Sendable {
    var output: [UInt8] = []
    var log: [UInt8] = []
    var summary = BatchSummary()
}

/// One decision point on one thread. The thread's stack is 4 MiB: Lua's deepest C recursion takes 428 KiB.
///
/// `@unchecked Sendable`: everything but `state` is touched by the worker's own thread only, after it has started;
/// `state` is read and written under `mutex`.
@safe private final class BatchWorker: @unchecked Sendable {
    private enum State {
        case idle
        case todo([LineReader.Line])
        case done(BatchBlock)
        case stopped
    }

    private let options: BatchOptions
    private let point: DecisionPoint
    private var state = State.idle
    private var mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var thread = pthread_t()

    init(
        _ options: BatchOptions, _ policies: PolicySet, _ directory: Directory, _ budget: Budget
    ) throws(PolicyError) {
        self.options = options
        point = try DecisionPoint(policies: policies, directory: directory, budget: budget)
        point.explains = options.explain || options.logPath != nil
        point.tells = point.explains
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(changed, nil)
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setstacksize(&attributes, 4 << 20)
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let status = unsafe pthread_create(
            &thread, &attributes,
            { context in
                unsafe Unmanaged<BatchWorker>.fromOpaque(context!).takeRetainedValue().loop()
                return nil
            }, context)
        precondition(status == 0, "no thread could be started")
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe pthread_cond_destroy(changed)
        unsafe mutex.deallocate()
        unsafe changed.deallocate()
    }

    func start(_ lines: [LineReader.Line]) { set(.todo(lines)) }

    func finish() -> BatchBlock {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if case .done(let block) = state {
                state = .idle
                return block
            }
            unsafe pthread_cond_wait(changed, mutex)
        }
    }

    func stop() {
        set(.stopped)
        pthread_join(thread, nil)
    }

    private func set(_ next: State) {
        unsafe pthread_mutex_lock(mutex)
        state = next
        unsafe pthread_cond_broadcast(changed)
        unsafe pthread_mutex_unlock(mutex)
    }

    private func next() -> [LineReader.Line]? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            switch state {
            case .todo(let lines): return lines
            case .stopped: return nil
            case .idle, .done: unsafe pthread_cond_wait(changed, mutex)
            }
        }
    }

    private func loop() {
        var writer = JSONWriter()
        var log = JSONWriter()
        while let lines = next() {
            writer.reset()
            log.reset()
            var block = BatchBlock()
            for line in lines { answer(line, &writer, &log, &block.summary) }
            block.output = writer.bytes
            block.log = log.bytes
            set(.done(block))
        }
    }

    private func answer(
        _ line: LineReader.Line, _ writer: inout JSONWriter, _ log: inout JSONWriter, _ summary: inout BatchSummary
    ) {
        summary.lines += 1
        do throws(RequestError) {
            let json = try read(line)
            var question = try Question(json: json, now: options.now, trustTime: options.trustTime)
            if question.tenant == nil { question.tenant = options.tenant }
            let start = options.logPath == nil ? 0 : Self.nanoseconds()
            let decision = try point.decide(question)
            decision.write(to: &writer, explain: options.explain)
            if options.logPath != nil {
                DecisionLog.line(
                    question, decision, nanoseconds: Self.nanoseconds() - start, masked: options.masked, into: &log)
            }
            if decision.isPermitted { summary.permits += 1 } else { summary.denies += 1 }
            summary.codes[decision.code, default: 0] += 1
            Self.count(decision.reasons, decision.failures, in: &summary.policies)
            Self.count(decision.observed, decision.observedFailures, in: &summary.observing)
            if options.expect { try compare(json, decision, &summary) }
        } catch {
            error.write(to: &writer)
            summary.errors += 1
        }
        writer.newline()
    }

    /// Counts each policy once, however much it said. What one policy said stands together.
    private static func count(_ statements: [Statement], _ failures: [Failure], in counts: inout [String: Int]) {
        for (index, statement) in statements.enumerated()
        where index == 0 || statements[index - 1].policy != statement.policy {
            counts[statement.policy, default: 0] += 1
        }
        for failure in failures where !statements.contains(where: { $0.policy == failure.policy }) {
            counts[failure.policy, default: 0] += 1
        }
    }

    private func compare(_ json: JSON, _ decision: Decision, _ summary: inout BatchSummary) throws(RequestError) {
        switch json["expected"] {
        case nil: return
        case .boolean(decision.isPermitted)?: return
        default:
            summary.mismatches += 1
            if summary.unexpected.count < 100 { summary.unexpected.append(summary.lines) }
        }
    }

    private func read(_ line: LineReader.Line) throws(RequestError) -> JSON {
        guard case .bytes(let bytes) = line else {
            throw RequestError("the line is longer than 1 MiB", property: "")
        }
        do throws(JSONError) { return try JSONReader.parse(bytes) } catch {
            throw RequestError("no JSON: \(error.message) at column \(error.column)", property: "")
        }
    }

    private static func nanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
