internal import Glibc
package import Model
package import Policies

/// Decides NDJSON requests from one descriptor and writes NDJSON decisions to another, in order.
///
/// The reader cuts the input into blocks of lines; each worker has an interpreter of its own, on a thread of its
/// own, and all share one snapshot. Memory is bounded by the blocks under way.
package enum Batch {
    package static let mostJobs = 256
    static let blockLines = 512

    /// - Parameter progress: told now and then how many requests are done.
    /// - Throws: `.interpreter` when there is no memory for the interpreters, or no thread for each.
    package static func run(
        _ options: BatchOptions, policies: PolicySet, directory: Directory, budget: Budget = Budget(),
        input: Int32, output: Int32, progress: (Int) -> Void = { _ in }
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
            workers.append(try BatchWorker(options, policies, directory, budget))
        }
        var reader = LineReader(descriptor: input)
        var isMore = true
        while isMore {
            // One round: a block for each worker, answered side by side, written in order.
            var busy = 0
            for worker in workers {
                let lines = reader.next(blockLines)
                guard !lines.isEmpty else {
                    isMore = false
                    break
                }
                worker.start(lines)
                busy += 1
            }
            // Every worker that was started is waited for, also when the output is gone: none may be left busy.
            let blocks = workers.prefix(busy).map { $0.finish() }
            for block in blocks {
                summary.add(block.summary)
                guard Output.write(block.output, to: output) else {
                    summary.isBroken = errno == EPIPE
                    if !summary.isBroken { summary.failure = "cannot write the decisions" }
                    isMore = false
                    break
                }
                if log != nil {
                    do throws(DecisionLogError) { try log!.append(block.log) } catch {
                        summary.failure = error.message
                        isMore = false
                    }
                }
            }
            progress(summary.lines)
        }
        if reader.failed { summary.failure = "cannot read the requests" }
        return summary
    }
}
