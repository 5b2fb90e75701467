@testable import SQLStore
@testable import SQLiteStore
@testable import Tokens

extension TokenService {
    /// The store's own connection.
    var connection: SQLiteConnection { (store as! SQLTokenStore).database as! SQLiteConnection }
}
