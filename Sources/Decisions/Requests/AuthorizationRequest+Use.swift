package import Model
package import Tokens

extension AuthorizationRequest {
    /// The token whose use a permit of this request is; `nil` for an act of administration and an external subject.
    package var usedToken: TokenID? {
        guard kind == .access, case .token(let id) = subject else { return nil }
        return TokenID(id)
    }

    /// The use of the token that acts: at a time, for this action, from the address that the context states as `ip`.
    package func occasion(at time: Instant) -> TokenUse.Occasion {
        let address = context.stated("ip")?.string.flatMap { IPAddress($0) }
        return TokenUse.Occasion(time, action: action, address: address)
    }
}

extension Directory {
    /// True for a token whose ceiling limits the number of its uses: each must be counted before it takes effect.
    package func countsUses(of id: TokenID) -> Bool {
        guard limitsUses, let number = token(id) else { return false }
        return tokens[number].ceiling?.uses != nil
    }
}

extension Decision {
    /// The code of a permit that nobody counted, where the ceiling of the token limits its uses.
    package static let useNotCounted = "use_not_counted"

    /// This permit as a deny, because the use of the token could not be counted.
    package func uncounted(_ code: String) -> Decision {
        var denied = Decision.deny(code)
        (denied.version, denied.ignored, denied.traces) = (version, ignored, traces)
        return denied
    }
}

extension Authorizer {
    /// The decision for a caller that counts no uses: a token whose ceiling limits them is denied.
    /// - Throws: as `decide`.
    package func decideUncounted(
        _ question: AuthorizationRequest, on directory: Directory, detail: Detail = .statements
    ) throws(RequestError) -> Decision {
        let decision = try decide(question, on: directory, detail: detail)
        guard decision.isPermitted, let id = question.usedToken, directory.countsUses(of: id) else { return decision }
        return decision.uncounted(Decision.useNotCounted)
    }
}
