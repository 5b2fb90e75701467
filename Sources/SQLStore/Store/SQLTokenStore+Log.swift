internal import Model
package import Tokens

extension SQLTokenStore {
    package var newestEntry: (number: Int64, hash: [UInt8])? {
        get throws(TokenStoreError) {
            try database.first("SELECT number, hash FROM log ORDER BY number DESC LIMIT 1") {
                ($0.integer(0), $0.blob(1) ?? [])
            }
        }
    }

    package func entryHash(_ number: Int64) throws(TokenStoreError) -> [UInt8]? {
        try database.first("SELECT hash FROM log WHERE number = ?", [.integer(number)]) { $0.blob(0) ?? [] }
    }

    package func entries(_ query: LogQuery) throws(TokenStoreError) -> [LogEntry] {
        var conditions: [String] = []
        var parameters: [SQLParameter] = []
        func add(_ condition: String, _ values: SQLParameter...) {
            conditions.append(condition)
            parameters += values
        }
        if let tenant = query.tenant { add("tenant = ?", .text(tenant)) }
        if let since = query.since { add("time >= ?", .integer(since.microseconds)) }
        if let until = query.until { add("time < ?", .integer(until.microseconds)) }
        if let ids = query.tokens { add("token >= ? AND token <= ?", .token(ids.lowerBound), .token(ids.upperBound)) }
        if query.actor == "operator" {
            add("how = 'operator'")
        } else if let actor = query.actor {
            add("user = ?", .text(actor))
        }
        if let act = query.act {
            if act.hasSuffix(".") {
                add("substr(act, 1, ?) = ?", .integer(Int64(act.unicodeScalars.count)), .text(act))
            } else if index(for: query) != .act {
                add("act = ?", .text(act))
            }
        }
        if query.isRefused { add("substr(act, length(act) - 7) = '.refused'") }
        if let number = query.after { add("number > ?", .integer(number)) }
        if let number = query.before { add("number < ?", .integer(number)) }
        let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let (source, place, limits) = source(query)
        var entries: [LogEntry] = []
        try database.rows(
            "SELECT \(LogEntry.columns) FROM \(source)\(condition) ORDER BY \(place) \(query.isOldestFirst ? "ASC" : "DESC") LIMIT ?",
            limits + parameters + [.integer(Int64(query.size))]
        ) { row throws(TokenStoreError) in
            let entry = LogEntry(row)
            switch index(for: query) {
            case .token: guard entry.token == query.token else { throw .misdirected(name) }
            case .act: guard entry.act == query.act else { throw .misdirected(name) }
            case nil: break
            }
            entries.append(entry)
        }
        return query.isOldestFirst ? entries : entries.reversed()
    }

    /// The index by which the entries of a query are found.
    private enum LogIndex: String {
        case token, act
    }

    private func index(for query: LogQuery) -> LogIndex? {
        if query.token != nil { return .token }
        guard let act = query.act, !act.hasSuffix("."), query.tokens == nil else { return nil }
        return .act
    }

    /// The part of a `FROM` clause that finds the numbers of entries by an index, where there is one, the place of an entry
    /// in the order of the log, and the parameters. The entries are read from the table, whatever the index says of them.
    private func source(_ query: LogQuery) -> (sql: String, place: String, parameters: [SQLParameter]) {
        guard let index = index(for: query) else { return ("log", "number", []) }
        let dialect = database.dialect
        var sql =
            "SELECT number AS found FROM log \(dialect.indexedBy("log_by_\(index.rawValue)")) WHERE \(index.rawValue) = ?"
        var parameters: [SQLParameter] = []
        if let token = query.token {
            parameters.append(.token(token))
        } else if let act = query.act {
            parameters.append(.text(act))
        }
        for (sign, number) in [(">", query.after), ("<", query.before)] {
            guard let number else { continue }
            sql += " AND number \(sign) ?"
            parameters.append(.integer(number))
        }
        return ("(\(sql)) JOIN log \(dialect.unindexed) ON number = found", "found", parameters)
    }

    package func eachEntry(_ body: (LogEntry) throws(TokenStoreError) -> Void) throws(TokenStoreError) {
        try database.rows("SELECT \(LogEntry.columns) FROM log ORDER BY number") { row throws(TokenStoreError) in
            try body(LogEntry(row))
        }
    }

    package func append(_ entry: LogEntry) throws(TokenStoreError) {
        try database.run(LogEntry.insertion, entry.values)
        try confirm(entry)
    }

    package func confirm(_ entry: LogEntry) throws(TokenStoreError) {
        try database.confirm(
            LogEntry.confirmation, [.integer(entry.number)], is: entry.values, "entry \(entry.number) of the log")
    }
}
