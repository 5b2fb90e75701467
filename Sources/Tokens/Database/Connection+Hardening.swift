internal import CSQLite

extension Connection {
    /// Switches off what a store's file could do by itself: triggers, views, functions and virtual tables that its schema
    /// names, and writing to the schema or to the tables behind the index of names. The store uses none of it.
    func harden() throws(TokenStoreError) {
        let switches: [(flag: Int32, on: Int32)] = [
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (SQLITE_DBCONFIG_ENABLE_VIEW, 0), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_DEFENSIVE, 1),
        ]
        for (flag, on) in switches {
            guard unsafe csqlite_switch(handle, flag, on) == SQLITE_OK else {
                throw TokenStoreError(
                    .io, "this system's SQLite cannot switch off triggers and views; Demilune needs 3.37 or later")
            }
        }
    }

    /// From now on the connection prepares no statement that changes or removes an entry of the log. The guard triggers in the
    /// schema say the same to other programs.
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
