package import Model

extension SQLiteTokenStore {
    /// A token for a list, and its place in the order.
    private struct Row {
        var record: TokenRecord
        var cursor: Cursor
    }

    /// A page of a tenant's tokens. Rows added or removed between two pages do not shift the pages.
    /// - Throws: `.invalid` for a cursor of another list.
    package func list(_ query: TokenQuery) throws(TokenStoreError) -> TokenPage {
        try list(query) { _ in true }
    }

    /// A page of the visible tokens of a query.
    /// - Parameter isVisible: called for one token after another, in the order of the list.
    package func list(
        _ query: TokenQuery, where isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> TokenPage {
        try connection.transaction("BEGIN") { () throws(TokenStoreError) in
            let select = TokenQuerySQL(query)
            let identity = select.identity
            var after: Cursor?
            if let text = query.cursor { after = try Cursor.open(text, identity, keys.live) }
            // The extra row shows that there is a next page.
            let count = query.size + 1
            var rows: [Row]
            if case .assignments(let ranks) = query.sort {
                rows = try ranked(query, select, ranks, after, count, isVisible)
            } else {
                rows = try ordered(query, select, after, count, isVisible)
            }
            // A page must go on after its cursor. A forged value that is not a number sorts behind all numbers, and
            // would make the list endless.
            if let after, let first = rows.first?.cursor {
                let goesOn = query.isDescending ? Cursor.isBefore(first, after) : Cursor.isBefore(after, first)
                guard goesOn || !Self.isOrdered(query.sort) else { throw misdirected }
            }
            let hasMore = rows.count > query.size
            if hasMore { rows.removeLast(rows.count - query.size) }
            let next = hasMore ? rows.last?.cursor.sealed(identity, keys.active) : nil
            var tokens: [TokenDetails] = []
            // Visibility is decided on the content of the rows; the seals of the shown ones are checked here.
            for row in rows {
                guard var details = try stored(row.record.id)?.details, details.tenant == query.tenant else {
                    throw misdirected
                }
                let isTampered = details.token.isTampered
                details.token.isTampered = false
                // The shown row must be the one on which visibility was decided.
                guard details.token == row.record else { throw misdirected }
                details.token.isTampered = isTampered
                tokens.append(details)
            }
            return TokenPage(tokens: tokens, next: next)
        }
    }

    /// Up to `count` visible rows in the order of a column, after a cursor.
    private func ordered(
        _ query: TokenQuery, _ select: TokenQuerySQL, _ after: Cursor?, _ count: Int,
        _ isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> [Row] {
        let (column, index) = Self.order(query.sort)
        // A whole list gains nothing from walking an index until a page is full.
        let driver = query.isWhole ? select.drivers.first : try fewest(select.drivers)
        let isText = column == "search"
        let place = Int32(StoredToken.recordCount)
        var rows: [Row] = []
        for gone in select.parts {
            let (sql, parameters) = select.ordered(gone: gone, by: column, index: index, driver: driver, after: after)
            var found = 0
            try connection.walk(sql, parameters) { row in
                let record = TokenRecord(row)
                guard isVisible(record) else { return true }
                let value = isText ? Cursor.Value.text(row.text(place)) : .number(row.integer(place))
                rows.append(Row(record: record, cursor: Cursor(value: value, number: row.integer(0))))
                found += 1
                return found < count
            }
        }
        // Revoked rows and the others are each sorted; the two parts are merged here.
        if select.parts.count > 1 {
            rows.sort { Cursor.isBefore($0.cursor, $1.cursor) != query.isDescending && $0.cursor != $1.cursor }
        }
        return Array(rows.prefix(count))
    }

    /// True when the list is in the order of a column, false for an order of assignments.
    private static func isOrdered(_ sort: TokenQuery.Sort) -> Bool {
        if case .assignments = sort { return false }
        return true
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
        _ drivers: [(sql: String, parameters: [SQLStatement.Parameter])]
    ) throws(TokenStoreError) -> (sql: String, parameters: [SQLStatement.Parameter])? {
        for driver in drivers {
            let count = try connection.first(
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
    ) throws(TokenStoreError) -> [Row] {
        let wanted = query.assignments.map(Set.init)
        let whole = select.parts.map { (gone: $0, select: select.ofAssignment(gone: $0, after: nil)) }
        var rows: [Row] = []
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
            var own: [Row] = []
            for part in whole {
                let (sql, parameters) = start == nil ? part.select : select.ofAssignment(gone: part.gone, after: start)
                var found = 0
                try connection.walk(sql, parameters + [.text(rank.assignment)]) { row in
                    let record = TokenRecord(row)
                    guard isVisible(record) else { return true }
                    var cursor = here
                    cursor.number = row.integer(0)
                    own.append(Row(record: record, cursor: cursor))
                    found += 1
                    return found < count - rows.count
                }
            }
            if whole.count > 1 { own.sort { ($0.cursor.number < $1.cursor.number) != query.isDescending } }
            rows += own.prefix(count - rows.count)
            if rows.count == count { break }
        }
        return rows
    }

    /// Every visible token of a query, in the order of their ids.
    package func all(
        _ query: TokenQuery, where isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> [TokenDetails] {
        var query = query
        query.size = .max - 1
        query.isWhole = true
        query.sort = .created
        return try list(query, where: isVisible).tokens.sorted { $0.token.id < $1.token.id }
    }
}

extension Cursor {
    /// The order of an ascending list. Strings are in the order of their bytes, as in the store.
    static func isBefore(_ one: Cursor, _ other: Cursor) -> Bool {
        switch (one.value, other.value) {
        case (.text(let left), .text(let right)) where left != right:
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.number(let left), .number(let right)) where left != right: return left < right
        default:
            if one.assignment != other.assignment {
                return one.assignment.utf8.lexicographicallyPrecedes(other.assignment.utf8)
            }
            return one.number < other.number
        }
    }
}
