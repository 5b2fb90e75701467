internal import SQLStore
internal import Tokens

/// The migrations of a store. Each step leads from one version to the next and is never changed again.
enum Migrations {
    /// `DML1`, so that the database of another program is never taken for a store.
    static let applicationID: Int64 = 0x444D_4C31

    struct Step: Sendable {
        let sql: String
        /// The part of the step that SQL alone cannot express.
        var fill: @Sendable (SQLiteConnection) throws(TokenStoreError) -> Void = { _ in }
    }

    static let steps = [
        Step(sql: first), Step(sql: second, fill: fillSecond), Step(sql: third), Step(sql: fourth), Step(sql: fifth),
        Step(sql: sixth), Step(sql: seventh),
    ]

    /// Records, and the columns for tokens' secrets.
    private static let first = """
        CREATE TABLE tenants (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE departments (
            tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, name TEXT NOT NULL, parent TEXT,
            active INTEGER NOT NULL CHECK (active IN (0, 1)), requires TEXT NOT NULL,
            PRIMARY KEY (tenant, id),
            FOREIGN KEY (tenant, parent) REFERENCES departments DEFERRABLE INITIALLY DEFERRED
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE user_types (
            tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, name TEXT NOT NULL,
            active INTEGER NOT NULL CHECK (active IN (0, 1)), permissions TEXT NOT NULL,
            PRIMARY KEY (tenant, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE users (
            tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, name TEXT NOT NULL, full_name TEXT NOT NULL,
            email TEXT NOT NULL, active INTEGER NOT NULL CHECK (active IN (0, 1)), permissions TEXT NOT NULL,
            PRIMARY KEY (tenant, id), UNIQUE (tenant, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE assignments (
            tenant TEXT NOT NULL, id TEXT NOT NULL, user TEXT NOT NULL, department TEXT NOT NULL,
            user_type TEXT NOT NULL, removed INTEGER NOT NULL CHECK (removed IN (0, 1)),
            PRIMARY KEY (tenant, id),
            FOREIGN KEY (tenant, user) REFERENCES users, FOREIGN KEY (tenant, department) REFERENCES departments,
            FOREIGN KEY (tenant, user_type) REFERENCES user_types
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX assignments_by_user ON assignments (tenant, user, id);
        CREATE TABLE tokens (
            id BLOB PRIMARY KEY CHECK (length(id) = 16), tenant TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('api', 'mobile')), name TEXT NOT NULL, assignment TEXT NOT NULL,
            created INTEGER NOT NULL, expires INTEGER NOT NULL, last_active INTEGER, dormant_since INTEGER,
            suspended INTEGER, revoked INTEGER,
            lookup BLOB UNIQUE, lookup_key INTEGER, nonce BLOB, ciphertext BLOB, last4 TEXT, row_mac BLOB,
            FOREIGN KEY (tenant, assignment) REFERENCES assignments
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tokens_by_tenant ON tokens (tenant, id);
        """

    /// Secrets, seals, the log, and the columns and indexes for sorting and searching.
    private static let second = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE keys (number INTEGER PRIMARY KEY, canary BLOB NOT NULL) STRICT;
        ALTER TABLE tenants ADD COLUMN active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1));
        ALTER TABLE tenants ADD COLUMN keeps_strings INTEGER NOT NULL DEFAULT 1 CHECK (keeps_strings IN (0, 1));
        ALTER TABLE tenants ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE tenants ADD COLUMN mac BLOB;
        ALTER TABLE tenants ADD COLUMN mac_key INTEGER;
        CREATE TABLE tokens_new (
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
        ) STRICT;
        INSERT INTO tokens_new (
            id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, revoked)
            SELECT id, tenant, kind, name, assignment, created, expires, created, last_active, dormant_since, suspended,
                revoked
            FROM tokens ORDER BY id;
        DROP TABLE tokens;
        ALTER TABLE tokens_new RENAME TO tokens;
        CREATE UNIQUE INDEX tokens_by_live_name ON tokens (tenant, name_key) WHERE name_key IS NOT NULL;
        CREATE INDEX tokens_by_name ON tokens (tenant, kind, search) WHERE revoked IS NULL;
        CREATE INDEX tokens_by_created ON tokens (tenant, kind, created) WHERE revoked IS NULL;
        CREATE INDEX tokens_by_updated ON tokens (tenant, kind, updated) WHERE revoked IS NULL;
        CREATE INDEX tokens_by_expires ON tokens (tenant, kind, expires) WHERE revoked IS NULL;
        CREATE INDEX tokens_by_used ON tokens (tenant, kind, used) WHERE revoked IS NULL;
        CREATE INDEX tokens_by_assignment ON tokens (tenant, assignment, kind) WHERE revoked IS NULL;
        CREATE INDEX tokens_revoked ON tokens (tenant, kind, assignment, revoked) WHERE revoked IS NOT NULL;
        CREATE INDEX tokens_suspended ON tokens (tenant, kind) WHERE suspended IS NOT NULL AND revoked IS NULL;
        CREATE INDEX tokens_by_mac_key ON tokens (mac_key);
        CREATE VIRTUAL TABLE token_names USING fts5 (text, content = '', tokenize = 'trigram', detail = 'none');
        CREATE TABLE log (
            number INTEGER PRIMARY KEY, time INTEGER NOT NULL, tenant TEXT, how TEXT NOT NULL, user TEXT, assignment TEXT,
            through BLOB, act TEXT NOT NULL, token BLOB, last4 TEXT, version INTEGER, details TEXT NOT NULL,
            previous BLOB NOT NULL, hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX log_by_token ON log (token, number) WHERE token IS NOT NULL;
        CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
        CREATE TRIGGER log_is_never_cut BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
        """

    /// Seals for the times when tokens were last active, and for the latest time seen. Older values have no seal:
    /// `takeOver` seals them once, when the keys are available.
    private static let third = """
        ALTER TABLE meta ADD COLUMN mac BLOB;
        ALTER TABLE meta ADD COLUMN mac_key INTEGER;
        INSERT INTO meta (name, value) VALUES ('clock', '') ON CONFLICT (name) DO NOTHING;
        ALTER TABLE tokens ADD COLUMN use_mac BLOB;
        ALTER TABLE tokens ADD COLUMN use_key INTEGER;
        """

    /// Descriptions and contacts, and their searchable forms. A token without them keeps its seal.
    private static let fourth = """
        ALTER TABLE tokens ADD COLUMN description TEXT;
        ALTER TABLE tokens ADD COLUMN contact TEXT;
        ALTER TABLE tokens ADD COLUMN search_description TEXT NOT NULL DEFAULT '';
        ALTER TABLE tokens ADD COLUMN search_contact TEXT NOT NULL DEFAULT '';
        """

    /// Ceilings, and what is known of a token's last use and of the number of its uses. A token without them keeps its
    /// seals.
    private static let fifth = """
        ALTER TABLE tokens ADD COLUMN ceiling TEXT;
        ALTER TABLE tokens ADD COLUMN last_action TEXT;
        ALTER TABLE tokens ADD COLUMN last_network TEXT;
        ALTER TABLE tokens ADD COLUMN use_count INTEGER;
        """

    /// Tokens that were derived from others. A token of its own keeps its seal.
    private static let sixth = """
        ALTER TABLE tokens ADD COLUMN parent BLOB CHECK (length(parent) = 16);
        CREATE INDEX tokens_by_parent ON tokens (parent) WHERE parent IS NOT NULL;
        """

    /// Entries of one act, as those of a review, without reading the others.
    private static let seventh = "CREATE INDEX log_by_act ON log (act);"

    /// Gives the store its id, and every name its searchable form.
    private static func fillSecond(_ connection: SQLiteConnection) throws(TokenStoreError) {
        var random = SecureRandom()
        try connection.run("INSERT INTO meta VALUES ('id', ?)", [.text(random.bytes(16).hexadecimal)])
        var names: [(Int64, String)] = []
        try connection.rows("SELECT number, name FROM tokens") { names.append(($0.integer(0), $0.text(1))) }
        for (number, name) in names {
            let search = TextNormalizer.search(name)
            try connection.run("UPDATE tokens SET search = ? WHERE number = ?", [.text(search), .integer(number)])
            try connection.run(
                "INSERT INTO token_names (rowid, text) VALUES (?, ?)", [.integer(number), .text(search)])
        }
    }
}
