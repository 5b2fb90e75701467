-- A store of the second version: it had keys, and seals that left out when tokens were last active, the clock, and what is only told.
-- Its keys, which are nobody's, are in second-version.keyfile; the string of `Feed` is dml_9Prsa4bl8WPbE08rxpZL5TkSSivZvf1Q7H2s.
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
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
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
    used INTEGER AS (ifnull(last_active, 0)) VIRTUAL,
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
    ('3', 'Three', 'Europe/Oslo', 1, 1, 1, x'bbac6530b32399f1d0b72358eb5512479bacbc1e870174ba9b1bc820be7d2106', 1);
INSERT INTO departments (tenant, id, name, parent, active, requires) VALUES
    ('3', 'd', 'Sales', NULL, 1, '[]');
INSERT INTO user_types (tenant, id, name, active, permissions) VALUES
    ('3', 't', 'Integrator', 1, '["orders.read"]');
INSERT INTO users (tenant, id, name, full_name, email, active, permissions) VALUES
    ('3', 'u', 'una', 'Una', 'una@example.com', 1, '[]');
INSERT INTO assignments (tenant, id, user, department, user_type, removed) VALUES
    ('3', 'a', 'u', 'd', 't', 0);
INSERT INTO meta (name, value) VALUES
    ('clock', '1795348800000000');
INSERT INTO meta (name, value) VALUES
    ('id', '32490073598b9d5c9946f867d8430c0f');
INSERT INTO keys (number, canary) VALUES
    (1, x'4c6faca3e1bffddc943b51ff6951647f0e581facf64f543600cff3bf3894018d');
INSERT INTO tokens (number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, revoked, version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, search, name_key) VALUES
    (1, x'1369106c4b4fc54579903488f6753b4f', '3', 'api', 'Feed', 'a', 1795348800000000, 1814392800000000, 1795348800000000, 1795348800000000, NULL, NULL, NULL, 1, 'operator', NULL, 1, 1795348800000000, 'operator', x'74eaec544f8269c2527b9a5acf9fbe7331183159d57414103fea7b3adcfa7736', 1, NULL, NULL, NULL, x'0ecade1f6b4e79cba01d6ebd64b71a80925094891871bdf233daf17a97737fadf15248fc42684f7ed8794aa79439c9aba7301bb94b360f0a', x'73de096b5da3eb4e4cb268d89e6a89218c5cb915b97329b3', 1, '7H2s', x'077a882eb1e4974f103d347d2fbd141d1e93961d6ab65f239282126f0dc1317b', 1, 'feed', 'feed');
INSERT INTO tokens (number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, revoked, version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, search, name_key) VALUES
    (2, x'e46434da353036b06943c2dbaf63c92e', '3', 'api', 'Gone', 'a', 1795348800000000, 1814392800000000, 1795348800000000, NULL, NULL, NULL, 1795348800000000, 2, 'operator', 'operator', 0, NULL, NULL, x'f303b8786784beb1837a0753afcb7ed83a78e00be8bd3ce7d98b690577d07008', 1, NULL, NULL, NULL, NULL, NULL, NULL, 'XfIG', x'd050256de25f5e04060f6fd0f391040d23f16913f960ff4c276ada5aa05d9490', 1, 'gone', NULL);
INSERT INTO tokens (number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, revoked, version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, search, name_key) VALUES
    (3, x'5041f6dc938b333d533ddd5b652951de', '3', 'api', 'Forged', 'a', 1795348800000000, 1814392800000000, 1795348800000000, NULL, NULL, NULL, NULL, 1, 'operator', NULL, 0, NULL, NULL, x'b4425995c6874f5433b879e64445f4192a6486a1df775ca40ae98430d653608d', 1, NULL, NULL, NULL, x'186ab9dedfd0db9ec5846b07954e4041b0fd74caec0c0fd5de5ea1a6cd68220e30d7f0dd0a5099687283b06b7942d8a95fb114236bbf97b1', x'64c5224a61c5439974de424d4651a730f8b72cfd6714c425', 1, 's12S', x'7f6a046a1591d09ae6060f8ae8e9a1b25bd24cf49b97ca39ee0edda10b95af21', 1, 'forged', 'forged');
INSERT INTO tokens (number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, revoked, version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, search, name_key) VALUES
    (4, x'8266d411c09ce5d95c4ed370fadd9247', '3', 'mobile', 'Phone', 'a', 1795348800000000, 1797940800000000, 1795348800000000, NULL, NULL, NULL, NULL, 1, 'operator', NULL, 0, NULL, NULL, x'47cac92e6f70aeba3e9794a1d074221c84ccf3450e696e05dcb90fd9a16a6422', 1, NULL, NULL, NULL, NULL, NULL, NULL, 'LLri', x'5e20763bff80a35a020f6586fc43aa9e12d72d2d4c4d5ef0274fbe78c0537879', 1, 'phone', NULL);
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (1, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'tenant.change', NULL, NULL, 1, '{}', x'', x'a498d4c77dc23c0334796a9105121d807eb42d01d775ebcbaaf57a5c75d24483');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (2, 1795348800000000, NULL, 'operator', NULL, NULL, NULL, 'import', NULL, NULL, NULL, '{"added":5,"changed":0}', x'a498d4c77dc23c0334796a9105121d807eb42d01d775ebcbaaf57a5c75d24483', x'474c4cf1206c172f152a7cecf565f1a9921e277fcdbb50d62b88f0007b6dd5bc');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (3, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.issue', x'1369106c4b4fc54579903488f6753b4f', '7H2s', 1, '{"name":"Feed","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'474c4cf1206c172f152a7cecf565f1a9921e277fcdbb50d62b88f0007b6dd5bc', x'ba431e523b00f42b82a9d2c96f6461f58cc47b341737bc5562295cab748fdbb7');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (4, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.issue', x'e46434da353036b06943c2dbaf63c92e', 'XfIG', 1, '{"name":"Gone","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'ba431e523b00f42b82a9d2c96f6461f58cc47b341737bc5562295cab748fdbb7', x'93303717b94e30274f3f0aa7372dc7d71abe87649958416da45da8762dbc185e');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (5, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.issue', x'5041f6dc938b333d533ddd5b652951de', 's12S', 1, '{"name":"Forged","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'93303717b94e30274f3f0aa7372dc7d71abe87649958416da45da8762dbc185e', x'1839c9440096871d1cc987123c0e4172b5e3c6f56fdce4c44e6d73c31448cb96');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (6, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.issue', x'8266d411c09ce5d95c4ed370fadd9247', 'LLri', 1, '{"name":"Phone","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'1839c9440096871d1cc987123c0e4172b5e3c6f56fdce4c44e6d73c31448cb96', x'd93f515660dc13f3572746c24797ff57901b58e4276db446fcacaf4d7413edfd');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (7, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.revoke', x'e46434da353036b06943c2dbaf63c92e', 'XfIG', 2, '{"name":"Gone","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'd93f515660dc13f3572746c24797ff57901b58e4276db446fcacaf4d7413edfd', x'0a9794cfddc32fdbde28e2fbd381d31dd7b0eb35a2693229fd4cc61fb7d53911');
INSERT INTO log (number, time, tenant, how, user, assignment, through, act, token, last4, version, details, previous, hash) VALUES
    (8, 1795348800000000, '3', 'operator', NULL, NULL, NULL, 'token.reveal', x'1369106c4b4fc54579903488f6753b4f', '7H2s', 1, '{"name":"Feed","user":"u","user_name":"una","department":"Sales","user_type":"Integrator"}', x'0a9794cfddc32fdbde28e2fbd381d31dd7b0eb35a2693229fd4cc61fb7d53911', x'7110b105b4c9e960c9105d0bea08dbda3bdb0b62aee911f0666828376960f369');
INSERT INTO token_names (rowid, text) VALUES (1, 'feed');
INSERT INTO token_names (rowid, text) VALUES (2, 'gone');
INSERT INTO token_names (rowid, text) VALUES (3, 'forged');
INSERT INTO token_names (rowid, text) VALUES (4, 'phone');
PRAGMA user_version = 2; PRAGMA application_id = 0x444D4C31;
