internal import Files
internal import Glibc
package import Model
package import Policies
package import Tokens

/// Decides NDJSON requests from one descriptor and writes NDJSON decisions to another, in order. A decision is logged
/// before it is written. When the input pauses, all pending answers are written, so a client may wait for them.
///
/// The reader cuts the input into blocks of lines, and the workers of a pool decide them. Memory is bounded by the blocks
/// in progress.
package enum Batch {
    package static let mostJobs = 256

    /// - Parameters:
    ///   - sealer: seals what is written to the log.
    ///   - sink: receives the lines of the log too, without their links, in order; it returns the reason of a failure, which ends the run.
    ///   - progress: called now and then with the number of requests done.
    /// - Throws: `.interpreter` when there is not enough memory for the interpreters, or not a thread for each.
    package static func run(
        _ options: BatchOptions, policies: PolicySet, directory: Directory,
        input: Int32, output: Int32, sealer: LineSealer? = nil, sink: (([UInt8]) -> String?)? = nil,
        progress: (Int) -> Void = { _ in }
    ) throws(PolicyError) -> BatchSummary {
        var summary = BatchSummary()
        var log: DecisionLog?
        if let path = options.logPath {
            do throws(DecisionLogError) {
                log = try DecisionLog(path: path, masked: options.masked, sealer: sealer)
            } catch {
                summary.failure = error.message
                return summary
            }
        }
        let pool = try DecisionPool(
            workers: max(1, min(options.jobs, mostJobs)), on: Snapshot(policies: policies, directory: directory)
        ) { policies throws(PolicyError) in try BatchDecider(options, policies) }
        var reader = BlockReader(descriptor: input)
        /// The blocks in progress in the order of the input: at most one for each worker.
        var pending: [PendingJob<BatchBlock>] = []
        var isWriting = true
        // While the workers decide, the next block is read and the oldest answers are written.
        var next = reader.next(mayWait: true)
        while true {
            if case .block(let block) = next, pending.count < pool.count {
                pending.append(pool.start { decider, snapshot in decider.answer(block, on: snapshot.directory) })
                next = reader.next(mayWait: false)
                continue
            }
            if !pending.isEmpty {
                let block = pending.removeFirst().result()
                // Waits for every started worker, also when the output is closed.
                guard isWriting else { continue }
                isWriting = write(block, to: output, &log, sink, &summary)
                if !isWriting { next = .end }
                progress(summary.lines)
            } else if case .end = next {
                break
            }
            // INVARIANT: reading blocks only while no answer is pending.
            if case .pause = next { next = reader.next(mayWait: pending.isEmpty) }
        }
        if reader.failed { summary.failure = "cannot read the requests" }
        summary.logRemark = log?.remark
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
        if let failure = sink?(block.log.bytes) {
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
