internal import Model

extension TokenQuery {
    /// The tokens that belong to the list, visible or not.
    package func matches(_ details: TokenDetails) -> Bool {
        let record = details.token
        guard details.tenant == tenant, record.kind == kind else { return false }
        switch state {
        case .live where record.revoked != nil || record.suspended != nil || record.expires <= now: return false
        case .suspended where record.revoked != nil || record.suspended == nil || record.expires <= now: return false
        case .dormant where record.revoked != nil || record.dormantSince == nil || record.expires <= now: return false
        case .expired where record.revoked != nil || record.expires > now: return false
        case .revoked where record.revoked == nil: return false
        case nil where leavesOutRevoked && record.revoked != nil: return false
        default: break
        }
        if let before = expiringBefore, record.expires <= now || record.expires > before { return false }
        if let since = unusedSince, record.lastSeen >= since { return false }
        if let assignments, !assignments.contains(record.assignment) { return false }
        if leftOutAssignments.contains(record.assignment) { return false }
        func text(_ text: ExactName?, contains part: String) -> Bool {
            TextNormalizer.text(TextNormalizer.search(text ?? ""), contains: part)
        }
        if let contact, !text(record.contact, contains: contact) { return false }
        if let search {
            return [record.name, record.description, record.contact].contains { text($0, contains: search) }
                || searchAssignments.contains(record.assignment)
        }
        return true
    }

    /// A function that gives the place of a token in the order of the list, from its details and the number of its row;
    /// `nil` for an assignment that the order lacks: its tokens are not listed.
    package var placing: (TokenDetails, Int64) -> Cursor? {
        var ranks: [ExactName: ExactName] = [:]
        if case .assignments(let listed) = sort {
            for rank in listed { ranks[rank.assignment] = ExactName(rank.name) }
        }
        return { details, number in
            let record = details.token
            switch sort {
            case .name: return Cursor(value: .text(ExactName(TextNormalizer.search(record.name))), number: number)
            case .created: return Cursor(value: .number(record.created.microseconds), number: number)
            case .updated: return Cursor(value: .number(details.updated.microseconds), number: number)
            case .expires: return Cursor(value: .number(record.expires.microseconds), number: number)
            case .lastActive:
                return Cursor(value: .number(record.lastActive?.microseconds ?? 0), number: number)
            case .assignments:
                return ranks[record.assignment].map {
                    Cursor(value: .text($0), assignment: record.assignment, number: number)
                }
            }
        }
    }

    /// The identity of the query, to which cursors are bound: everything except the cursor, the time and the size of
    /// the page.
    var identity: [UInt8] {
        var identity = CanonicalEncoder("query-v3")
        for value in [tenant.text, kind.rawValue, state?.rawValue, search, contact] { identity.add(value) }
        identity.add(assignments ?? [])
        for flag in [assignments == nil, expiringBefore == nil, leavesOutRevoked, isDescending] { identity.add(flag) }
        identity.add(unusedSince)
        switch sort {
        case .name: identity.add("name")
        case .created: identity.add("created")
        case .updated: identity.add("updated")
        case .expires: identity.add("expires")
        case .lastActive: identity.add("lastActive")
        case .assignments: identity.add("assignments")
        }
        return identity.bytes
    }
}
