internal import Glibc
internal import Lua

/// How far something is that takes its time: told on the terminal once it took a second, and stopped by `^C`.
final class Progress {
    private let terminal: Terminal
    private let noun: String
    private let start = Verb.clock()
    private var told: Int64 = 0
    private(set) var isStopped = false

    /// - Parameter noun: what is counted: `tokens`.
    init(_ noun: String, _ terminal: Terminal) {
        self.noun = noun
        self.terminal = terminal
    }

    /// - Returns: whether to go on.
    func step(_ done: Int, of total: Int) -> Bool {
        if Interrupt.keyboard.isRaised { isStopped = true }
        let now = Verb.clock()
        if terminal.streams.isErrorTerminal, now - start > 1_000_000_000, now - told > 100_000_000 {
            told = now
            Self.say("\r\(done) of \(total) \(noun) …")
        }
        return !isStopped
    }

    /// Takes it off the screen.
    func end() {
        if told != 0 { Self.say("\r\u{1B}[K") }
        told = 0
    }

    // Not through the page: it is gone before the answer is there.
    private static func say(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }
}
