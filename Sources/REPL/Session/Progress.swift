internal import CommandLine
internal import Files
internal import Glibc
internal import Lua
internal import Model

/// The progress of a long task: shown on the terminal after one second, and stopped by `^C`.
final class Progress {
    private let terminal: Terminal
    private let noun: String
    private let start = SteadyClock.nanoseconds()
    private var told: Int64 = 0
    private(set) var isStopped = false

    /// - Parameter noun: the thing counted, in the plural: `tokens`.
    init(_ noun: String, _ terminal: Terminal) {
        self.noun = noun
        self.terminal = terminal
    }

    /// - Returns: false when the task should stop.
    func step(_ done: Int, of total: Int) -> Bool {
        if Interrupt.keyboard.isRaised { isStopped = true }
        let now = SteadyClock.nanoseconds()
        if terminal.streams.isErrorTerminal, now - start > 1_000_000_000, now - told > 100_000_000 {
            told = now
            Self.say("\r\(done) of \(total) \(noun) …")
        }
        return !isStopped
    }

    /// Removes the progress from the screen.
    func end() {
        if told != 0 { Self.say("\r\u{1B}[K") }
        told = 0
    }

    // Bypasses `PagedOutput`: the text is gone before the answer is shown.
    private static func say(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }
}
