internal import Model
internal import SQLStore
internal import Tokens

/// Compares the schema of a store with the one that the migrations make.
///
/// Whoever can write the file needs no key to plant a trigger, a view or a constraint. It would act while the store
/// writes, and the store would seal the result.
enum SchemaGuard {
    /// Checks the schema.
    /// - Parameter version: the version whose migrations made the store.
    /// - Parameter most: the largest number of faults that the message lists.
    /// - Throws: `.tampered`, with the foreign, changed and missing objects.
    static func require(_ connection: SQLiteConnection, version: Int, most: Int = 1) throws(TokenStoreError) {
        let faults = try faults(connection, version: version)
        if faults.isEmpty { return }
        let listed = faults.prefix(most).joined(separator: "; ")
        let more = faults.count > most ? ", and \(faults.count - most) more" : ""
        throw TokenStoreError(
            .tampered,
            "the store `\(connection.name)` was changed by another program: \(listed)\(more). Do not use it: "
                + "`demilune store verify` lists all changes, and docs/security.md explains what to do"
        )
    }

    /// All foreign, changed and missing objects, in the order of the schema.
    static func faults(_ connection: SQLiteConnection, version: Int) throws(TokenStoreError) -> [String] {
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
                if !row.isNull(3) { faults.append("\(named(row)) was changed") }
            case .statement(let statement):
                guard !row.holds(3, .text(statement)) else { return }
                let isSame = row.blob(3).map(SchemaLexer.lexemes) == SchemaLexer.lexemes(Array(statement.utf8))
                if !isSame { faults.append("\(named(row)) was changed") }
            case .shadow(let statement, let columns):
                guard !row.holds(3, .text(statement)) else { return }
                shadows.append((object, columns, row.blob(3) ?? []))
            }
        }
        for (object, columns, statement) in shadows {
            let present = try self.columns(of: object.name, connection)
            if !isPlain(statement) || present != columns {
                faults.append("the table `\(object.name)` was changed")
            }
        }
        return faults + missing.sorted().map { "the \(expected[$0]?.type ?? "object") `\($0)` is missing" }
    }

    /// The name of an object in a message. The name may come from an attacker, so it is shortened.
    private static func named(_ row: any SQLRow) -> String {
        let (type, name, table): (String, String, String) = (row.text(0), row.text(1), row.text(2))
        let place = table == name ? "" : " on `\(shortened(table))`"
        return "the \(shortened(type)) `\(shortened(name))`\(place)"
    }

    private static func shortened(_ name: String) -> String {
        let scalars = name.unicodeScalars
        return scalars.count <= 64 ? name : String(String.UnicodeScalarView(scalars.prefix(64))) + "…"
    }

    /// True when a statement declares only columns and a primary key, and computes nothing.
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

    private static func columns(of table: String, _ connection: SQLiteConnection) throws(TokenStoreError) -> [String] {
        var columns: [String] = []
        try connection.rows("SELECT name, type, pk FROM pragma_table_xinfo(?)", [.text(table)]) {
            columns.append("\($0.text(0)) \($0.text(1)) \($0.integer(2))")
        }
        return columns
    }
}

extension SQLiteConnection {
    /// Checks the schema again if it changed since the last check. Nobody else can change it during a write
    /// transaction.
    func requireKnownSchema() throws(TokenStoreError) {
        let mark = try number("PRAGMA schema_version")
        if mark == knownSchema { return }
        try SchemaGuard.require(self, version: Migrations.steps.count)
        knownSchema = mark
    }
}
