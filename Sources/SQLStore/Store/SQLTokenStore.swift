internal import Model
package import Tokens

/// A token store in a database that speaks SQL.
///
/// Whoever can write the database can make an index point to wrong rows. Seals do not help against that: the wrong row
/// has a valid seal of its own. So an index is used only to find the numbers of rows. The rows are then read whole from
/// the table (SQLite would take columns that the index has from the index), and compared with what was asked for.
package final class SQLTokenStore: TokenStore {
    let database: any Database

    package init(_ database: any Database) { self.database = database }

    package var name: String { database.name }

    package var id: String {
        get throws(TokenStoreError) {
            guard
                let id = try database.first("SELECT value FROM meta WHERE name = 'id'", [], { $0.text(0) as String }),
                TokenID(id)?.description == id
            else { throw TokenStoreError(.corrupt, "the store `\(name)` has no id: restore it from a backup") }
            return id
        }
    }

    // MARK: Transactions

    package var isInTransaction: Bool { database.isInTransaction }

    package var refusalToWrite: TokenStoreError? { database.refusalToWrite }

    package var othersVersion: Int64 { get throws(TokenStoreError) { try database.othersVersion } }

    package func read<Result>(
        _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result { try database.read(body) }

    package func write<Result>(
        _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result { try database.write(body) }

    package func mediumFaults() throws(TokenStoreError) -> [IntegrityViolation] { try database.faults() }
}
