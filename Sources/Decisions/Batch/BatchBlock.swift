/// A block of lines, answered.
struct BatchBlock: Sendable {
    var output: [UInt8] = []
    var log: [UInt8] = []
    var summary = BatchSummary()
}
