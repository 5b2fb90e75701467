package import Engine
package import Model
package import Policies
package import Tokens

/// The options of a batch.
package struct BatchOptions: Sendable {
    package var explain = false
    /// Compare each decision with the line's `expected`.
    package var expect = false
    /// The number of worker threads; at most `Batch.mostJobs`.
    package var jobs = 1
    /// Use `context.time` as the clock.
    package var trustTime = false
    package var now: Instant
    package var logPath: String?
    /// True when lines of the log are passed to a sink.
    package var hasSink = false
    package var masked: Set<ExactName> = []
    package var tenant: ExactName?
    /// True when the summary names the tokens that got a permit.
    package var notesUse = false
    /// Counts a use of a token whose ceiling limits them, and returns the code with which it is denied; `nil` where
    /// uses are not counted, so that such a token is always denied. Workers call it side by side.
    package var countUse: (@Sendable (TokenID, TokenUse.Occasion) -> String?)?
    package var budget = Budget()
    package var treeOptions = TreeOptions()
    package var shadow = Shadow()

    /// True when decisions are written as lines of a log, to a file or a sink.
    var isLogged: Bool { logPath != nil || hasSink }

    package init(now: Instant) {
        self.now = now
    }
}

/// The options for comparing the answers of a batch with the oracle.
package struct Shadow: Sendable {
    /// Every so many lines, one is compared with the oracle; 0 for none.
    package var every = 0
    /// Loads the same policies again from their source.
    package var load: (@Sendable () -> PolicySet?)?
    /// The interval at which another process decides too, counted in lines compared with the oracle.
    package var processInterval = 5_000
    /// Lets another process decide a line: true for a permit, `nil` when no process could be used.
    package var process: (@Sendable (_ line: [UInt8]) -> Bool?)?

    package init() {}
}
