package import Model

/// Rows as a table for people, and as JSON for machines.
package struct Listing {
    package private(set) var table: Table
    private var json: [JSON] = []

    /// - Parameter main: the head of the column that keeps more of its width than the others when not all fit.
    package init(_ heads: [String], main: String? = nil) {
        table = Table(heads, main: main)
    }

    /// The rows as JSON.
    package var rows: JSON { .array(json) }
    package var count: Int { json.count }

    package mutating func add(_ cells: [String], _ members: [JSON.Member]) {
        table.add(cells)
        json.append(.object(members))
    }
}
