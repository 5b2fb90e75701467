package import Model
package import Tokens

extension StoredToken {
    // MARK: Reading

    /// The columns that `TokenRecord` reads.
    static let recordColumns = """
        number, id, tenant, kind, name, assignment, created, expires, updated, last_active, dormant_since, suspended, \
        revoked, description, contact, ceiling, parent
        """
    static let recordCount = 17

    static let columns = """
        \(recordColumns), version, created_by, revoked_by, reveal_count, revealed_at, revealed_by, lookup, lookup_key, \
        previous, previous_key, overlap_until, ciphertext, nonce, reveal_key, last4, mac, mac_key, name_key, use_mac, \
        use_key, \(useColumns)
        """

    /// The columns about the last use, beside its time and its seal.
    static let useColumns = "last_action, last_network, use_count"

    init(_ row: any SQLRow) {
        let record = TokenRecord(row)
        var details = TokenDetails(
            tenant: row.text(2), token: record, updated: row.moment(8), version: row.count(17),
            createdBy: row.optionalText(18), revokedBy: row.optionalText(19), revealCount: Int(row.count(20)),
            revealedAt: row.instant(21), revealedBy: row.optionalText(22),
            last4: row.optionalText(31), isKept: !row.isNull(28), overlapUntil: row.instant(27))
        let use = TokenUse(row, token: record.id, lastActive: record.lastActive, from: 37)
        (details.lastAction, details.lastNetwork, details.useCount) = (use.action, use.network, use.count)
        var sealed: Sealed?
        if let ciphertext = row.blob(28), let nonce = row.blob(29), let key = row.optionalInteger(30) {
            sealed = Sealed(key: key, nonce: nonce, ciphertext: ciphertext)
        }
        // An unknown kind would be read as `api`, but would be in no list.
        let isWellFormed =
            row.holds(3, .text(record.kind.rawValue)) && row.isNull(23) == row.isNull(24)
            && row.isNull(25) == row.isNull(26) && row.isNull(28) == row.isNull(29) && row.isNull(28) == row.isNull(30)
            && row.optionalText(15).map { Ceiling(stored: $0.text) != nil } ?? true
            && row.isNull(38) == (use.network == nil)
        self.init(
            number: row.integer(0), details: details, lookup: row.digest(23), previous: row.digest(25), sealed: sealed,
            nameKey: row.optionalText(34), seal: row.digest(32), useSeal: row.digest(35), isWellFormed: isWellFormed)
    }

    // MARK: Writing

    /// The values of `written`.
    var values: [SQLParameter] {
        let token = details.token
        return [
            .token(token.id), .text(details.tenant), .text(token.kind.rawValue), .text(token.name),
            .text(token.assignment), .integer(token.created.microseconds), .integer(token.expires.microseconds),
            .integer(details.updated.microseconds), .optional(token.lastActive), .optional(token.dormantSince),
            .optional(token.suspended), .optional(token.revoked), .optional(token.description),
            .optional(token.contact), .optional(token.ceiling?.json.compact),
            .optional(token.parent), .integer(details.version),
            .optional(details.createdBy), .optional(details.revokedBy), .integer(Int64(details.revealCount)),
            .optional(details.revealedAt), .optional(details.revealedBy), .optional(lookup?.digest),
            .optional(lookup?.key), .optional(previous?.digest), .optional(previous?.key),
            .optional(details.overlapUntil), .optional(sealed?.ciphertext), .optional(sealed?.nonce),
            .optional(sealed?.key), .optional(details.last4), .optional(seal?.digest), .optional(seal?.key),
            .optional(nameKey), .optional(useSeal?.digest), .optional(useSeal?.key), .optional(details.lastAction),
            .optional(details.lastNetwork?.description),
            .optional(details.useCount == 0 ? nil : details.useCount), .text(TextNormalizer.search(token.name)),
            .text(TextNormalizer.search(token.description ?? "")),
            .text(TextNormalizer.search(token.contact ?? "")),
        ]
    }

    /// The query that reads back what `values` wrote.
    static let confirmation = "SELECT \(written.joined(separator: ", ")) FROM tokens WHERE number = ?"

    /// The columns of `values`, in their order.
    static let written: [String] =
        columns.split(separator: ",").dropFirst().map { String($0.drop { $0 == " " }) }
        + ["search", "search_description", "search_contact"]

    // MARK: Searching

    /// The text of a row in the name index: its name, and its description and its contact where it has them.
    package static func indexed(name: ExactName, description: ExactName?, contact: ExactName?) -> String {
        ([name] + [description, contact].compactMap(\.self)).map { TextNormalizer.search($0) }.joined(separator: "\n")
    }

    var indexed: String {
        let token = details.token
        return Self.indexed(name: token.name, description: token.description, contact: token.contact)
    }

    /// The text of a row of `confirmation` in the name index.
    static func indexed(_ row: any SQLRow) -> String {
        indexed(name: row.text(3), description: row.optionalText(12), contact: row.optionalText(13))
    }
}

extension TokenRecord {
    /// Reads the columns of `StoredToken.recordColumns`.
    init(_ row: any SQLRow) {
        self.init(
            id: row.token(1), kind: row.text(3) == "mobile" ? .mobile : .api, name: row.text(4),
            assignment: row.text(5), created: row.moment(6), expires: row.moment(7),
            lastActive: row.instant(9), dormantSince: row.instant(10),
            suspended: row.instant(11), revoked: row.instant(12), description: row.optionalText(13),
            contact: row.optionalText(14),
            ceiling: row.optionalText(15).map { Ceiling(stored: $0.text) ?? .unreadable },
            parent: row.isNull(16) ? nil : row.token(16))
    }
}

extension Ceiling {
    /// The ceiling of a row that holds a text which is none: it permits nothing.
    static let unreadable: Ceiling = {
        var ceiling = Ceiling()
        ceiling.permissions = ["unreadable"]
        ceiling.uses = 1
        return ceiling
    }()

    /// - Returns: `nil` for a text that is none.
    init?(stored text: String) {
        guard let json = try? JSONReader.parse(text), let ceiling = try? Ceiling(json: json, path: ""), !ceiling.isEmpty
        else { return nil }
        self = ceiling
    }
}

extension TokenUse {
    /// Reads the columns of `StoredToken.useColumns`.
    init(_ row: any SQLRow, token: TokenID, lastActive: Instant?, from place: Int) {
        self.init(
            token: token, lastActive: lastActive, action: row.optionalText(place),
            network: row.optionalText(place + 1).flatMap { try? IPNetwork($0.text) }, count: Int(row.count(place + 2)))
    }
}
