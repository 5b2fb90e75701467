package import Tokens

/// A connection to a database that speaks SQL: statements in, rows out. For one thread at a time.
///
/// `SQLTokenStore` keeps tokens in any such database whose tables are those of the migrations. Parameters are written
/// as `?` or, to use one more than once, as `?1`.
package protocol Database: AnyObject {
    /// The database's name in messages: its path.
    var name: String { get }
    /// The words in which this database differs from others.
    var dialect: SQLDialect { get }
    var isInTransaction: Bool { get }
    /// The error of every write, where it is known that none succeeds; `nil` where one may.
    var refusalToWrite: TokenStoreError? { get }
    /// A number that changes whenever another connection has written.
    var othersVersion: Int64 { get throws(TokenStoreError) }

    /// Runs a body that reads as of one moment. Inside another transaction it becomes part of that.
    func read<Result>(_ body: () throws(TokenStoreError) -> Result) throws(TokenStoreError) -> Result
    /// Runs a body while nobody else can write: all of it takes effect, or nothing. Inside another transaction it
    /// becomes part of that.
    func write<Result>(_ body: () throws(TokenStoreError) -> Result) throws(TokenStoreError) -> Result

    /// Runs a statement that writes.
    /// - Returns: the number of rows that it changed.
    func change(_ sql: String, _ parameters: [SQLParameter]) throws(TokenStoreError) -> Int
    /// Reads rows until `row` returns false.
    func walk(
        _ sql: String, _ parameters: [SQLParameter], while row: (any SQLRow) throws(TokenStoreError) -> Bool
    ) throws(TokenStoreError)

    /// The faults of the database itself: of its schema, its pages and its indexes.
    func faults() throws(TokenStoreError) -> [IntegrityViolation]
}

extension Database {
    /// Runs a statement that writes.
    /// - Parameter rows: the number of rows that it must change.
    /// - Throws: `.tampered` when it changed another number of rows, besides the errors of the database.
    package func run(
        _ sql: String, _ parameters: [SQLParameter] = [], rows: ClosedRange<Int> = 1...1
    ) throws(TokenStoreError) {
        let count = try change(sql, parameters)
        guard rows.contains(count) else {
            throw TokenStoreError(
                .tampered,
                "a write to the store `\(name)` changed an unexpected number of rows (\(count)): something "
                    + "interferes with the file; run `demilune store verify`")
        }
    }

    /// Reads every row of the result.
    package func rows(
        _ sql: String, _ parameters: [SQLParameter] = [], _ row: (any SQLRow) throws(TokenStoreError) -> Void
    ) throws(TokenStoreError) {
        try walk(sql, parameters) { found throws(TokenStoreError) in
            try row(found)
            return true
        }
    }

    /// The value read from the first row; `nil` when there is none.
    package func first<Result>(
        _ sql: String, _ parameters: [SQLParameter] = [], _ row: (any SQLRow) throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result? {
        var result: Result?
        try walk(sql, parameters) { found throws(TokenStoreError) in
            result = try row(found)
            return false
        }
        return result
    }

    /// The first column of the first row, as a number; 0 when there is no row.
    package func number(_ sql: String, _ parameters: [SQLParameter] = []) throws(TokenStoreError) -> Int64 {
        try first(sql, parameters) { $0.integer(0) } ?? 0
    }

    /// Reads a row that was just written, and compares it with the intended values, column by column.
    /// - Parameter sql: selects the columns of `meant`, in their order.
    /// - Parameter subject: a name of the row, for the message.
    /// - Throws: `.tampered` when the row is missing or different. The transaction is rolled back then.
    package func confirm(
        _ sql: String, _ key: [SQLParameter], is meant: [SQLParameter], _ subject: @autoclosure () -> String
    ) throws(TokenStoreError) {
        let isSame = try first(sql, key) { row in
            for (column, value) in meant.enumerated() where !row.holds(column, value) { return false }
            return true
        }
        guard isSame == true else {
            throw TokenStoreError(
                .tampered,
                "\(subject()) is not in the store `\(name)` as it was written: something interferes with the file; "
                    + "run `demilune store verify`")
        }
    }
}
