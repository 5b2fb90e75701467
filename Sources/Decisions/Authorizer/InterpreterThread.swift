internal import Glibc

/// A thread for interpreters. It sets its stack size itself, regardless of the system's settings: Lua's deepest C
/// recursion takes 428 KiB.
package struct InterpreterThread {
    private let work: Work
    /// `nil` for a thread from the reserve, which takes other work afterwards.
    private let thread: pthread_t?

    /// - Returns: `nil` when the system cannot start a thread and none is in reserve.
    package init?(stack: Int = Self.stack, _ body: @escaping @Sendable () -> Void) {
        work = Work(body)
        if stack <= Self.stack, Reserve.all.take(work) {
            thread = nil
            return
        }
        let work = work
        guard let started = Self.start(stack: stack, { work.body() }) else { return nil }
        thread = started
    }

    /// Starts threads for later work, for a process that will not be able to start any then.
    /// - Returns: true when all of them were started.
    package static func reserve(_ count: Int) -> Bool { Reserve.all.add(count) }

    package static let stack = 4 << 20

    /// Waits until its work is done.
    package func join() {
        if let thread { pthread_join(thread, nil) } else { Reserve.all.wait(for: work) }
    }

    /// The work of a thread. `@unchecked Sendable`: `isDone` is read and written under the reserve's mutex.
    fileprivate final class Work: @unchecked Sendable {
        let body: @Sendable () -> Void
        var isDone = false

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    fileprivate static func start(stack: Int, _ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stack)
        let work = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, &attributes,
            { context in
                unsafe Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard status == 0 else {
            unsafe work.release()
            return nil
        }
        return thread
    }
}

/// Threads that wait for work, do it, and wait for more.
///
/// `@unchecked Sendable`: everything is read and written under `mutex`.
@safe private final class Reserve: @unchecked Sendable {
    static let all = Reserve()

    /// The number of waiting threads for which no work is in the queue yet.
    private var idle = 0
    private var queue: [InterpreterThread.Work] = []
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(changed, nil)
    }

    /// Starts threads, and returns once each of them has started and waits for work.
    func add(_ count: Int) -> Bool {
        let wanted = locked { idle + count }
        for _ in 0..<count {
            guard InterpreterThread.start(stack: InterpreterThread.stack, { [self] in loop() }) != nil else {
                return false
            }
        }
        locked { while idle < wanted { unsafe pthread_cond_wait(changed, mutex) } }
        return true
    }

    /// - Returns: true when an idle thread takes the work.
    func take(_ work: InterpreterThread.Work) -> Bool {
        locked {
            guard idle > 0 else { return false }
            idle -= 1
            queue.append(work)
            unsafe pthread_cond_broadcast(changed)
            return true
        }
    }

    func wait(for work: InterpreterThread.Work) {
        locked { while !work.isDone { unsafe pthread_cond_wait(changed, mutex) } }
    }

    private func loop() {
        locked {
            idle += 1
            unsafe pthread_cond_broadcast(changed)
        }
        while true {
            let work = locked {
                while queue.isEmpty { unsafe pthread_cond_wait(changed, mutex) }
                return queue.removeFirst()
            }
            work.body()
            locked {
                work.isDone = true
                idle += 1
                unsafe pthread_cond_broadcast(changed)
            }
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }
}
