package import Analysis
internal import Decisions
package import Model
package import Tokens

/// A token that ends soon, with what will stop working.
package struct ExpiringToken: Sendable {
    package let id: TokenID
    package let name: ExactName
    package let tenant: ExactName
    package let zone: Zone
    package let user: User
    /// As `Sales > Integrator`.
    package let combination: String
    package let expires: Instant
    package let lastActive: Instant?
    /// Its requests in the last month; `nil` where no log says.
    package let uses: TokenUses?
    package let daysLeft: Int
    /// The opinion of policies on its life; `nil` where they were not asked.
    package let review: ExpiryReview?

    /// - Returns: `nil` for a token whose assignment the directory does not have.
    package init?(
        _ details: TokenDetails, uses: TokenUses?, review: ExpiryReview? = nil, on directory: Directory, now: Instant
    ) {
        guard let tenant = directory.tenant(details.tenant),
            let assignment = directory.assignment(details.token.assignment, tenant: tenant)
        else { return nil }
        (id, name, expires, lastActive) =
            (details.token.id, details.token.name, details.token.expires, details.token.lastActive)
        (self.tenant, zone, self.uses) = (details.tenant, directory.tenants[tenant].zone, uses)
        user = directory.users[directory.assignments[assignment].user]
        combination = directory.combination(assignment)
        self.review = review
        daysLeft = NoticeSteps.daysLeft(expires, now: now, in: zone)
    }

    /// The last valid day, or the time: `2026-12-31`, `2026-12-31 10:00 Europe/Oslo`.
    package var end: String { LocalTime.expiry(expires, in: zone) }

    /// `ends today`, `ends in 7 days`.
    package var left: String {
        daysLeft == 0 ? "ends today" : daysLeft == 1 ? "ends tomorrow" : "ends in \(daysLeft) days"
    }

    /// Its uses in the last month by the log, or its last use by the store alone.
    package var activity: String {
        var opinions = review?.advised.map { ["policies advise \($0) at most"] } ?? []
        if let refusing = review?.refusing, !refusing.isEmpty {
            opinions.append("\(refusing.joined(separator: ", ")) would refuse it")
        }
        return (opinions + [ofMonth]).joined(separator: "; ")
    }

    private var ofMonth: String {
        guard let uses else {
            return lastActive.map { "last used \(zone.date(of: $0))" } ?? "never used"
        }
        guard uses.permitted > 0 else {
            return "nothing in the last month" + (lastActive.map { ", last used \(zone.date(of: $0))" } ?? "")
        }
        let actions = uses.actions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let more = actions.count > 4 ? " and \(actions.count - 4) more" : ""
        return "in the last month \(actions.prefix(4).map { "\($0.key) (\($0.value))" }.joined(separator: ", "))\(more)"
    }

    package var members: [JSON.Member] {
        [
            .init("id", .string(id.description)), .init("name", .string(name)), .init("tenant", .string(tenant)),
            .init("user", .string(user.id)), .init("user_name", .string(user.name)),
            .init("combination", .string(combination)), .init("expires", .string(expires.description)),
            .init("last_day", .string(LocalTime.lastDay(before: expires, in: zone).description)),
            .init("days_left", .integer(Int64(daysLeft))),
            .init("advised_last_day", .optional(review?.advised?.description)),
            .init("refused_by", .strings(review?.refusing ?? [])),
            .init("last_active", .optional(lastActive?.description)),
            .init(
                "last_month",
                uses.map { uses in
                    .object(uses.actions.sorted { $0.key < $1.key }.map { .init($0.key, .integer(Int64($0.value))) })
                } ?? .null),
        ]
    }
}

/// The people who are told about the end of tokens: the contact of each or, without one, its owner.
package struct Recipient: Hashable, Comparable, Sendable {
    package let tenant: ExactName
    /// The contact, or the user's id.
    package let id: ExactName
    package let isContact: Bool
    /// The name of the user, and the address; both empty for a contact.
    package let name: ExactName
    package let email: ExactName

    package init(_ details: TokenDetails, _ token: ExpiringToken) {
        tenant = details.tenant
        if let contact = details.token.contact, !contact.isEmpty {
            (id, isContact, name, email) = (contact, true, "", "")
        } else {
            (id, isContact, name, email) = (token.user.id, false, token.user.name, token.user.email)
        }
    }

    package static func < (one: Recipient, other: Recipient) -> Bool {
        (one.tenant, one.isContact ? 0 : 1, one.id) < (other.tenant, other.isContact ? 0 : 1, other.id)
    }

    /// `ops@example.com`, or `bjorn, bjorn@example.com`.
    package var words: String { isContact ? id.text : [name, email].filter { !$0.isEmpty }.joined(separator: ", ") }

    package var json: JSON {
        .object([
            .init("tenant", .string(tenant)), .init("contact", isContact ? .string(id) : .null),
            .init("user", isContact ? .null : .string(id)), .init("name", isContact ? .null : .string(name)),
            .init("email", isContact ? .null : .string(email)),
        ])
    }
}
