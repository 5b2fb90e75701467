package import Model
package import Tokens

/// The entries of the log about the end of a token, its suspension and its last attestation, `nil` where the log does not
/// have them; and the live tokens that were derived from it.
package struct TokenHistory {
    let suspension: LogEntry?
    let revocation: LogEntry?
    /// The last attestation in an access review.
    let attestation: LogEntry?
    let liveChildren: [TokenRecord]

    package init(
        suspension: LogEntry? = nil, revocation: LogEntry? = nil, attestation: LogEntry? = nil,
        liveChildren: [TokenRecord] = []
    ) {
        self.attestation = attestation
        self.liveChildren = liveChildren
        self.suspension = suspension
        self.revocation = revocation
    }

    /// - Parameter now: the time at which derived tokens are live.
    package init(of details: TokenDetails, at now: Instant, in store: TokenService) throws(TokenStoreError) {
        liveChildren = try store.children(of: details, at: now).map(\.token)
        let id = details.token.id
        revocation = details.token.revoked == nil ? nil : try store.lastEntry("token.revoke", of: id)
        attestation = try store.lastEntry(ReviewAct.attest.rawValue, of: id)
        suspension = try Self.suspension(of: details, in: store)
    }

    /// The entry about the suspension of a token; `nil` for one that is not suspended.
    package static func suspension(
        of details: TokenDetails, in store: TokenService
    ) throws(TokenStoreError) -> LogEntry? {
        guard let time = details.token.suspended else { return nil }
        let entry = try store.lastEntry("token.suspend", of: details.token.id)
        // An import can suspend a token too: an older entry is not about that.
        return entry?.time == time ? entry : nil
    }
}
