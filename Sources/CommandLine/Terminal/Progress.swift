internal import Files
internal import Glibc
internal import Model

/// The progress of a long task: shown on the terminal after one second.
package final class Progress {
    private let terminal: Terminal
    private let noun: String
    private let mustStop: () -> Bool
    private let start = SteadyClock.nanoseconds()
    private var told: Int64 = 0
    package private(set) var isStopped = false

    /// - Parameters:
    ///   - noun: the thing counted, in the plural: `tokens`.
    ///   - mustStop: true once the task should stop; by default it ends with the program.
    package init(_ noun: String, _ terminal: Terminal, mustStop: @escaping () -> Bool = { false }) {
        self.noun = noun
        self.terminal = terminal
        self.mustStop = mustStop
    }

    /// - Parameter total: `nil` where it is not known.
    /// - Returns: false when the task should stop.
    @discardableResult package func step(_ done: Int, of total: Int? = nil) -> Bool {
        if mustStop() { isStopped = true }
        let now = SteadyClock.nanoseconds()
        if terminal.streams.isErrorTerminal, now - start > 1_000_000_000, now - told > 100_000_000 {
            told = now
            Self.say("\r\(done)\(total.map { " of \($0)" } ?? "") \(noun) …")
        }
        return !isStopped
    }

    /// Removes the progress from the screen.
    package func end() {
        if told != 0 { Self.say("\r\u{1B}[K") }
        told = 0
    }

    // Bypasses `PagedOutput`: the text is gone before the answer is shown.
    private static func say(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }
}
