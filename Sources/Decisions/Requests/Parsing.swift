internal import Model
package import Policies

/// Parsing requests without deciding them: the baseline for the speed of a batch.
package enum Parsing {
    /// Parses every line of an input with simdjson on this thread, and uses nothing of it.
    /// - Returns: the number of lines that were parsed.
    package static func lines(of input: Int32, schema: Schema) -> Int {
        guard let parser = RequestLineReader(schema: schema) else { return 0 }
        var reader = BlockReader(descriptor: input)
        var lines = 0
        while case .block(let block) = reader.next(mayWait: true) {
            unsafe block.forEachLine { line, _ in
                if unsafe parser.parse(line) { lines += 1 }
            }
        }
        return lines
    }
}
