internal import Model
internal import Tokens

/// A query as SQL: conditions, order and starting point.
///
/// Rows are either walked in the order of an index until there are enough, or, where few can match, collected first and
/// then sorted. Counting the candidates, never beyond `few`, decides between the two.
struct TokenQuerySQL {
    typealias Parameter = SQLParameter

    /// The most rows to collect and sort. With more candidates, matches are frequent even in a large store, and walking
    /// finds a page soon.
    static let few = 5_000

    private let query: TokenQuery
    private let dialect: SQLDialect
    private var conditions: [String] = []
    private var parameters: [Parameter] = []

    init(_ query: TokenQuery, _ dialect: SQLDialect) {
        self.query = query
        self.dialect = dialect
        add("tenant = ? AND kind = ?", .text(query.tenant), .text(query.kind.rawValue))
        let now = Parameter.integer(query.now.microseconds)
        switch query.state {
        case .live: add("suspended IS NULL AND expires > ?", now)
        case .suspended: add("suspended IS NOT NULL AND expires > ?", now)
        case .dormant: add("dormant_since IS NOT NULL AND expires > ?", now)
        case .expired: add("expires <= ?", now)
        case .revoked, nil: break
        }
        if let before = query.expiringBefore {
            add("expires > ? AND expires <= ?", now, .integer(before.microseconds))
        }
        if let since = query.unusedSince {
            add("\(dialect.greatest)(used, created) < ?", .integer(since.microseconds))
        }
        if let assignments = query.assignments {
            add("assignment IN (\(dialect.elements))", Self.list(assignments))
        }
        if !query.leftOutAssignments.isEmpty {
            add("assignment NOT IN (\(dialect.elements))", Self.list(query.leftOutAssignments))
        }
        if let contact = query.contact { add(dialect.contains("search_contact"), .text(contact)) }
        if let search = query.search {
            let texts = ["search", "search_description", "search_contact"].map(dialect.contains)
            conditions.append("(\(texts.joined(separator: " OR ")) OR assignment IN (\(dialect.elements)))")
            parameters += texts.map { _ in .text(search) } + [Self.list(query.searchAssignments)]
        }
    }

    private mutating func add(_ condition: String, _ values: Parameter...) {
        conditions.append(condition)
        parameters += values
    }

    private static func list(_ texts: [ExactName]) -> Parameter { .text(JSON.array(texts.map(JSON.string)).compact) }

    /// The parts of the result: `true` for revoked rows, `false` for the others.
    var parts: [Bool] {
        switch query.state {
        case .revoked: [true]
        case .live, .suspended, .dormant, .expired: [false]
        case nil: query.leavesOutRevoked ? [false] : [false, true]
        }
    }

    /// Sub-queries for the numbers of all rows that can match, one for each condition that may leave few rows.
    var drivers: [(sql: String, parameters: [Parameter])] {
        var drivers: [(String, [Parameter])] = []
        let place: [Parameter] = [.text(query.tenant), .text(query.kind.rawValue)]
        let ofAssignments = """
            SELECT number FROM tokens \(dialect.indexedBy("tokens_by_assignment"))
            WHERE tenant = ? AND kind = ? AND revoked IS NULL AND assignment IN (\(dialect.elements))
            """
        if let names = dialect.nameIndex, let search = query.search, let grams = Self.grams(search) {
            drivers.append(
                (
                    "\(names.search) UNION ALL \(ofAssignments)",
                    [.text(grams)] + place + [Self.list(query.searchAssignments)]
                ))
        }
        if let names = dialect.nameIndex, let contact = query.contact, let grams = Self.grams(contact) {
            drivers.append((names.search, [.text(grams)]))
        }
        if let assignments = query.assignments {
            drivers.append((ofAssignments, place + [Self.list(assignments)]))
        }
        if query.state == .suspended {
            drivers.append(
                (
                    """
                    SELECT number FROM tokens \(dialect.indexedBy("tokens_suspended"))
                    WHERE tenant = ? AND kind = ? AND revoked IS NULL AND suspended IS NOT NULL
                    """,
                    place
                ))
        }
        if parts == [false], query.state == .expired || query.expiringBefore != nil {
            let from = query.state == .expired ? Int64.min : query.now.microseconds
            let to = query.state == .expired ? query.now : query.expiringBefore!
            drivers.append(
                (
                    """
                    SELECT number FROM tokens \(dialect.indexedBy("tokens_by_expires"))
                    WHERE tenant = ? AND kind = ? AND revoked IS NULL AND expires > ? AND expires <= ?
                    """, place + [.integer(from), .integer(to.microseconds)]
                ))
        }
        return drivers
    }

    /// The trigrams of a text, all of which a match must contain; `nil` for a text shorter than one.
    private static func grams(_ search: String) -> String? {
        let scalars = Array(search.unicodeScalars)
        guard scalars.count >= 3 else { return nil }
        let grams = (0...(scalars.count - 3)).prefix(64).map { start in
            var gram = ""
            for scalar in scalars[start..<(start + 3)] { gram.unicodeScalars.append(scalar) }
            return "\"" + gram.replacing("\"", with: "\"\"") + "\""
        }
        return grams.joined(separator: " AND ")
    }

    // MARK: Statements

    /// The statement for rows in the order of a column.
    /// - Parameter gone: true for revoked rows. They are collected and sorted: the columns' indexes hold only the
    ///   others, so that revoking writes little.
    /// - Parameter driver: the sub-query for the few rows that can match; without one the column's index is walked.
    func ordered(
        gone: Bool, by column: String, index: String, driver: (sql: String, parameters: [Parameter])?, after: Cursor?
    ) -> (sql: String, parameters: [Parameter]) {
        let direction = query.isDescending ? "DESC" : "ASC"
        var sql = "SELECT \(StoredToken.recordColumns), \(column) FROM tokens "
        var values = parameters
        if gone {
            sql += dialect.indexedBy("tokens_revoked")
        } else if driver == nil {
            sql += dialect.indexedBy(index)
        } else {
            sql += dialect.unindexed
        }
        sql += " WHERE " + conditions.joined(separator: " AND ") + " AND revoked IS \(gone ? "NOT NULL" : "NULL")"
        if let driver, !gone {
            sql += " AND number IN (\(driver.sql))"
            values += driver.parameters
        }
        if let after {
            sql += " AND (\(column), number) \(query.isDescending ? "<" : ">") (?, ?)"
            values += [after.value.parameter, .integer(after.number)]
        }
        sql += " ORDER BY \(column) \(direction), number \(direction)"
        return (sql, values)
    }

    /// The statement for rows of one assignment, in the order of their creation.
    func ofAssignment(gone: Bool, after: Int64?) -> (sql: String, parameters: [Parameter]) {
        let direction = query.isDescending ? "DESC" : "ASC"
        var sql = """
            SELECT \(StoredToken.recordColumns) FROM tokens \(dialect.indexedBy(gone ? "tokens_revoked" : "tokens_by_assignment"))
            WHERE \(conditions.joined(separator: " AND ")) AND revoked IS \(gone ? "NOT NULL" : "NULL")
            """
        var values = parameters
        if let after {
            sql += " AND number \(query.isDescending ? "<" : ">") ?"
            values.append(.integer(after))
        }
        sql += " AND assignment = ? ORDER BY number \(direction)"
        return (sql, values)
    }
}

extension Cursor.Value {
    var parameter: SQLParameter {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .integer(number)
        }
    }
}
