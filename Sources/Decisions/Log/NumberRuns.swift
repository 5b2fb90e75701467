/// The runs of consecutive numbers that the lines of a log have: one run, from 1 on, where nothing was removed or moved.
struct NumberRuns {
    private struct Run {
        /// The line of the file with the first number.
        let line: Int
        let first: Int64
        var last: Int64
    }

    private var runs: [Run] = []

    /// True for one run from 1 on.
    var isWhole: Bool { runs.count <= 1 && runs.first?.first ?? 1 == 1 }

    /// Begins a run with a line of the file that has this number.
    mutating func begin(at line: Int, _ number: Int64) { runs.append(Run(line: line, first: number, last: number)) }

    /// Adds the next line, after any without a number.
    mutating func extend(to number: Int64) {
        if runs.isEmpty { begin(at: 1, 1) }
        runs[runs.count - 1].last = number
    }

    /// The sentences about what is missing, repeated and moved, with the lines of the file; none for one whole run.
    /// Cost: that of sorting the runs.
    var faults: [(line: Int, message: String)] {
        guard !isWhole else { return [] }
        var faults: [(line: Int, message: String)] = []
        var last: Int64 = 0
        for run in runs.sorted(by: { ($0.first, $0.line) < ($1.first, $1.line) }) {
            if run.first > last + 1 {
                let missing =
                    run.first == last + 2
                    ? "the line with the number \(last + 1) is missing"
                    : "the lines with the numbers \(last + 1) to \(run.first - 1) are missing"
                faults.append((run.line, "\(missing) before line \(run.line)"))
            } else if run.first <= last {
                faults.append(
                    (
                        run.line,
                        "line \(run.line) has the number \(run.first), which another line has: it was copied, or is of "
                            + "another log"
                    ))
            } else if run.first != run.line {
                faults.append((run.line, "line \(run.line) has the number \(run.first): it was moved"))
            }
            last = max(last, run.last)
        }
        // Each run is in its place by number, but not one of them follows the one before.
        if faults.isEmpty, let run = runs.dropFirst().first {
            faults.append((run.line, "line \(run.line) does not follow the line before it"))
        }
        return faults
    }
}
