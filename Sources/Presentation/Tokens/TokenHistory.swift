internal import Model
package import Tokens

/// The entries of the log about the end of a token or its suspension; `nil` where the log does not have them.
package struct TokenHistory {
    let suspension: LogEntry?
    let revocation: LogEntry?

    package init(suspension: LogEntry? = nil, revocation: LogEntry? = nil) {
        self.suspension = suspension
        self.revocation = revocation
    }

    /// The history of a token that is suspended or revoked.
    package init(of details: TokenDetails, in store: TokenService) throws(TokenStoreError) {
        let id = details.token.id
        revocation = details.token.revoked == nil ? nil : try store.lastEntry("token.revoke", of: id)
        let suspension = details.token.suspended == nil ? nil : try store.lastEntry("token.suspend", of: id)
        // An import can suspend a token too: an older entry is not about that.
        self.suspension = suspension?.time == details.token.suspended ? suspension : nil
    }
}
