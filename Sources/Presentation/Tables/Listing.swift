package import Model

/// Rows as a table for people, and as JSON for machines.
package struct Listing {
    package private(set) var table: Table
    private var json: [JSON] = []

    package init(_ layout: TableLayout) { table = Table(layout) }

    /// The rows as JSON.
    package var rows: JSON { .array(json) }
    package var count: Int { json.count }

    package mutating func add(_ cells: [TableCell], _ members: [JSON.Member]) {
        table.add(cells)
        json.append(.object(members))
    }

    package mutating func add(_ cells: [String], _ members: [JSON.Member]) {
        add(cells.map { TableCell($0) }, members)
    }
}
