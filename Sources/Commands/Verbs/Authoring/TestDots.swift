internal import Synchronization
internal import Workbench

/// A dot for each test as it ends, for whoever waits at a terminal: `.` passed, `✘` failed, `–` skipped.
///
/// `@unchecked Sendable`: tests end on several threads, and the lock is held for each; while tests run nobody else writes to
/// the terminal.
final class TestDots: @unchecked Sendable {
    private let terminal: Terminal
    private let columns: Int
    private let written = Mutex(0)

    init(_ terminal: Terminal) {
        self.terminal = terminal
        columns = max(20, min(terminal.streams.columns ?? 80, 100))
    }

    func note(_ result: TestResult) {
        let mark =
            if result.failure != nil { terminal.styled("✘", .red) } else if result.skipped != nil { "–" } else { "." }
        written.withLock { count in
            count += 1
            terminal.write(Array((mark + (count % columns == 0 ? "\n" : "")).utf8))
        }
    }

    /// Ends the line that was begun.
    func end() {
        written.withLock { count in
            if count % columns != 0 { terminal.print() }
            count = 0
        }
    }
}
