internal import Model
internal import SQLStore
internal import Tokens

/// The check of a file: its schema, its pages, and indexes that do not match their tables.
struct IntegrityCheck {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    func faults() throws(TokenStoreError) -> [IntegrityViolation] {
        try connection.read { () throws(TokenStoreError) in
            var faults = try SchemaGuard.faults(connection, version: Migrations.steps.count).map {
                IntegrityViolation($0)
            }
            faults += try reported { () throws(TokenStoreError) in try pageFaults() }
            faults += try reported { () throws(TokenStoreError) in try nameFaults() }
            return faults
        }
    }

    /// The faults that a check finds. A check that fails counts as a fault.
    private func reported(_ check: () throws(TokenStoreError) -> [IntegrityViolation]) throws(TokenStoreError)
        -> [IntegrityViolation]
    {
        do throws(TokenStoreError) { return try check() } catch {
            guard error.code == .corrupt || error.code == .io else { throw error }
            return [IntegrityViolation(error.message)]
        }
    }

    /// The faults that SQLite finds: it compares every index with its table, and every value with its column's
    /// constraints.
    private func pageFaults() throws(TokenStoreError) -> [IntegrityViolation] {
        var faults: [IntegrityViolation] = []
        try connection.rows("PRAGMA integrity_check(100)") {
            if $0.text(0) != "ok" { faults.append(IntegrityViolation("the file is damaged: \($0.text(0))")) }
        }
        try connection.rows("PRAGMA foreign_key_check") {
            faults.append(IntegrityViolation("a row of `\($0.text(0))` refers to a missing row of `\($0.text(2))`"))
        }
        return faults
    }

    /// Compares the name index with one made anew from the tokens. SQLite cannot check it: the index keeps no text.
    private func nameFaults() throws(TokenStoreError) -> [IntegrityViolation] {
        let tables =
            "DROP TABLE IF EXISTS temp.terms_meant; DROP TABLE IF EXISTS temp.terms_found; "
            + "DROP TABLE IF EXISTS temp.names_meant"
        try connection.execute(
            tables + """
                ; CREATE VIRTUAL TABLE temp.names_meant USING fts5
                    (text, content = '', tokenize = 'trigram', detail = 'none');
                CREATE VIRTUAL TABLE temp.terms_meant USING fts5vocab (temp, names_meant, instance);
                CREATE VIRTUAL TABLE temp.terms_found USING fts5vocab (main, token_names, instance);
                """)
        defer { try? connection.execute(tables) }
        var faults: [IntegrityViolation] = []
        let sql = """
            SELECT number, id, name, description, contact, search, search_description, search_contact
            FROM tokens NOT INDEXED
            """
        try connection.rows(sql) { (row: any SQLRow) throws(TokenStoreError) in
            let texts: [ExactName?] = [row.text(2), row.optionalText(3), row.optionalText(4)]
            for (place, text) in texts.enumerated()
            where !row.holds(5 + place, .text(TextNormalizer.search(text ?? ""))) {
                let id = row.token(1)
                let word = ["name", "description", "contact"][place]
                faults.append(
                    IntegrityViolation("the token `\(id)` is listed under a \(word) that is not its own", token: id))
            }
            let indexed = StoredToken.indexed(name: row.text(2), description: texts[1], contact: texts[2])
            try connection.run(
                "INSERT INTO temp.names_meant (rowid, text) VALUES (?, ?)", [.integer(row.integer(0)), .text(indexed)])
        }
        for number in try differentRows().sorted().prefix(100) {
            let id = try connection.first("SELECT id FROM tokens WHERE number = ?", [.integer(number)]) { $0.token(0) }
            let message =
                id.map { "the name index does not match the token `\($0)`" }
                ?? "the name index has the row \(number), which belongs to no token"
            faults.append(IntegrityViolation(message, token: id))
        }
        return faults
    }

    /// The rows whose terms differ. Both indexes give their terms in the same order, so neither is held in memory.
    private func differentRows() throws(TokenStoreError) -> Set<Int64> {
        let meant = try connection.prepare("SELECT term, doc FROM temp.terms_meant")
        let found = try connection.prepare("SELECT term, doc FROM temp.terms_found")
        defer {
            meant.reset()
            found.reset()
        }
        func next(_ statement: SQLiteStatement) throws(TokenStoreError) -> (term: [UInt8], row: Int64)? {
            try statement.step() ? (statement.blob(0) ?? [], statement.integer(1)) : nil
        }
        var different: Set<Int64> = []
        try meant.bind([])
        try found.bind([])
        var (one, other) = (try next(meant), try next(found))
        while one != nil || other != nil {
            if let left = one, let right = other, left == right {
                (one, other) = (try next(meant), try next(found))
            } else if let left = one, other.map({ Self.isBefore(left, $0) }) ?? true {
                different.insert(left.row)
                one = try next(meant)
            } else if let right = other {
                different.insert(right.row)
                other = try next(found)
            }
        }
        return different
    }

    private static func isBefore(_ one: (term: [UInt8], row: Int64), _ other: (term: [UInt8], row: Int64)) -> Bool {
        one.term == other.term ? one.row < other.row : one.term.lexicographicallyPrecedes(other.term)
    }
}

extension SQLiteConnection {
    func faults() throws(TokenStoreError) -> [IntegrityViolation] { try IntegrityCheck(self).faults() }
}
