internal import Glibc
internal import Model
internal import Policies

/// One decision point on one thread.
///
/// `@unchecked Sendable`: everything but `state` is touched by the worker's own thread only, after it has started;
/// `state` is read and written under `mutex`.
@safe final class BatchWorker: @unchecked Sendable {
    private enum State {
        case idle
        case todo(Block)
        case done(BatchBlock)
        case stopped
    }

    private let lines: BatchLines
    private var state = State.idle
    private var mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var thread: InterpreterThread?

    init(
        _ options: BatchOptions, _ policies: PolicySet, _ directory: Directory
    ) throws(PolicyError) {
        lines = try BatchLines(options, policies, directory)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(changed, nil)
        thread = InterpreterThread { [self] in loop() }
        guard thread != nil else {
            throw PolicyError(.interpreter, "no thread can be started for a worker: ask for fewer with `--jobs`")
        }
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe pthread_cond_destroy(changed)
        unsafe mutex.deallocate()
        unsafe changed.deallocate()
    }

    func start(_ block: Block) { set(.todo(block)) }

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
        thread?.join()
    }

    private func set(_ next: State) {
        unsafe pthread_mutex_lock(mutex)
        state = next
        unsafe pthread_cond_broadcast(changed)
        unsafe pthread_mutex_unlock(mutex)
    }

    private func next() -> Block? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            switch state {
            case .todo(let block): return block
            case .stopped: return nil
            case .idle, .done: unsafe pthread_cond_wait(changed, mutex)
            }
        }
    }

    private func loop() {
        // Its own from here on: what a class holds is checked at every access.
        var lines = lines
        while let block = next() { set(.done(lines.answer(block))) }
    }
}
