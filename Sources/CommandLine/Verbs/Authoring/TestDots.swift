internal import PolicyTesting
internal import Presentation
internal import Synchronization

/// The progress of a run at a terminal, a mark for each test as it ends: `.` passed, `✘` failed, `–` skipped; or for each
/// mutant: `.` killed, `✘` survived, `–` does not load.
///
/// `@unchecked Sendable`: tests end on several threads, and each takes the lock. While tests run, nothing else writes
/// to the terminal.
final class TestDots: @unchecked Sendable {
    private let terminal: Terminal
    private let columns: Int
    private let written = Mutex(0)

    init(_ terminal: Terminal) {
        self.terminal = terminal
        columns = max(20, min(terminal.streams.columns ?? 80, 100))
    }

    func note(_ result: TestResult) { note(isBad: result.failure != nil, isLeftOut: result.skipped != nil) }

    func note(_ verdict: MutantVerdict) {
        switch verdict {
        case .killed: note(isBad: false, isLeftOut: false)
        case .survived: note(isBad: true, isLeftOut: false)
        case .invalid, .equivalent: note(isBad: false, isLeftOut: true)
        }
    }

    private func note(isBad: Bool, isLeftOut: Bool) {
        let mark: StyledLine = isBad ? "\("✘", .bad)" : isLeftOut ? "–" : "."
        written.withLock { count in
            count += 1
            terminal.write(Array((terminal.rendered(mark) + (count % columns == 0 ? "\n" : "")).utf8))
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
