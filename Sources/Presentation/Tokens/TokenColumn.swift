package import Model

/// A column of a list of tokens.
package enum TokenColumn: String, CaseIterable, Sendable {
    case id
    case tenant
    case kind
    /// The name of an API token.
    case title
    case description
    /// The person or team that answers for it.
    case contact
    /// The label of a mobile token's device.
    case device
    case user
    case fullName = "full-name"
    case email
    case department
    case userType = "user-type"
    case assignment
    case permissions
    /// The limits below what the combination may do.
    case ceiling
    /// The id of the token from which it was derived.
    case parent
    case created
    case createdBy = "created-by"
    case updated
    case expires
    case lastActive = "last-active"
    case state
    case dormantSince = "dormant-since"
    case suspended
    case suspendedBy = "suspended-by"
    /// The reason given when it was suspended.
    case suspendedReason = "suspended-reason"
    case revoked
    case revokedBy = "revoked-by"
    case last4 = "last-4"

    /// The columns of the view of one kind; `nil` for both kinds together.
    package static func view(_ kind: TokenKind?, spansTenants: Bool) -> [TokenColumn] {
        var columns: [TokenColumn]
        switch kind {
        case .api: columns = [.id, .title, .user, .department, .userType, .updated, .expires, .state]
        case .mobile: columns = [.id, .user, .email, .department, .userType, .lastActive, .expires, .state]
        case nil: columns = [.id, .kind, .title, .user, .department, .userType, .lastActive, .expires, .state]
        }
        if spansTenants { columns.insert(.tenant, at: 1) }
        return columns
    }

    /// The column in a list of that kind.
    func column(_ kind: TokenKind?) -> Column {
        let head = head(kind)
        switch self {
        case .id, .kind, .created, .updated, .expires, .lastActive, .state, .dormantSince, .suspended, .revoked, .last4,
            .parent:
            return .fixed(head)
        case .email, .permissions: return .text(head)
        case .suspendedReason, .description, .ceiling: return .prose(head)
        case .title, .contact, .device, .fullName, .assignment: return .name(head)
        case .user: return .name(head, least: kind == .mobile ? 10 : 6)
        case .tenant, .department, .userType, .createdBy, .suspendedBy, .revokedBy: return .name(head, least: 6)
        }
    }

    private func head(_ kind: TokenKind?) -> String {
        self == .user && kind == .mobile
            ? "USER NAME" : rawValue.uppercased().map { $0 == "-" ? " " : String($0) }.joined()
    }

    /// True for a column of times in a list of that kind. Expiries of API tokens are days, or state their zone.
    package func hasTimes(_ kind: TokenKind?) -> Bool {
        switch self {
        case .created, .lastActive, .dormantSince, .suspended, .revoked: true
        case .expires: kind != .api
        default: false
        }
    }

    /// True for a column that is read from the log.
    package var needsSuspension: Bool { self == .suspendedBy || self == .suspendedReason }
}
