-- A store of the third version: tokens had no description and no contact.
-- Its keys, which are nobody's, are in third-version.keyfile; the string of `Feed` is dml_mJEzfx1BUcq3MH5ozXB73rBU6Z4OLW0GdVL0.
CREATE TABLE tenants (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL
, active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)), keeps_strings INTEGER NOT NULL DEFAULT 1 CHECK (keeps_strings IN (0, 1)), version INTEGER NOT NULL DEFAULT 0, mac BLOB, mac_key INTEGER) STRICT, WITHOUT ROWID;
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
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, mac BLOB, mac_key INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE keys (number INTEGER PRIMARY KEY, canary BLOB NOT NULL) STRICT;
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
) STRICT;
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
INSERT INTO tenants (id, name, zone, active, keeps_strings, version, mac, mac_key) VALUES
    ('3', 'Three', 'Europe/Oslo', 1, 1, 1, x'34eb1c27a2ea9f4f6b8605ee440e5be8a3eb1dac609e5043bd5eff10c296402b', 1);
INSERT INTO departments (tenant, id, name, parent, active, requires) VALUES
    ('3', 'd', 'Sales', NULL, 1, '[]');
INSERT INTO user_types (tenant, id, name, active, permissions) VALUES
    ('3', 't', 'Integrator', 1, '["orders.read"]');
INSERT INTO users (tenant, id, name, full_name, email, active, permissions) VALUES
    ('3', 'u', 'una', 'Una', 'una@example.com', 1, '[]');
INSERT INTO assignments (tenant, id, user, department, user_type, removed) VALUES
    ('3', 'a', 'u', 'd', 't', 0);
INSERT INTO meta (name, value, mac, mac_key) VALUES
    ('clock', '1795348800000000', x'2e2675f474e3b679810d4f29ab4b491cda6144c6764431c829c6a66b9ca6c055', 1);
INSERT INTO meta (name, value, mac, mac_key) VALUES
    ('id', 'f96a4cb414df4086bee95f4962e16840', NULL, NULL);
INSERT INTO keys (number, canary) VALUES
    (1, x'855d9d61ca2be78b6e761d3735e0d571b7de44af7dfd7802f93202d6ab0f2ebc');
INSERT INTO tokens (number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, revoked, version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, search, name_key, use_mac, use_key) VALUES
    (1, x'5cfb44d3817197f1f06651a9de54272f', '3', 'api', 'Feed', 'a', 1795348800000000, 1814392800000000, 1795348800000000, NULL, NULL, NULL, NULL, 1, 'operator', NULL, 1, 1795348800000000, 'operator', x'95c6650ddc477e812e521e2a2baf6a6b7c312744285b543a10f4c0ca56073cf6', 1, NULL, NULL, NULL, x'dcdc621b0bef06f892ab3dca4c7e79bac5fe30e2c4f214c0b8ebe1b5774847333dfc440890718b7b165febbc0ec93f52028b8a787dc8fb4e', x'5b4b6ef5fd159abc72fe29a4e821cd5566e158a87ea1dadb', 1, 'dVL0', x'e320ad5332f6df2b9132fa33873070ad2b7e7d6511068c2fa12c44bacde9ce68', 1, 'feed', 'feed', x'3ebd9f5cb1e5706b77be64ab5a982cf4', 1);
INSERT INTO tokens (number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, revoked, version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, search, name_key, use_mac, use_key) VALUES
    (2, x'a8375fcf38b5ff4d67037bcd18a91910', '3', 'api', 'Gone', 'a', 1795348800000000, 1814392800000000, 1795348800000000, NULL, NULL, NULL, 1795348800000000, 2, 'operator', 'operator', 0, NULL, NULL, x'3fae3170e373075c493975cd08bac03135e47f07025f2cd97d0bb0285b07798d', 1, NULL, NULL, NULL, NULL, NULL, NULL, 'heK6', x'47e3352b36638db8d570daadc5c75012a6722d5505eb0a0402a737f08b2c0da6', 1, 'gone', NULL, x'2795030cd7cafcbf1c75d989db0561ce', 1);
INSERT INTO tokens (number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, revoked, version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, search, name_key, use_mac, use_key) VALUES
    (3, x'f5102a987b8ffafbca86dbd45fede65b', '3', 'api', 'Forged', 'a', 1795348800000000, 1814392800000000, 1795348800000000, NULL, NULL, NULL, NULL, 1, 'operator', NULL, 0, NULL, NULL, x'a630a7511483ae7fb158373b38f939022306ced9b564cfcc4aa8eb925359f8f2', 1, NULL, NULL, NULL, x'9be08887e8709279695803614a62785e937586b2bdef5e8c2814f417141cc090a928e849bed569949ab81788c1fa12f5af843821f080cbc7', x'74fc04eb6b442c83d32990aaae57f78685402513546e7ec7', 1, 'AqHo', x'cf77571120b217686064113d5d528b521ce937e534277ebc8cc5931969b1013a', 1, 'forged', 'forged', x'5804fa7a40348dee098681e8aabf798c', 1);
INSERT INTO tokens (number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, revoked, version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, search, name_key, use_mac, use_key) VALUES
    (4, x'53ff9dcc77a74acd1628751d927826c8', '3', 'mobile', 'Phone', 'a', 1795348800000000, 1797940800000000, 1795348800000000, NULL, NULL, NULL, NULL, 1, 'operator', NULL, 0, NULL, NULL, x'df132fa5d7dc57c16c3421e097a621ffdc3d2e02973ce246f34d47ccc3e42bda', 1, NULL, NULL, NULL, NULL, NULL, NULL, '6HeO', x'a445a075652bfaf4d04407326b183865ed35e3c4201cbcb8148a7e87c5ae49cf', 1, 'phone', NULL, x'abc751801c355493adbdbd412e3dcc2d', 1);
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (1, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'tenant.change', NULL, NULL, 1, '{}', x'', x'5cbf9b5334b1be54fbfda914c2d048aeaf1635161baaac71b1af5b535516c102');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (2, 1795348800000000, NULL, 'operator', NULL, NULL, NULL, 'import', NULL, NULL, NULL, '{"added":5,"changed":0}', x'5cbf9b5334b1be54fbfda914c2d048aeaf1635161baaac71b1af5b535516c102', x'09cc4b74cb70545d8e6e3990a4eabed25726e97cc31178277cca93d8054437e7');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (3, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.issue', x'5cfb44d3817197f1f06651a9de54272f', 'dVL0', 1, '{"name":"Feed","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'09cc4b74cb70545d8e6e3990a4eabed25726e97cc31178277cca93d8054437e7', x'0ee0553fd76497a2bdd01eaee9ccacb5fae99b8cb94666bf516558f31ad88cc2');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (4, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.issue', x'a8375fcf38b5ff4d67037bcd18a91910', 'heK6', 1, '{"name":"Gone","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'0ee0553fd76497a2bdd01eaee9ccacb5fae99b8cb94666bf516558f31ad88cc2', x'b7c6e0da8124ff49ed12168cbf755531a3cf726458f8d52af5e51147f9499d35');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (5, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.issue', x'f5102a987b8ffafbca86dbd45fede65b', 'AqHo', 1, '{"name":"Forged","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'b7c6e0da8124ff49ed12168cbf755531a3cf726458f8d52af5e51147f9499d35', x'7bad102f59977a983737f1e34acd5aecf9ee0d99b8e8a38513ed3e370c5d2707');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (6, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.issue', x'53ff9dcc77a74acd1628751d927826c8', '6HeO', 1, '{"name":"Phone","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'7bad102f59977a983737f1e34acd5aecf9ee0d99b8e8a38513ed3e370c5d2707', x'6a42c6ea5abd63420716d5fd6b059e886a7170ddf66a57349ede330d636a4ead');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (7, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.revoke', x'a8375fcf38b5ff4d67037bcd18a91910', 'heK6', 2, '{"name":"Gone","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'6a42c6ea5abd63420716d5fd6b059e886a7170ddf66a57349ede330d636a4ead', x'ca9ca94a21a7f0c7e6cae20443616b1245a91080e34dc0a7712750ea245f42e2');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (8, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.reveal', x'5cfb44d3817197f1f06651a9de54272f', 'dVL0', 1, '{"name":"Feed","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'ca9ca94a21a7f0c7e6cae20443616b1245a91080e34dc0a7712750ea245f42e2', x'18dc33342f6d991d54c32160f590f9f15bdaac25deaffb6b6fe6d4f54b9f8053');
INSERT INTO token_names (rowid, text) VALUES (1, 'feed');
INSERT INTO token_names (rowid, text) VALUES (2, 'gone');
INSERT INTO token_names (rowid, text) VALUES (3, 'forged');
INSERT INTO token_names (rowid, text) VALUES (4, 'phone');
PRAGMA user_version = 3; PRAGMA application_id = 0x444D4C31;
