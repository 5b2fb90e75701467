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

    /// Runs a body on such a thread, and waits for it.
    /// - Returns: `nil` when the system cannot start a thread and none is in reserve.
    package static func run<Value>(stack: Int = Self.stack, _ body: @escaping @Sendable () -> Value) -> Value? {
        let result = Handover<Value>()
        guard let thread = InterpreterThread(stack: stack, { result.value = body() }) else { return nil }
        thread.join()
        return result.value
    }

    /// The result of a thread. `@unchecked Sendable`: written before the thread ends, and read after it was joined.
    private final class Handover<Value>: @unchecked Sendable {
        var value: Value?
    }

    /// Starts threads for later work, for a process that will not be able to start any then.
    /// - Returns: true when all of them were started.
    package static func reserve(_ count: Int) -> Bool { Reserve.all.add(count) }

    package static let stack = 4 << 20

    /// The number of processors, looked up once: a confined process cannot ask for it.
    package static let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Waits until its work is done.
    package func join() {
        if let thread { pthread_join(thread, nil) } else { Reserve.all.wait(for: work) }
    }

    /// The work of a thread. `@unchecked Sendable`: `isDone` is read and written under the reserve's monitor.
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
/// `@unchecked Sendable`: everything is read and written under the monitor.
private final class Reserve: @unchecked Sendable {
    static let all = Reserve()

    /// The number of waiting threads for which no work is in the queue yet.
    private var idle = 0
    private var queue: [InterpreterThread.Work] = []
    private let monitor = Monitor()

    /// Starts threads, and returns once each of them has started and waits for work.
    func add(_ count: Int) -> Bool {
        let wanted = monitor.locked { idle + count }
        for _ in 0..<count {
            guard InterpreterThread.start(stack: InterpreterThread.stack, { [self] in loop() }) != nil else {
                return false
            }
        }
        monitor.locked { while idle < wanted { monitor.wait() } }
        return true
    }

    /// - Returns: true when an idle thread takes the work.
    func take(_ work: InterpreterThread.Work) -> Bool {
        monitor.locked {
            guard idle > 0 else { return false }
            idle -= 1
            queue.append(work)
            monitor.notify()
            return true
        }
    }

    func wait(for work: InterpreterThread.Work) {
        monitor.locked { while !work.isDone { monitor.wait() } }
    }

    private func loop() {
        monitor.locked {
            idle += 1
            monitor.notify()
        }
        while true {
            let work = monitor.locked {
                while queue.isEmpty { monitor.wait() }
                return queue.removeFirst()
            }
            work.body()
            monitor.locked {
                work.isDone = true
                idle += 1
                monitor.notify()
            }
        }
    }
}
