internal import Model
package import Policies

/// Workers that decide side by side, each on a thread of its own, and all on one snapshot.
///
/// A worker owns what learns: an authorizer, with an interpreter and trees of its own, and buffers. A job is a closure
/// that gets a worker and the snapshot. `use` replaces the snapshot, policies included, at one moment: each job is done
/// on one snapshot as a whole.
package final class DecisionPool<Worker>: Sendable {
    package typealias Job<Result: Sendable> = @Sendable (inout Worker, Snapshot) -> Result

    private let crew: Crew<Worker>
    private let threads: [InterpreterThread]
    private let make: @Sendable (PolicySet) throws(PolicyError) -> Worker
    /// Lets one caller replace the snapshot at a time.
    private let replacing = Monitor()

    /// - Parameter make: makes a worker for these policies.
    /// - Throws: what `make` throws; `.interpreter` when the system starts fewer threads.
    package init(
        workers count: Int, on snapshot: Snapshot, make: @escaping @Sendable (PolicySet) throws(PolicyError) -> Worker
    ) throws(PolicyError) {
        self.make = make
        let crew = Crew(try Self.workers(count, snapshot.policies, make), snapshot)
        self.crew = crew
        var threads: [InterpreterThread] = []
        for number in 0..<count {
            guard let thread = InterpreterThread({ crew.work(as: number) }) else {
                crew.stop()
                for thread in threads { thread.join() }
                throw Self.noThread(count)
            }
            threads.append(thread)
        }
        self.threads = threads
    }

    /// Waits for the jobs that were started.
    deinit {
        crew.stop()
        for thread in threads { thread.join() }
    }

    /// Makes workers on a thread with a stack of its own: making one runs Lua, and the caller's stack may be small.
    private static func workers(
        _ count: Int, _ policies: PolicySet, _ make: @escaping @Sendable (PolicySet) throws(PolicyError) -> Worker
    ) throws(PolicyError) -> [Worker] {
        let made = InterpreterThread.run { () -> Result<[Worker], PolicyError> in
            do throws(PolicyError) {
                var workers: [Worker] = []
                for _ in 0..<count { workers.append(try make(policies)) }
                return .success(workers)
            } catch { return .failure(error) }
        }
        guard let made else { throw noThread(count) }
        return try made.get()
    }

    private static func noThread(_ count: Int) -> PolicyError {
        PolicyError(.interpreter, "cannot start a thread for each of \(counted(count, "worker")): use fewer")
    }

    /// The number of workers.
    package var count: Int { threads.count }

    /// The snapshot that the next job is done on.
    package var snapshot: Snapshot { crew.snapshot }

    /// Replaces the snapshot. Jobs that a worker takes from now on are done on the new one; those that began before are
    /// finished on the old one. Where its policies are others, every worker is made anew; else each keeps what it
    /// learned.
    /// - Throws: what `make` throws. The old snapshot stays in use then.
    package func use(_ snapshot: Snapshot) throws(PolicyError) {
        let result = replacing.locked { () -> Result<Void, PolicyError> in
            do throws(PolicyError) {
                let isSame = snapshot.policies.isSame(as: crew.snapshot.policies)
                crew.replace(snapshot, isSame ? nil : try Self.workers(count, snapshot.policies, make))
                return .success(())
            } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Hands a job to the next worker that is free.
    package func start<Result: Sendable>(_ job: @escaping Job<Result>) -> PendingJob<Result> {
        let pending = PendingJob<Result>()
        crew.add { worker, snapshot in pending.finish(job(&worker, snapshot)) }
        return pending
    }

    /// Lets a worker do a job, and waits for it.
    /// - Precondition: the caller is not a job of this pool.
    package func perform<Result: Sendable>(_ job: @escaping Job<Result>) -> Result { start(job).result() }
}

/// A job that was handed to a pool.
///
/// `@unchecked Sendable`: the result is written once and read once, under the monitor.
package final class PendingJob<Result: Sendable>: @unchecked Sendable {
    private let monitor = Monitor()
    private var value: Result?

    fileprivate func finish(_ result: Result) {
        monitor.locked {
            value = result
            monitor.notify()
        }
    }

    /// Waits for the result. It can be asked for once.
    package func result() -> Result {
        monitor.locked {
            while value == nil { monitor.wait() }
            defer { value = nil }
            return value!
        }
    }
}

/// The workers of a pool, and the jobs that wait for one.
///
/// `@unchecked Sendable`: everything is read and written under the monitor, but a worker that its thread has taken.
private final class Crew<Worker>: @unchecked Sendable {
    typealias Job = (inout Worker, Snapshot) -> Void

    private let monitor = Monitor()
    private var jobs: [Job] = []
    private var current: Snapshot
    /// By thread, the worker that it takes before its next job; `nil` where it keeps its own.
    private var fresh: [Worker?]
    private var isStopped = false

    init(_ workers: [Worker], _ snapshot: Snapshot) {
        fresh = workers
        current = snapshot
    }

    var snapshot: Snapshot { monitor.locked { current } }

    func replace(_ snapshot: Snapshot, _ workers: [Worker]?) {
        monitor.locked {
            current = snapshot
            if let workers { fresh = workers }
        }
    }

    func add(_ job: @escaping Job) {
        monitor.locked {
            jobs.append(job)
            monitor.notify()
        }
    }

    /// Ends the threads once all jobs are done.
    func stop() {
        monitor.locked {
            isStopped = true
            monitor.notify()
        }
    }

    /// Does jobs until the crew is stopped: the body of a thread.
    func work(as number: Int) {
        var worker: Worker?
        while let next = next(number) {
            if let fresh = next.worker { worker = fresh }
            next.job(&worker!, next.snapshot)
        }
    }

    private func next(_ number: Int) -> (job: Job, snapshot: Snapshot, worker: Worker?)? {
        monitor.locked {
            while jobs.isEmpty {
                if isStopped { return nil }
                monitor.wait()
            }
            defer { fresh[number] = nil }
            return (jobs.removeFirst(), current, fresh[number])
        }
    }
}
