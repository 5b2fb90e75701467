internal import Model
internal import Tokens

extension StoredToken {
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

    init(_ row: any SQLRow) {
        let record = TokenRecord(row)
        let details = TokenDetails(
            tenant: row.text(2), token: record, updated: row.moment(8), version: row.count(13),
            createdBy: row.optionalText(14), revokedBy: row.optionalText(15), revealCount: Int(row.count(16)),
            revealedAt: row.instant(17), revealedBy: row.optionalText(18),
            last4: row.optionalText(27), isKept: !row.isNull(24), overlapUntil: row.instant(23))
        var sealed: Sealed?
        if let ciphertext = row.blob(24), let nonce = row.blob(25), let key = row.optionalInteger(26) {
            sealed = Sealed(key: key, nonce: nonce, ciphertext: ciphertext)
        }
        // An unknown kind would be read as `api`, but would be in no list.
        let isWellFormed =
            row.holds(3, .text(record.kind.rawValue)) && row.isNull(19) == row.isNull(20)
            && row.isNull(21) == row.isNull(22) && row.isNull(24) == row.isNull(25) && row.isNull(24) == row.isNull(26)
        self.init(
            number: row.integer(0), details: details, lookup: row.digest(19), previous: row.digest(21), sealed: sealed,
            nameKey: row.optionalText(30), seal: row.digest(28), useSeal: row.digest(31), isWellFormed: isWellFormed)
    }

    // MARK: Writing

    /// The values of `written`.
    var values: [SQLParameter] {
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

extension TokenRecord {
    /// Reads the columns of `StoredToken.recordColumns`.
    init(_ row: any SQLRow) {
        self.init(
            id: row.token(1), kind: row.text(3) == "mobile" ? .mobile : .api, name: row.text(4),
            assignment: row.text(5), created: row.moment(6), expires: row.moment(7),
            lastActive: row.instant(9), dormantSince: row.instant(10),
            suspended: row.instant(11), revoked: row.instant(12))
    }
}
