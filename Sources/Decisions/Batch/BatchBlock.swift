/// The answers to a block of lines.
struct BatchBlock: Sendable {
    var output: [UInt8] = []
    var log = LoggedLines()
    var summary = BatchSummary()
}
