internal import Model

/// A token's row: its record and details, the digests for looking it up, its encrypted string, and its seals.
struct StoredToken {
    /// A digest, and the number of the key that made it.
    struct Lookup: Equatable {
        var key: Int
        var digest: [UInt8]
    }

    /// The row's number in the store; 0 before it is inserted.
    var number: Int64 = 0
    var details: TokenDetails
    var lookup: Lookup?
    /// The digest of the former string, valid until `details.overlapUntil`.
    var previous: Lookup?
    var sealed: Sealed?
    /// The folded name, while the token reserves it in its tenant; otherwise `nil`.
    var nameKey: String?
    private(set) var seal: Lookup?
    /// The seal of the last use.
    private(set) var useSeal: Lookup?
    /// True when the row has the form that the store writes: a known kind, and columns that belong together all set or
    /// all null.
    private var isWellFormed = true

    var id: TokenID { details.token.id }

    init(details: TokenDetails) { self.details = details }

    // MARK: The seal

    /// The sealed message: all of the row except its number, the name's searchable form, and the last use.
    private var message: [UInt8] {
        let token = details.token
        var message = CanonicalEncoder("token-row-v2")
        message.add(details.tenant)
        message.add(token.id)
        message.add(token.kind.rawValue)
        message.add(token.name)
        message.add(token.assignment)
        message.add(token.created)
        message.add(token.expires)
        message.add(token.dormantSince)
        message.add(token.suspended)
        message.add(token.revoked)
        message.add(details.version)
        for lookup in [lookup, previous] {
            message.add(Int64(lookup?.key ?? 0))
            message.add(lookup?.digest)
        }
        message.add(details.overlapUntil)
        message.add(Int64(sealed?.key ?? 0))
        message.add(sealed?.nonce)
        message.add(sealed?.ciphertext)
        message.add(details.updated)
        message.add(details.createdBy)
        message.add(details.revokedBy)
        message.add(Int64(details.revealCount))
        message.add(details.revealedAt)
        message.add(details.revealedBy)
        message.add(details.last4)
        message.add(nameKey)
        return message.bytes
    }

    /// The last use, in the form that is sealed.
    var use: TokenUse { TokenUse(token: id, lastActive: details.token.lastActive) }

    /// Seals the row and its last use.
    ///
    /// INVARIANT: the sealed values are those that are read back: times are clamped to the range of the store first.
    mutating func seal(with key: Key) {
        isWellFormed = true
        details.bringIntoRange()
        seal = Lookup(key: key.number, digest: key.mac(message))
        useSeal = use.seal(with: key)
    }

    /// True when the seals of the row and of its last use are valid.
    func isIntact(_ keys: Keyring) -> Bool {
        guard isWellFormed, let seal, let key = keys.live(seal.key), isUseIntact(keys) else { return false }
        return KeyedHash.isSame(key.mac(message), seal.digest)
    }

    func isUseIntact(_ keys: Keyring) -> Bool { use.carries(useSeal, keys) }

    // MARK: Reading

    /// The columns that `TokenRecord` reads.
    static let recordColumns = """
        number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, \
        revoked
        """
    static let recordCount = 13

    static let columns = """
        \(recordColumns), version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, \
        previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, name_key, use_mac, \
        use_key
        """

    init(_ row: SQLStatement) {
        number = row.integer(0)
        let record = TokenRecord(row)
        details = TokenDetails(
            tenant: row.text(2), token: record, updated: row.moment(8), version: row.count(13),
            createdBy: row.optionalText(14), revokedBy: row.optionalText(15), revealCount: Int(row.count(16)),
            revealedAt: row.instant(17), revealedBy: row.optionalText(18),
            last4: row.optionalText(27), isKept: !row.isNull(24), overlapUntil: row.instant(23))
        lookup = Self.lookup(row, 19)
        previous = Self.lookup(row, 21)
        if let ciphertext = row.blob(24), let nonce = row.blob(25), let key = row.optionalInteger(26) {
            sealed = Sealed(key: key, nonce: nonce, ciphertext: ciphertext)
        }
        seal = Self.lookup(row, 28)
        // An unknown kind would be read as `api`, but would be in no list.
        isWellFormed =
            row.holds(3, .text(record.kind.rawValue)) && row.isNull(19) == row.isNull(20)
            && row.isNull(21) == row.isNull(22) && row.isNull(24) == row.isNull(25) && row.isNull(24) == row.isNull(26)
        nameKey = row.optionalText(30)
        useSeal = Self.lookup(row, 31)
    }

    static func lookup(_ row: SQLStatement, _ column: Int32) -> Lookup? {
        guard let digest = row.blob(column), let key = row.optionalInteger(column + 1) else { return nil }
        return Lookup(key: key, digest: digest)
    }

    // MARK: Writing

    /// The values of `written`.
    var values: [SQLStatement.Parameter] {
        let token = details.token
        return [
            .token(token.id), .text(details.tenant), .text(token.kind.rawValue), .text(token.name),
            .text(token.assignment), .integer(token.created.microseconds), .integer(token.expires.microseconds),
            .integer(details.updated.microseconds), .optional(token.lastActive), .optional(token.dormantSince),
            .optional(token.suspended), .optional(token.revoked), .integer(details.version),
            .optional(details.createdBy), .optional(details.revokedBy), .integer(Int64(details.revealCount)),
            .optional(details.revealedAt), .optional(details.revealedBy), .optional(lookup?.digest),
            .optional(lookup?.key), .optional(previous?.digest), .optional(previous?.key),
            .optional(details.overlapUntil), .optional(sealed?.ciphertext), .optional(sealed?.nonce),
            .optional(sealed?.key), .optional(details.last4), .optional(seal?.digest), .optional(seal?.key),
            .optional(nameKey), .optional(useSeal?.digest), .optional(useSeal?.key),
            .text(TextNormalizer.search(token.name)),
        ]
    }

    static let insertion: String = {
        let marks = [String](repeating: "?", count: written.count).joined(separator: ", ")
        return "INSERT INTO tokens (\(written.joined(separator: ", "))) VALUES (\(marks))"
    }()

    /// The query that reads back what `values` wrote.
    static let confirmation = "SELECT \(written.joined(separator: ", ")) FROM tokens WHERE number = ?"

    /// The columns of `values`, in their order.
    static let written: [String] =
        columns.split(separator: ",").dropFirst().map { String($0.drop { $0 == " " }) } + ["search"]
}

extension TokenDetails {
    /// Clamps the times to the range that the store writes.
    fileprivate mutating func bringIntoRange() {
        (token.created, token.expires, updated) = (token.created.stored, token.expires.stored, updated.stored)
        (token.lastActive, token.dormantSince) = (token.lastActive?.stored, token.dormantSince?.stored)
        (token.suspended, token.revoked) = (token.suspended?.stored, token.revoked?.stored)
        (revealedAt, overlapUntil) = (revealedAt?.stored, overlapUntil?.stored)
    }
}

extension TokenRecord {
    /// Reads the columns of `StoredToken.recordColumns`.
    init(_ row: SQLStatement) {
        self.init(
            id: row.token(1), kind: row.text(3) == "mobile" ? .mobile : .api, name: row.text(4),
            assignment: row.text(5), created: row.moment(6), expires: row.moment(7),
            lastActive: row.instant(9), dormantSince: row.instant(10),
            suspended: row.instant(11), revoked: row.instant(12))
    }
}
