package import Model

extension Decision {
    /// The meaning of one of the core's own codes, as a clause after "because"; `nil` for a code whose reasons policies
    /// give.
    package static func words(for code: String) -> String? { words[code] }

    private static let words: [String: String] = [
        "action_unknown": "the schema declares no such action",
        "actor_unknown": "the administrator is unknown",
        "assignment_gone": "its assignment was removed",
        "ceiling_not_enforced": "no policy enforces the ceiling of the token",
        "department_inactive": "its department, or one above it, is not active",
        "not_permitted": "no policy permits it",
        "obligation_unsupported": "the caller does not support an obligation of a policy",
        "action_not_applicable": "the schema declares the action for other types of resource",
        "resource_type_unknown": "the schema declares no such resource type",
        "store_rolled_back": "the store was rolled back to an older copy",
        "subject_type_unknown": "the schema declares no such subject type",
        "tenant_inactive": "the tenant is not active",
        "tenant_mismatch": "it belongs to another tenant",
        "tenant_tampered": "the tenant's directory was changed without the store's keys",
        "token_expired": "the token has expired",
        "token_revoked": "the token was revoked",
        "token_suspended": "the token is suspended",
        "token_tampered": "the token, or its tenant's directory, was changed without the store's keys",
        "token_unknown": "there is no such token",
        "use_not_counted": "its ceiling limits its uses, and this use is not counted",
        "user_inactive": "the user is not active",
    ]
}
