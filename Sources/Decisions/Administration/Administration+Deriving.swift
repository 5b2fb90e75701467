package import Model
package import Tokens

/// Tokens made from tokens.
extension Administration {
    /// Derives a token from another one if the policies permit it.
    /// - Parameter advised: called with the policies' advice before anything is saved.
    package func derive(
        from id: TokenID, _ derivation: TokenDerivation, advised: (Decision) -> Response
    ) throws(AdministrationError) -> (TokenDetails, TokenString) {
        let parent = try visible(.derive, id, try current())
        let ask = { (authorizer: AdministrativeAuthorizer, expires: Instant?) throws(AdministrationError) -> Decision in
            try authorizer.decide(
                .derive, tenant: parent.tenant, token: parent.token,
                proposed: ProposedToken(
                    name: derivation.name, created: self.context.now, expires: expires,
                    description: derivation.description ?? "", contact: derivation.contact ?? "",
                    ceiling: derivation.ceiling))
        }
        var derivation = derivation
        derivation.expires =
            try settle(.derive, [id], tenant: parent.tenant, derivation.expires, advised, ask) ?? derivation.expires
        return try transact(.derive, tenant: parent.tenant, [id]) { authorizer throws(AdministrationError) in
            try permitted(.derive, [id], try ask(authorizer, derivation.expires))
        } body: { () throws(TokenStoreError) in
            try store.derive(from: id, derivation, expecting: parent.version, context)
        }
    }
}
