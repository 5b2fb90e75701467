internal import Files
internal import Glibc
package import Model
package import Policies

/// Decides NDJSON requests from one descriptor and writes NDJSON decisions to another, in order. A decision is logged
/// before it is written. When the input pauses, all pending answers are written, so a client may wait for them.
///
/// The reader cuts the input into blocks of lines; each worker has an interpreter of its own, on a thread of its
/// own, and all share one snapshot. Memory is bounded by the blocks in progress.
package enum Batch {
    package static let mostJobs = 256

    /// - Parameters:
    ///   - sink: receives the lines of the log too, in order; it returns the reason of a failure, which ends the run.
    ///   - progress: called now and then with the number of requests done.
    /// - Throws: `.interpreter` when there is not enough memory for the interpreters, or not a thread for each.
    package static func run(
        _ options: BatchOptions, policies: PolicySet, directory: Directory,
        input: Int32, output: Int32, sink: (([UInt8]) -> String?)? = nil, progress: (Int) -> Void = { _ in }
    ) throws(PolicyError) -> BatchSummary {
        var summary = BatchSummary()
        var log: DecisionLog?
        if let path = options.logPath {
            do throws(DecisionLogError) { log = try DecisionLog(path: path, masked: options.masked) } catch {
                summary.failure = error.message
                return summary
            }
        }
        var workers: [BatchWorker] = []
        defer { for worker in workers { worker.stop() } }
        for _ in 0..<max(1, min(options.jobs, mostJobs)) {
            workers.append(try BatchWorker(options, policies, directory))
        }
        var reader = BlockReader(descriptor: input)
        var turn = 0
        /// The number of blocks in progress: at most one for each worker, in the workers' order.
        var busy = 0
        var isWriting = true
        // While the workers decide, the next block is read and the oldest answers are written.
        var next = reader.next(mayWait: true)
        while true {
            if case .block(let block) = next, busy < workers.count {
                workers[turn].start(block)
                turn = (turn + 1) % workers.count
                busy += 1
                next = reader.next(mayWait: false)
                continue
            }
            if busy > 0 {
                let block = workers[(turn + workers.count - busy) % workers.count].finish()
                busy -= 1
                // Waits for every started worker, also when the output is closed: none may be left busy.
                guard isWriting else { continue }
                isWriting = write(block, to: output, &log, sink, &summary)
                if !isWriting { next = .end }
                progress(summary.lines)
            } else if case .end = next {
                break
            }
            // INVARIANT: reading blocks only while no answer is pending.
            if case .pause = next { next = reader.next(mayWait: busy == 0) }
        }
        if reader.failed { summary.failure = "cannot read the requests" }
        return summary
    }

    /// - Returns: false when the run must end.
    private static func write(
        _ block: BatchBlock, to output: Int32, _ log: inout DecisionLog?, _ sink: (([UInt8]) -> String?)?,
        _ summary: inout BatchSummary
    ) -> Bool {
        // INVARIANT: every answer was logged before, by the log and by the sink; every counted line was answered.
        if log != nil {
            do throws(DecisionLogError) { try log!.append(block.log) } catch {
                summary.failure = error.message
                return false
            }
        }
        if let failure = sink?(block.log) {
            summary.failure = failure
            return false
        }
        guard Descriptor.write(block.output, to: output) else {
            summary.isBroken = errno == EPIPE
            if !summary.isBroken { summary.failure = "cannot write the decisions" }
            return false
        }
        summary.add(block.summary)
        return true
    }
}
