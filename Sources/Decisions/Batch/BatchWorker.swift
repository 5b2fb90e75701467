internal import Glibc
internal import Model
internal import Policies

/// One authorizer on one thread.
///
/// `@unchecked Sendable`: after the start, only the worker's own thread touches anything but `state`; `state` is read
/// and written under `mutex`.
@safe final class BatchWorker: @unchecked Sendable {
    private enum State {
        case idle
        case todo(Block)
        case done(BatchBlock)
        case stopped
    }

    private let decider: BatchDecider
    private var state = State.idle
    private var mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var thread: InterpreterThread?

    init(
        _ options: BatchOptions, _ policies: PolicySet, _ directory: Directory
    ) throws(PolicyError) {
        decider = try BatchDecider(options, policies, directory)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(changed, nil)
        thread = InterpreterThread { [self] in loop() }
        guard thread != nil else {
            throw PolicyError(.interpreter, "cannot start a worker thread: use fewer with `--jobs`")
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
        // A local copy: every access to a property of a class is checked.
        var decider = decider
        while let block = next() { set(.done(decider.answer(block))) }
    }
}
