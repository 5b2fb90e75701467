package import Model
package import Policies

/// What a batch is asked to do.
package struct BatchOptions: Sendable {
    package var explain = false
    /// Compare each decision with the line's `expected`.
    package var expect = false
    /// How many threads work side by side; at most `Batch.mostJobs`.
    package var jobs = 1
    /// Take `context.time` for the clock.
    package var trustTime = false
    package var now: Instant
    package var logPath: String?
    /// Whether lines of the log are handed to a sink.
    package var hasSink = false
    package var masked: Set<ExactName> = []
    package var tenant: ExactName?
    /// Whether the summary names the tokens that were permitted something.
    package var notesUse = false
    package var budget = Budget()
    package var learning = Learning()

    /// Whether decisions are told as lines of a log, wherever these go.
    var isLogged: Bool { logPath != nil || hasSink }

    package init(now: Instant) {
        self.now = now
    }
}
