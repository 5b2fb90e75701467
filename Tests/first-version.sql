-- A store of the first version: before there were keys.
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
INSERT INTO tenants VALUES ('3', 'Three', 'Europe/Oslo');
INSERT INTO departments VALUES ('3', 'd', 'Sales', NULL, 1, '[]');
INSERT INTO user_types VALUES ('3', 't', 'Integrator', 1, '["orders.read"]');
INSERT INTO users VALUES ('3', 'u', 'una', 'Una', 'una@example.com', 1, '[]');
INSERT INTO assignments VALUES ('3', 'a', 'u', 'd', 't', 0);
PRAGMA user_version = 1; PRAGMA application_id = 0x444D4C31;
