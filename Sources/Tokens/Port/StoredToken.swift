package import Model

/// A token's row: its record and details, the digests for looking it up, its encrypted string, and its seals.
package struct StoredToken: Sendable {
    /// The row's number in the store; 0 before it is inserted.
    package var number: Int64 = 0
    package var details: TokenDetails
    package var lookup: KeyedDigest?
    /// The digest of the former string, valid until `details.overlapUntil`.
    package var previous: KeyedDigest?
    package var sealed: Sealed?
    /// The folded name, while the token reserves it in its tenant; otherwise `nil`.
    package var nameKey: String?
    package private(set) var seal: KeyedDigest?
    /// The seal of the last use.
    package private(set) var useSeal: KeyedDigest?
    /// True when the row has the form that a store writes: a known kind, and columns that belong together all set or
    /// all null.
    private var isWellFormed = true

    package var id: TokenID { details.token.id }

    package init(details: TokenDetails) { self.details = details }

    /// A row as a store holds it.
    package init(
        number: Int64, details: TokenDetails, lookup: KeyedDigest?, previous: KeyedDigest?, sealed: Sealed?,
        nameKey: String?, seal: KeyedDigest?, useSeal: KeyedDigest?, isWellFormed: Bool
    ) {
        self.number = number
        self.details = details
        self.lookup = lookup
        self.previous = previous
        self.sealed = sealed
        self.nameKey = nameKey
        self.seal = seal
        self.useSeal = useSeal
        self.isWellFormed = isWellFormed
    }

    // MARK: The seal

    /// The sealed message: all of the row except its number, the searchable forms of its texts, and the last use.
    ///
    /// A token with neither a description, a contact, a ceiling nor a parent has the message of earlier versions, so its seal stays
    /// valid. The messages of others have domains of their own: none is another's.
    private var message: [UInt8] {
        let token = details.token
        let (ceiling, parent) = (token.ceiling, token.parent)
        let isNoted = token.description != nil || token.contact != nil || ceiling != nil || parent != nil
        var message = CanonicalEncoder(
            parent != nil
                ? "token-row-v5" : ceiling != nil ? "token-row-v4" : isNoted ? "token-row-v3" : "token-row-v2")
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
        if isNoted {
            message.add(token.description)
            message.add(token.contact)
        }
        if let parent {
            message.add(ceiling?.json.compact)
            message.add(parent)
        } else if let ceiling {
            message.add(ceiling.json.compact)
        }
        return message.bytes
    }

    /// The last use, in the form that is sealed.
    package var use: TokenUse {
        TokenUse(
            token: id, lastActive: details.token.lastActive, action: details.lastAction, network: details.lastNetwork,
            count: details.useCount)
    }

    /// Seals the row and its last use.
    ///
    /// INVARIANT: the sealed values are those that are read back: times are clamped to the range of the store first.
    mutating func seal(with key: Key) {
        isWellFormed = true
        details.bringIntoRange()
        seal = KeyedDigest(key: key.number, digest: key.mac(message))
        useSeal = use.seal(with: key)
    }

    /// True when the seals of the row and of its last use are valid.
    func isIntact(_ keys: Keyring) -> Bool {
        guard isWellFormed, let seal, let key = keys.live(seal.key), isUseIntact(keys) else { return false }
        return KeyedHash.isSame(key.mac(message), seal.digest)
    }

    func isUseIntact(_ keys: Keyring) -> Bool { use.carries(useSeal, keys) }
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
