internal import Files
internal import Glibc
package import Model
package import Policies
package import Tokens

/// Decides NDJSON requests from one descriptor and writes NDJSON decisions to another, in order. A decision is logged
/// before it is written. When the input pauses, all pending answers are written, so a client may wait for them.
///
/// A line is an evaluation request, or a line of a decision log, whose request is decided again.
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
        let isRead = BlockRun.run(input, on: pool) { decider, block, snapshot in
            decider.answer(block, on: snapshot.directory)
        } take: { block in
            let isWritten = write(block, to: output, &log, sink, &summary)
            progress(summary.lines)
            return isWritten
        }
        if !isRead { summary.failure = "cannot read the requests" }
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
