internal import Model

/// Holds the schema of a store to the one that the migrations make.
///
/// Whoever can write the file needs no key to plant a trigger, a view or a constraint. What is planted would act while the
/// store writes, and the store would seal its work.
enum SchemaGuard {
    /// - Parameter version: the version whose migrations made the store.
    /// - Parameter most: how many faults the message lists.
    /// - Throws: `.tampered`, naming what is foreign, changed or missing.
    static func require(_ connection: Connection, version: Int, most: Int = 1) throws(TokenStoreError) {
        let faults = try faults(connection, version: version)
        if faults.isEmpty { return }
        let told = faults.prefix(most).joined(separator: "; ")
        let more = faults.count > most ? ", and \(faults.count - most) more" : ""
        throw TokenStoreError(
            .tampered,
            "the store `\(connection.path)` was changed by another program: \(told)\(more). Do not use it: "
                + "`demilune store verify` lists everything, and docs/security.md says what to do with a foreign schema"
        )
    }

    /// Everything that is foreign, changed or missing, in the order of the schema.
    static func faults(_ connection: Connection, version: Int) throws(TokenStoreError) -> [String] {
        let expected = StoreSchema.objects(version: version)
        var missing = Set(expected.values.filter { !$0.isOptional }.map { ExactName($0.name) })
        var seen: Set<ExactName> = []
        var faults: [String] = []
        var shadows: [(object: StoreSchema.Object, columns: [String], statement: [UInt8])] = []
        try connection.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema") { row in
            guard let object = expected[row.text(1)], row.holds(1, .text(object.name)),
                row.holds(0, .text(object.type)),
                row.holds(2, .text(object.table)), seen.insert(ExactName(object.name)).inserted
            else {
                faults.append("\(named(row)) does not belong in a store")
                return
            }
            missing.remove(ExactName(object.name))
            switch object.form {
            case .constraint:
                if !row.isNull(3) { faults.append("\(named(row)) is not as it was made") }
            case .statement(let statement):
                guard !row.holds(3, .text(statement)) else { return }
                let isSame = row.blob(3).map(SchemaLexer.lexemes) == SchemaLexer.lexemes(Array(statement.utf8))
                if !isSame { faults.append("\(named(row)) is not as it was made") }
            case .shadow(let statement, let columns):
                guard !row.holds(3, .text(statement)) else { return }
                shadows.append((object, columns, row.blob(3) ?? []))
            }
        }
        for (object, columns, statement) in shadows {
            let present = try self.columns(of: object.name, connection)
            if !isPlain(statement) || present != columns {
                faults.append("the table `\(object.name)` is not as it was made")
            }
        }
        return faults + missing.sorted().map { "the \(expected[$0]?.type ?? "object") `\($0)` is missing" }
    }

    /// The row of an object as a message names it. The names are those of whoever planted it.
    private static func named(_ row: SQLStatement) -> String {
        let (type, name, table): (String, String, String) = (row.text(0), row.text(1), row.text(2))
        let place = table == name ? "" : " on `\(shortened(table))`"
        return "the \(shortened(type)) `\(shortened(name))`\(place)"
    }

    private static func shortened(_ name: String) -> String {
        let scalars = name.unicodeScalars
        return scalars.count <= 64 ? name : String(String.UnicodeScalarView(scalars.prefix(64))) + "…"
    }

    /// Whether a statement declares columns and a primary key, and nothing that computes.
    private static func isPlain(_ statement: [UInt8]) -> Bool {
        let computing = ["as", "check", "collate", "default", "foreign", "generated", "references", "unique"]
        let refused = Set(computing.map { Array($0.utf8) })
        return SchemaLexer.lexemes(statement).allSatisfy { lexeme in
            switch lexeme {
            case .keyword(let word): !refused.contains(word)
            case .unfinished: false
            default: true
            }
        }
    }

    private static func columns(of table: String, _ connection: Connection) throws(TokenStoreError) -> [String] {
        var columns: [String] = []
        try connection.rows("SELECT name, type, pk FROM pragma_table_xinfo(?)", [.text(table)]) {
            columns.append("\($0.text(0)) \($0.text(1)) \($0.integer(2))")
        }
        return columns
    }
}

extension Connection {
    /// Compares the schema again when somebody changed it since it was compared. In a transaction that writes nobody can change
    /// it any more.
    func requireKnownSchema() throws(TokenStoreError) {
        let mark = try number("PRAGMA schema_version")
        if mark == knownSchema { return }
        try SchemaGuard.require(self, version: Migrations.steps.count)
        knownSchema = mark
    }
}
