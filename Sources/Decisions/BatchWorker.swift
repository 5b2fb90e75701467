internal import Glibc
internal import Model
internal import Policies

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
@safe final class BatchWorker: @unchecked Sendable {
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
        guard status == 0 else {
            unsafe Unmanaged<BatchWorker>.fromOpaque(context).release()
            throw PolicyError(.interpreter, "no thread can be started for a worker: ask for fewer with `--jobs`")
        }
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
        var expected: JSON?
        var answer: Bool?
        do throws(RequestError) {
            let json = try read(line)
            expected = json["expected"]
            var question = try Question(json: json, now: options.now, trustTime: options.trustTime)
            if question.tenant == nil { question.tenant = options.tenant }
            let start = options.logPath == nil ? 0 : Self.nanoseconds()
            let decision = try point.decide(question)
            decision.write(to: &writer, explain: options.explain)
            if options.logPath != nil {
                DecisionLog.line(
                    question, decision, nanoseconds: Self.nanoseconds() - start, masked: options.masked, into: &log)
            }
            summary.count(decision)
            answer = decision.isPermitted
        } catch {
            error.write(to: &writer)
            summary.countInvalid(line: line.number)
        }
        writer.newline()
        if options.expect, let expected { summary.compare(answer, with: expected, line: line.number) }
    }

    private func read(_ line: LineReader.Line) throws(RequestError) -> JSON {
        guard case .bytes(let bytes) = line.content else {
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
