internal import Glibc

/// A run over an input in blocks of lines: the workers of a pool handle the blocks side by side, and the results are
/// taken in the order of the input. Memory is bounded by the blocks in progress.
package enum BlockRun {
    /// - Parameters:
    ///   - input: the descriptor that blocks are read from.
    ///   - take: takes the next result; false ends the run.
    /// - Returns: false when the input could not be read.
    package static func run<Worker, Result: Sendable>(
        _ input: Int32, on pool: DecisionPool<Worker>,
        handle: @escaping @Sendable (inout Worker, Block, Snapshot) -> Result, take: (Result) -> Bool
    ) -> Bool {
        var reader = BlockReader(descriptor: input)
        /// The blocks in progress in the order of the input: at most two for each worker, so that none waits.
        var pending: [PendingJob<Result>] = []
        var isTaking = true
        // While the workers are busy, the next block is read and the oldest result is taken.
        var next = reader.next(mayWait: true)
        while true {
            if case .block(let block) = next, pending.count < 2 * pool.count {
                pending.append(pool.start { worker, snapshot in handle(&worker, block, snapshot) })
                next = reader.next(mayWait: false)
                continue
            }
            if !pending.isEmpty {
                let result = pending.removeFirst().result()
                // Waits for every started worker, also when nothing more is taken.
                guard isTaking else { continue }
                isTaking = take(result)
                if !isTaking { next = .end }
            } else if case .end = next {
                break
            }
            // INVARIANT: reading blocks only while no result is pending.
            if case .pause = next { next = reader.next(mayWait: pending.isEmpty) }
        }
        return !reader.failed
    }

    /// Goes back to the start of an input, so that it can be read again.
    /// - Returns: false for an input that cannot, such as a pipe.
    package static func rewind(_ input: Int32) -> Bool { lseek(input, 0, SEEK_SET) == 0 }
}
