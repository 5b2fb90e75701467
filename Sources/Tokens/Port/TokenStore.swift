package import Model

/// A medium that holds tokens: rows and records, without any rule. `TokenService` has the rules.
///
/// Every store keeps this contract, and `StoreContractTests` holds each to it:
/// - What is found is what was asked for. A store that finds rows by an index compares each with the question, and
///   throws `.corrupt` for another one.
/// - What is written is read back and compared before the call returns. A store that holds something else throws
///   `.tampered`.
/// - A transaction takes effect whole, or not at all, and sees one moment.
/// - A store that only reads throws `.readOnly` for every write, and for what it does not have.
///
/// A store neither makes nor checks seals: it holds them. For one thread at a time.
package protocol TokenStore: AnyObject {
    /// The store's name in messages: its path.
    var name: String { get }
    /// The store's own id: 32 hexadecimal digits, after which its key file is named.
    /// - Throws: `.corrupt` when the store lost it.
    var id: String { get throws(TokenStoreError) }

    // MARK: Transactions

    var isInTransaction: Bool { get }
    /// The error of every write, where it is known that none succeeds: a file of an export, a read-only folder. `nil`
    /// where one may succeed.
    var refusalToWrite: TokenStoreError? { get }
    /// Runs a body that reads as of one moment. Inside another transaction it becomes part of that.
    func read<Result>(_ body: () throws(TokenStoreError) -> Result) throws(TokenStoreError) -> Result
    /// Runs a body while nobody else can write. Inside another transaction it becomes part of that.
    /// - Throws: `.busy` when somebody else writes for too long.
    func write<Result>(_ body: () throws(TokenStoreError) -> Result) throws(TokenStoreError) -> Result
    /// A number that changes whenever somebody else has written to the store.
    var othersVersion: Int64 { get throws(TokenStoreError) }

    // MARK: Tokens

    /// The number of tokens in any state.
    var tokenCount: Int { get throws(TokenStoreError) }
    /// - Returns: `nil` for an unknown id.
    func token(_ id: TokenID) throws(TokenStoreError) -> StoredToken?
    /// The number of a token's row; `nil` for an unknown id.
    func number(of id: TokenID) throws(TokenStoreError) -> Int64?
    /// The first ids of a range, in the order of ids.
    /// - Parameter tenant: the tenant whose tokens are meant; `nil` for those of every tenant.
    /// - Parameter isDescending: true for the last ids of the range, the greatest first.
    func ids(
        in range: ClosedRange<TokenID>, tenant: ExactName?, isDescending: Bool, most: Int
    ) throws(TokenStoreError) -> [TokenID]
    /// The token with this digest of its present or former string.
    func token(digest: [UInt8]) throws(TokenStoreError) -> StoredToken?
    /// The tokens that match a condition, in the order of their numbers.
    func tokens(_ condition: TokenCondition) throws(TokenStoreError) -> [StoredToken]
    /// The next tokens in the order of their numbers.
    /// - Parameter number: the number after which they begin.
    /// - Parameter key: the key with which none of them is wholly written; `nil` for all tokens.
    func tokens(after number: Int64, most: Int, outdatedFor key: Int?) throws(TokenStoreError) -> [StoredToken]
    /// Reads every token, in the order of their numbers.
    func eachToken(_ body: (StoredToken) throws(TokenStoreError) -> Void) throws(TokenStoreError)
    /// The first visible tokens of a list.
    /// - Parameter place: the place after which they begin.
    /// - Parameter isVisible: called for one token after another, in the order of the list.
    func list(
        _ query: TokenQuery, after place: Cursor?, most: Int, where isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> [ListedToken]
    /// The last use of a token that is not revoked, with its seal, and the token's number.
    func use(of id: TokenID) throws(TokenStoreError) -> (number: Int64, use: TokenUse, seal: KeyedDigest?)?

    /// Inserts a row.
    /// - Returns: its number.
    func insert(_ token: StoredToken) throws(TokenStoreError) -> Int64
    /// Writes a row as it is given.
    func update(_ token: StoredToken) throws(TokenStoreError)
    /// Removes a row for good.
    func remove(_ token: StoredToken) throws(TokenStoreError)
    /// Writes the last use of a token.
    func setUse(_ use: TokenUse, seal: KeyedDigest, number: Int64) throws(TokenStoreError)

    // MARK: Directories

    /// The tenants in the order of their ids, without their directories.
    var tenants: [TenantRecord] { get throws(TokenStoreError) }
    /// A tenant's directory without its tokens, and its seal.
    func directory(of tenant: ExactName) throws(TokenStoreError) -> (tenant: TenantRecord, seal: DirectorySeal)?
    /// True when a tenant's new API tokens can be revealed; false for an unknown tenant.
    func keepsStrings(_ tenant: ExactName) throws(TokenStoreError) -> Bool
    /// An assignment with what it refers to.
    func assignment(_ id: ExactName, tenant: ExactName) throws(TokenStoreError) -> AssignmentDetails?
    /// A department and those above it, up to the top; none for an unknown one.
    func departments(
        from id: ExactName, tenant: ExactName
    ) throws(TokenStoreError) -> [(id: ExactName, isActive: Bool)]

    /// Inserts records, and replaces those with the same ids.
    func write(_ changes: DirectoryChanges) throws(TokenStoreError)
    /// Activates or deactivates a part of a tenant's directory.
    /// - Returns: true when it was changed, `nil` when there is no such part.
    func setActive(_ part: DirectoryPart, tenant: ExactName, _ isActive: Bool) throws(TokenStoreError) -> Bool?
    func setKeepsStrings(_ keeps: Bool, tenant: ExactName) throws(TokenStoreError)
    /// Writes the version and the seal of a tenant's directory.
    func setSeal(_ seal: KeyedDigest, version: Int64, tenant: ExactName) throws(TokenStoreError)

    // MARK: Keys and clock

    /// The keys with which the store was written: their numbers, and the proof that a key is the right one.
    var keys: [(number: Int, canary: [UInt8])] { get throws(TokenStoreError) }
    /// The number of rows that need each key, by the key's number.
    var keyUses: [Int: Int] { get throws(TokenStoreError) }
    /// True when anything in the store carries a seal, or the log has an entry.
    var isSealed: Bool { get throws(TokenStoreError) }
    /// Adds a key, unless there is one with that number.
    func addKey(_ number: Int, canary: [UInt8]) throws(TokenStoreError)
    func removeKey(_ number: Int) throws(TokenStoreError)

    /// The latest time that the store has seen, with its seal.
    var clock: StoredClock? { get throws(TokenStoreError) }
    func setClock(_ clock: StoredClock) throws(TokenStoreError)

    // MARK: Log

    /// The number and the hash of the newest entry; `nil` before there is one.
    var newestEntry: (number: Int64, hash: [UInt8])? { get throws(TokenStoreError) }
    /// The hash of an entry; `nil` when there is no such entry.
    func entryHash(_ number: Int64) throws(TokenStoreError) -> [UInt8]?
    /// The newest entries that match a query, in ascending order.
    func entries(_ query: LogQuery) throws(TokenStoreError) -> [LogEntry]
    /// Reads every entry, in ascending order.
    func eachEntry(_ body: (LogEntry) throws(TokenStoreError) -> Void) throws(TokenStoreError)
    func append(_ entry: LogEntry) throws(TokenStoreError)
    /// Checks that an entry is in the log as it was written.
    /// - Throws: `.tampered`.
    func confirm(_ entry: LogEntry) throws(TokenStoreError)

    // MARK: The medium

    /// The faults of the medium itself: of its structure, its pages and its indexes.
    func mediumFaults() throws(TokenStoreError) -> [IntegrityViolation]
}
