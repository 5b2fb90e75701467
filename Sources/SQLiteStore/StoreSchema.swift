internal import Model

/// The schema of a store, version by version, in the form in which SQLite records it.
///
/// It is a constant, so that opening a store compares with it and computes nothing. `StoreSchemaTests` compares it with
/// the result of the migrations, and prints for each difference what to write here. A new migration adds a `Version`:
/// the objects that it makes or changes, and the names of those that it drops.
enum StoreSchema {
    /// A table, index or trigger.
    struct Object: Sendable {
        enum Form: Sendable, Equatable {
            /// An object made by this statement.
            case statement(String)
            /// An index made by a constraint of its table.
            case constraint
            /// A table that FTS5 makes for itself. The statement may differ between versions of the library, the
            /// columns may not.
            case shadow(String, columns: [String])
        }

        /// `table`, `index` or `trigger`.
        let type: String
        let name: String
        /// The table to which it belongs.
        let table: String
        let form: Form
        /// True when a store may lack it.
        var isOptional = false
    }

    struct Version: Sendable {
        var dropped: [String] = []
        let objects: [Object]
    }

    static let versions = [first, second, third, fourth, fifth, sixth, seventh]

    /// The objects of a version, by name.
    static func objects(version: Int) -> [ExactName: Object] {
        version == versions.count ? newest : collected(version)
    }

    private static let newest = collected(versions.count)

    private static func collected(_ version: Int) -> [ExactName: Object] {
        var objects: [ExactName: Object] = [:]
        for object in statistics { objects[ExactName(object.name)] = object }
        for version in versions.prefix(version) {
            for name in version.dropped { objects[ExactName(name)] = nil }
            for object in version.objects { objects[ExactName(object.name)] = object }
        }
        return objects
    }

    /// The tables of `ANALYZE` for SQLite's planner, which any store may have.
    private static let statistics = [
        "sqlite_stat1(tbl,idx,stat)", "sqlite_stat2(tbl,idx,sampleno,sample)",
        "sqlite_stat3(tbl,idx,neq,nlt,ndlt,sample)", "sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    ].map {
        let name = String($0.prefix { $0 != "(" })
        return Object(
            type: "table", name: name, table: name, form: .statement("CREATE TABLE " + $0), isOptional: true)
    }

    // MARK: Versions

    private static let first = Version(objects: [
        .table(
            "tenants",
            """
            CREATE TABLE tenants (
                id TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL
            ) STRICT, WITHOUT ROWID
            """),
        .table(
            "departments",
            """
            CREATE TABLE departments (
                tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, name TEXT NOT NULL, parent TEXT,
                active INTEGER NOT NULL CHECK (active IN (0, 1)), requires TEXT NOT NULL,
                PRIMARY KEY (tenant, id),
                FOREIGN KEY (tenant, parent) REFERENCES departments DEFERRABLE INITIALLY DEFERRED
            ) STRICT, WITHOUT ROWID
            """),
        .table(
            "user_types",
            """
            CREATE TABLE user_types (
                tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, name TEXT NOT NULL,
                active INTEGER NOT NULL CHECK (active IN (0, 1)), permissions TEXT NOT NULL,
                PRIMARY KEY (tenant, id)
            ) STRICT, WITHOUT ROWID
            """),
        .table(
            "users",
            """
            CREATE TABLE users (
                tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, name TEXT NOT NULL, full_name TEXT NOT NULL,
                email TEXT NOT NULL, active INTEGER NOT NULL CHECK (active IN (0, 1)), permissions TEXT NOT NULL,
                PRIMARY KEY (tenant, id), UNIQUE (tenant, name)
            ) STRICT, WITHOUT ROWID
            """),
        .constraint("users", 2),
        .table(
            "assignments",
            """
            CREATE TABLE assignments (
                tenant TEXT NOT NULL, id TEXT NOT NULL, user TEXT NOT NULL, department TEXT NOT NULL,
                user_type TEXT NOT NULL, removed INTEGER NOT NULL CHECK (removed IN (0, 1)),
                PRIMARY KEY (tenant, id),
                FOREIGN KEY (tenant, user) REFERENCES users, FOREIGN KEY (tenant, department) REFERENCES departments,
                FOREIGN KEY (tenant, user_type) REFERENCES user_types
            ) STRICT, WITHOUT ROWID
            """),
        .index("assignments_by_user", "assignments", "(tenant, user, id)"),
        .table(
            "tokens",
            """
            CREATE TABLE tokens (
                id BLOB PRIMARY KEY CHECK (length(id) = 16), tenant TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('api', 'mobile')), name TEXT NOT NULL, assignment TEXT NOT NULL,
                created INTEGER NOT NULL, expires INTEGER NOT NULL, last_active INTEGER, dormant_since INTEGER,
                suspended INTEGER, revoked INTEGER,
                lookup BLOB UNIQUE, lookup_key INTEGER, nonce BLOB, ciphertext BLOB, last4 TEXT, row_mac BLOB,
                FOREIGN KEY (tenant, assignment) REFERENCES assignments
            ) STRICT, WITHOUT ROWID
            """),
        .constraint("tokens", 2),
        .index("tokens_by_tenant", "tokens", "(tenant, id)"),
    ])

    private static let second = Version(
        dropped: ["tokens_by_tenant"],
        objects: [
            .table(
                "tenants",
                """
                CREATE TABLE tenants (
                    id TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL
                , active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)), \
                keeps_strings INTEGER NOT NULL DEFAULT 1 CHECK (keeps_strings IN (0, 1)), \
                version INTEGER NOT NULL DEFAULT 0, mac BLOB, mac_key INTEGER) STRICT, WITHOUT ROWID
                """),
            .table(
                "meta", "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"),
            .table("keys", "CREATE TABLE keys (number INTEGER PRIMARY KEY, canary BLOB NOT NULL) STRICT"),
            .table(
                "tokens",
                """
                CREATE TABLE "tokens" (
                    number INTEGER PRIMARY KEY,
                    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), tenant TEXT NOT NULL,
                    kind TEXT NOT NULL CHECK (kind IN ('api', 'mobile')), name TEXT NOT NULL, assignment TEXT NOT NULL,
                    created INTEGER NOT NULL, expires INTEGER NOT NULL, updated INTEGER NOT NULL, last_active INTEGER,
                    dormant_since INTEGER, suspended INTEGER, revoked INTEGER, version INTEGER NOT NULL DEFAULT 0,
                    created_by TEXT, revoked_by TEXT, reveal_count INTEGER NOT NULL DEFAULT 0, revealed_at INTEGER,
                    revealed_by TEXT, lookup BLOB UNIQUE, lookup_key INTEGER, previous BLOB UNIQUE, previous_key INTEGER,
                    overlap_until INTEGER, ciphertext BLOB, nonce BLOB, reveal_key INTEGER, last4 TEXT, mac BLOB,
                    mac_key INTEGER, search TEXT NOT NULL DEFAULT '', name_key TEXT,
                    used INTEGER AS (ifnull(last_active, 0)) VIRTUAL,
                    FOREIGN KEY (tenant, assignment) REFERENCES assignments
                ) STRICT
                """),
            .constraint("tokens", 1), .constraint("tokens", 2), .constraint("tokens", 3),
            .index("tokens_by_live_name", "tokens", "(tenant, name_key) WHERE name_key IS NOT NULL", isUnique: true),
            .index("tokens_by_name", "tokens", "(tenant, kind, search) WHERE revoked IS NULL"),
            .index("tokens_by_created", "tokens", "(tenant, kind, created) WHERE revoked IS NULL"),
            .index("tokens_by_updated", "tokens", "(tenant, kind, updated) WHERE revoked IS NULL"),
            .index("tokens_by_expires", "tokens", "(tenant, kind, expires) WHERE revoked IS NULL"),
            .index("tokens_by_used", "tokens", "(tenant, kind, used) WHERE revoked IS NULL"),
            .index("tokens_by_assignment", "tokens", "(tenant, assignment, kind) WHERE revoked IS NULL"),
            .index("tokens_revoked", "tokens", "(tenant, kind, assignment, revoked) WHERE revoked IS NOT NULL"),
            .index("tokens_suspended", "tokens", "(tenant, kind) WHERE suspended IS NOT NULL AND revoked IS NULL"),
            .index("tokens_by_mac_key", "tokens", "(mac_key)"),
            .table(
                "token_names",
                """
                CREATE VIRTUAL TABLE token_names USING fts5 (text, content = '', tokenize = 'trigram', detail = 'none')
                """),
            .shadow("token_names_data", "(id INTEGER PRIMARY KEY, block BLOB)", ["id INTEGER 1", "block BLOB 0"]),
            .shadow(
                "token_names_idx", "(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID",
                ["segid  1", "term  2", "pgno  0"]),
            .shadow("token_names_docsize", "(id INTEGER PRIMARY KEY, sz BLOB)", ["id INTEGER 1", "sz BLOB 0"]),
            .shadow("token_names_config", "(k PRIMARY KEY, v) WITHOUT ROWID", ["k  1", "v  0"]),
            .table(
                "log",
                """
                CREATE TABLE log (
                    number INTEGER PRIMARY KEY, time INTEGER NOT NULL, tenant TEXT, how TEXT NOT NULL, user TEXT, assignment TEXT,
                    through BLOB, act TEXT NOT NULL, token BLOB, last4 TEXT, version INTEGER, details TEXT NOT NULL,
                    previous BLOB NOT NULL, hash BLOB NOT NULL
                ) STRICT
                """),
            .index("log_by_token", "log", "(token, number) WHERE token IS NOT NULL"),
            .guardOfLog("log_is_never_changed", "UPDATE"), .guardOfLog("log_is_never_cut", "DELETE"),
        ])

    private static let third = Version(objects: [
        .table(
            "meta",
            """
            CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, mac BLOB, mac_key INTEGER) \
            STRICT, WITHOUT ROWID
            """),
        .table(
            "tokens",
            """
            CREATE TABLE "tokens" (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), tenant TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('api', 'mobile')), name TEXT NOT NULL, assignment TEXT NOT NULL,
                created INTEGER NOT NULL, expires INTEGER NOT NULL, updated INTEGER NOT NULL, last_active INTEGER,
                dormant_since INTEGER, suspended INTEGER, revoked INTEGER, version INTEGER NOT NULL DEFAULT 0,
                created_by TEXT, revoked_by TEXT, reveal_count INTEGER NOT NULL DEFAULT 0, revealed_at INTEGER,
                revealed_by TEXT, lookup BLOB UNIQUE, lookup_key INTEGER, previous BLOB UNIQUE, previous_key INTEGER,
                overlap_until INTEGER, ciphertext BLOB, nonce BLOB, reveal_key INTEGER, last4 TEXT, mac BLOB,
                mac_key INTEGER, search TEXT NOT NULL DEFAULT '', name_key TEXT,
                used INTEGER AS (ifnull(last_active, 0)) VIRTUAL, use_mac BLOB, use_key INTEGER,
                FOREIGN KEY (tenant, assignment) REFERENCES assignments
            ) STRICT
            """),
    ])

    private static let fourth = Version(objects: [
        .table(
            "tokens",
            """
            CREATE TABLE "tokens" (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), tenant TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('api', 'mobile')), name TEXT NOT NULL, assignment TEXT NOT NULL,
                created INTEGER NOT NULL, expires INTEGER NOT NULL, updated INTEGER NOT NULL, last_active INTEGER,
                dormant_since INTEGER, suspended INTEGER, revoked INTEGER, version INTEGER NOT NULL DEFAULT 0,
                created_by TEXT, revoked_by TEXT, reveal_count INTEGER NOT NULL DEFAULT 0, revealed_at INTEGER,
                revealed_by TEXT, lookup BLOB UNIQUE, lookup_key INTEGER, previous BLOB UNIQUE, previous_key INTEGER,
                overlap_until INTEGER, ciphertext BLOB, nonce BLOB, reveal_key INTEGER, last4 TEXT, mac BLOB,
                mac_key INTEGER, search TEXT NOT NULL DEFAULT '', name_key TEXT,
                used INTEGER AS (ifnull(last_active, 0)) VIRTUAL, use_mac BLOB, use_key INTEGER, description TEXT, \
            contact TEXT, search_description TEXT NOT NULL DEFAULT '', search_contact TEXT NOT NULL DEFAULT '',
                FOREIGN KEY (tenant, assignment) REFERENCES assignments
            ) STRICT
            """)
    ])

    private static let fifth = Version(objects: [
        .table(
            "tokens",
            """
            CREATE TABLE "tokens" (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), tenant TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('api', 'mobile')), name TEXT NOT NULL, assignment TEXT NOT NULL,
                created INTEGER NOT NULL, expires INTEGER NOT NULL, updated INTEGER NOT NULL, last_active INTEGER,
                dormant_since INTEGER, suspended INTEGER, revoked INTEGER, version INTEGER NOT NULL DEFAULT 0,
                created_by TEXT, revoked_by TEXT, reveal_count INTEGER NOT NULL DEFAULT 0, revealed_at INTEGER,
                revealed_by TEXT, lookup BLOB UNIQUE, lookup_key INTEGER, previous BLOB UNIQUE, previous_key INTEGER,
                overlap_until INTEGER, ciphertext BLOB, nonce BLOB, reveal_key INTEGER, last4 TEXT, mac BLOB,
                mac_key INTEGER, search TEXT NOT NULL DEFAULT '', name_key TEXT,
                used INTEGER AS (ifnull(last_active, 0)) VIRTUAL, use_mac BLOB, use_key INTEGER, description TEXT, \
            contact TEXT, search_description TEXT NOT NULL DEFAULT '', search_contact TEXT NOT NULL DEFAULT '', ceiling TEXT, \
            last_action TEXT, last_network TEXT, use_count INTEGER,
                FOREIGN KEY (tenant, assignment) REFERENCES assignments
            ) STRICT
            """)
    ])

    private static let sixth = Version(objects: [
        .table(
            "tokens",
            """
            CREATE TABLE "tokens" (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), tenant TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('api', 'mobile')), name TEXT NOT NULL, assignment TEXT NOT NULL,
                created INTEGER NOT NULL, expires INTEGER NOT NULL, updated INTEGER NOT NULL, last_active INTEGER,
                dormant_since INTEGER, suspended INTEGER, revoked INTEGER, version INTEGER NOT NULL DEFAULT 0,
                created_by TEXT, revoked_by TEXT, reveal_count INTEGER NOT NULL DEFAULT 0, revealed_at INTEGER,
                revealed_by TEXT, lookup BLOB UNIQUE, lookup_key INTEGER, previous BLOB UNIQUE, previous_key INTEGER,
                overlap_until INTEGER, ciphertext BLOB, nonce BLOB, reveal_key INTEGER, last4 TEXT, mac BLOB,
                mac_key INTEGER, search TEXT NOT NULL DEFAULT '', name_key TEXT,
                used INTEGER AS (ifnull(last_active, 0)) VIRTUAL, use_mac BLOB, use_key INTEGER, description TEXT, \
            contact TEXT, search_description TEXT NOT NULL DEFAULT '', search_contact TEXT NOT NULL DEFAULT '', ceiling TEXT, \
            last_action TEXT, last_network TEXT, use_count INTEGER, \
            parent BLOB CHECK (length(parent) = 16),
                FOREIGN KEY (tenant, assignment) REFERENCES assignments
            ) STRICT
            """),
        .index("tokens_by_parent", "tokens", "(parent) WHERE parent IS NOT NULL"),
    ])

    private static let seventh = Version(objects: [.index("log_by_act", "log", "(act)")])
}

extension StoreSchema.Object {
    static func table(_ name: String, _ statement: String) -> Self {
        Self(type: "table", name: name, table: name, form: .statement(statement))
    }

    static func index(_ name: String, _ table: String, _ columns: String, isUnique: Bool = false) -> Self {
        let statement = "CREATE \(isUnique ? "UNIQUE " : "")INDEX \(name) ON \(table) \(columns)"
        return Self(type: "index", name: name, table: table, form: .statement(statement))
    }

    /// The index of the constraint with that number.
    static func constraint(_ table: String, _ number: Int) -> Self {
        Self(type: "index", name: "sqlite_autoindex_\(table)_\(number)", table: table, form: .constraint)
    }

    /// - Parameter columns: for each column its name, type and place in the primary key, 0 for none.
    static func shadow(_ name: String, _ definition: String, _ columns: [String]) -> Self {
        Self(
            type: "table", name: name, table: name,
            form: .shadow("CREATE TABLE '\(name)'" + definition, columns: columns))
    }

    /// A trigger that keeps other programs from changing the log. The store's own connection does not need it.
    static func guardOfLog(_ name: String, _ change: String) -> Self {
        let statement =
            "CREATE TRIGGER \(name) BEFORE \(change) ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
        return Self(type: "trigger", name: name, table: "log", form: .statement(statement))
    }
}
