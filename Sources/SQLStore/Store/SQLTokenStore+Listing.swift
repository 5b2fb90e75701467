package import Model
package import Tokens

extension SQLTokenStore {
    package func list(
        _ query: TokenQuery, after: Cursor?, most count: Int, where isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> [ListedToken] {
        let select = TokenQuerySQL(query, database.dialect)
        if case .assignments(let ranks) = query.sort {
            return try ranked(query, select, ranks, after, count, isVisible)
        }
        let rows = try ordered(query, select, after, count, isVisible)
        // A page must go on after its cursor. A forged value that is not a number sorts behind all numbers, and would
        // make the list endless.
        if let after, let first = rows.first?.place {
            let goesOn = query.isDescending ? Cursor.isBefore(first, after) : Cursor.isBefore(after, first)
            guard goesOn else { throw .misdirected(name) }
        }
        return rows
    }

    /// Up to `count` visible rows in the order of a column, after a cursor.
    private func ordered(
        _ query: TokenQuery, _ select: TokenQuerySQL, _ after: Cursor?, _ count: Int,
        _ isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> [ListedToken] {
        let (column, index) = Self.order(query.sort)
        // A whole list gains nothing from walking an index until a page is full.
        let driver = query.isWhole ? select.drivers.first : try fewest(select.drivers)
        let isText = column == "search"
        let place = StoredToken.recordCount
        var rows: [ListedToken] = []
        for gone in select.parts {
            let (sql, parameters) = select.ordered(gone: gone, by: column, index: index, driver: driver, after: after)
            var found = 0
            try database.walk(sql, parameters) { row in
                let record = TokenRecord(row)
                guard isVisible(record) else { return true }
                let value = isText ? Cursor.Value.text(row.text(place)) : .number(row.integer(place))
                rows.append(ListedToken(record: record, place: Cursor(value: value, number: row.integer(0))))
                found += 1
                return found < count
            }
        }
        // Revoked rows and the others are each sorted; the two parts are merged here.
        if select.parts.count > 1 {
            rows.sort { Cursor.isBefore($0.place, $1.place) != query.isDescending && $0.place != $1.place }
        }
        return Array(rows.prefix(count))
    }

    private static func order(_ sort: TokenQuery.Sort) -> (column: String, index: String) {
        switch sort {
        case .name, .assignments: ("search", "tokens_by_name")
        case .created: ("created", "tokens_by_created")
        case .updated: ("updated", "tokens_by_updated")
        case .expires: ("expires", "tokens_by_expires")
        case .lastActive: ("used", "tokens_by_used")
        }
    }

    /// The first driver that gives at most `TokenQuerySQL.few` rows.
    private func fewest(
        _ drivers: [(sql: String, parameters: [SQLParameter])]
    ) throws(TokenStoreError) -> (sql: String, parameters: [SQLParameter])? {
        for driver in drivers {
            let count = try database.first(
                "SELECT count(*) FROM (SELECT 1 FROM (\(driver.sql)) LIMIT \(TokenQuerySQL.few + 1))", driver.parameters
            ) { $0.integer(0) }
            if let count, count <= TokenQuerySQL.few { return driver }
        }
        return nil
    }

    /// Up to `count` visible rows in an order of assignments, one assignment after another.
    private func ranked(
        _ query: TokenQuery, _ select: TokenQuerySQL, _ ranks: [TokenQuery.Rank], _ after: Cursor?, _ count: Int,
        _ isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> [ListedToken] {
        let wanted = query.assignments.map(Set.init)
        let whole = select.parts.map { (gone: $0, select: select.ofAssignment(gone: $0, after: nil)) }
        var rows: [ListedToken] = []
        for rank in query.isDescending ? ranks.reversed() : ranks {
            var start: Int64?
            let here = Cursor(value: .text(ExactName(rank.name)), assignment: rank.assignment, number: 0)
            if let after {
                if after.value == here.value, after.assignment == here.assignment {
                    start = after.number
                } else if Cursor.isBefore(here, after) != query.isDescending {
                    continue
                }
            }
            if let wanted, !wanted.contains(rank.assignment) { continue }
            var own: [ListedToken] = []
            for part in whole {
                let (sql, parameters) = start == nil ? part.select : select.ofAssignment(gone: part.gone, after: start)
                var found = 0
                try database.walk(sql, parameters + [.text(rank.assignment)]) { row in
                    let record = TokenRecord(row)
                    guard isVisible(record) else { return true }
                    var cursor = here
                    cursor.number = row.integer(0)
                    own.append(ListedToken(record: record, place: cursor))
                    found += 1
                    return found < count - rows.count
                }
            }
            if whole.count > 1 { own.sort { ($0.place.number < $1.place.number) != query.isDescending } }
            rows += own.prefix(count - rows.count)
            if rows.count == count { break }
        }
        return rows
    }
}
