internal import CSQLite
internal import Tokens

extension SQLiteConnection {
    /// Switches off code in the store's file: triggers, views, and functions and virtual tables that its schema names.
    /// Also forbids writing to the schema and to the tables behind the name index. The store needs none of this.
    func harden() throws(TokenStoreError) {
        let switches: [(flag: Int32, on: Int32)] = [
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (SQLITE_DBCONFIG_ENABLE_VIEW, 0), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_DEFENSIVE, 1),
        ]
        for (flag, on) in switches {
            guard unsafe csqlite_switch(handle, flag, on) == SQLITE_OK else {
                throw TokenStoreError(
                    .io,
                    "this system's SQLite cannot switch off triggers and views: Demilune needs SQLite 3.37 or later")
            }
        }
    }

    /// From now on the connection prepares no statement that changes or removes an entry of the log. Triggers in the
    /// schema stop other programs from doing so.
    func guardLog() throws(TokenStoreError) {
        let status = unsafe sqlite3_set_authorizer(
            handle,
            { _, action, table, _, _, _ in
                guard action == SQLITE_UPDATE || action == SQLITE_DELETE || action == SQLITE_DROP_TABLE,
                    let table = unsafe table, unsafe sqlite3_stricmp(table, "log") == 0
                else { return SQLITE_OK }
                return SQLITE_DENY
            }, nil)
        guard status == SQLITE_OK else { throw fault(status) }
    }
}
