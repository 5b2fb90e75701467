internal import Glibc

/// A mutex with one condition, for state that several threads share.
///
/// `@unchecked Sendable`: the system's mutex and condition are made for several threads.
@safe final class Monitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe pthread_cond_destroy(changed)
        unsafe mutex.deallocate()
        unsafe changed.deallocate()
    }

    /// Runs a body while no other thread runs one of this monitor.
    func locked<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Lets others in until `notify` is called. The caller looks again afterwards: it may return without a reason.
    /// - Precondition: called in the body of `locked`.
    func wait() { unsafe pthread_cond_wait(changed, mutex) }

    /// Wakes everybody who waits.
    func notify() { unsafe pthread_cond_broadcast(changed) }
}
