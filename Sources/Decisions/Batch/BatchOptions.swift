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
    package var treeOptions = TreeOptions()
    package var shadow = Shadow()

    /// Whether decisions are told as lines of a log, wherever these go.
    var isLogged: Bool { logPath != nil || hasSink }

    package init(now: Instant) {
        self.now = now
    }
}

/// How answers of a batch are held to the oracle.
package struct Shadow: Sendable {
    /// One line in so many is held to the oracle; 0 for none.
    package var every = 0
    /// Loads the same policies from where they were loaded from.
    package var load: (@Sendable () -> PolicySet?)?
    /// How often another process is asked, counted in lines that are held to the oracle.
    package var processInterval = 5_000
    /// Asks another process about a line: whether it permits; `nil` where none could be asked.
    package var process: (@Sendable (_ line: [UInt8]) -> Bool?)?

    package init() {}
}
