internal import Glibc

/// A thread that interpreters run on. Its stack is stated, whatever the system's settings are: Lua's deepest C recursion
/// takes 428 KiB.
package struct InterpreterThread {
    private final class Work {
        let body: () -> Void

        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private let thread: pthread_t

    /// - Returns: `nil` when the system starts no more threads.
    package init?(stack: Int = 4 << 20, _ body: @escaping @Sendable () -> Void) {
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
        self.thread = thread
    }

    /// Waits for its end.
    package func join() { pthread_join(thread, nil) }
}
