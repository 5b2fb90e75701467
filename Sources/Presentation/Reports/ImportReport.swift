package import Model
package import Policies
package import Tokens

/// The remarks about an import: what is valid, and may be a mistake.
package struct ImportReport {
    /// A permission that no action matches.
    private struct Unknown {
        let permission: ExactName
        let hint: String
    }

    private let review: ImportReview
    /// `nil` where no schema says which actions there are.
    private let unknown: [Unknown]?

    /// - Parameter schema: the schema of the policies; `nil` where there are none.
    package init(_ review: ImportReview, schema: Schema?) {
        self.review = review
        unknown = schema.map { schema in
            review.permissions.filter { !Self.matches($0, schema.actionNames) }.sorted().map { permission in
                Unknown(permission: permission, hint: Self.hint(permission, schema.actionNames))
            }
        }
    }

    private static func matches(_ permission: ExactName, _ actions: [ExactName]) -> Bool {
        let set = PermissionSet([permission])
        return actions.contains(where: set.permits)
    }

    /// The nearest action or, for a permission that ends in `*`, the nearest beginning of an action.
    private static func hint(_ permission: ExactName, _ actions: [ExactName]) -> String {
        guard permission.hasSuffix("*") else { return Suggestion.hint(for: permission, among: actions) }
        return Suggestion.hint(for: permission, among: PermissionSet.groups(of: actions))
    }

    // MARK: For people

    /// The names that a line lists.
    private static let most = 10

    package var lines: [String] {
        var lines: [String] = []
        if let unknown, !unknown.isEmpty {
            let listed = Self.listed(unknown.map { "`\($0.permission)`\($0.hint)" })
            let verb = unknown.count == 1 ? "matches" : "match"
            lines.append(
                "warning: \(counted(unknown.count, "permission")) \(verb) no action of the policies' schema: \(listed)")
        }
        if !review.unassigned.isEmpty {
            let verb = review.unassigned.count == 1 ? "has" : "have"
            lines.append(
                "note: \(Self.counts(review.unassigned)) \(verb) no assignment, so no token can be made: "
                    + Self.listed(review.unassigned))
        }
        if !review.reactivated.isEmpty {
            let verb = review.reactivated.count == 1 ? "was inactive and becomes" : "were inactive and become"
            lines.append(
                "note: \(Self.counts(review.reactivated)) \(verb) active again: \(Self.listed(review.reactivated))")
        }
        if !review.missing.isEmpty {
            let verb = review.missing.count == 1 ? "is" : "are"
            lines.append(
                "note: \(Self.counts(review.missing)) \(verb) in the store and not in the file, and "
                    + "stay: \(Self.listed(review.missing))")
        }
        return lines
    }

    /// `2 departments, 1 user`, in the order of a file.
    private static func counts(_ places: [ImportReview.Place]) -> String {
        let kinds: [(list: ExactName, noun: String)] = [
            ("", "tenant"), ("departments", "department"), ("user_types", "user type"), ("users", "user"),
            ("assignments", "assignment"),
        ]
        return kinds.compactMap { list, noun in
            let count = places.count { $0.list == list }
            return count == 0 ? nil : counted(count, noun)
        }.joined(separator: ", ")
    }

    private static func listed(_ places: [ImportReview.Place]) -> String {
        listed(places.map { "`\(ControlCharacters.escaped($0.name))` (\(ControlCharacters.escaped($0.path)))" })
    }

    private static func listed(_ texts: [String]) -> String {
        let rest = texts.count - most
        return texts.prefix(most).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    // MARK: For machines

    /// Everything, in full.
    package var members: [JSON.Member] {
        func places(_ places: [ImportReview.Place]) -> JSON {
            .array(
                places.map { place in
                    .object([
                        .init("tenant", .string(place.tenant)), .init("list", .string(place.list)),
                        .init("id", .string(place.id)),
                    ])
                })
        }
        return [
            .init("unknown_permissions", unknown.map { .strings($0.map(\.permission)) } ?? .null),
            .init("unassigned", places(review.unassigned)), .init("reactivated", places(review.reactivated)),
            .init("missing", places(review.missing)),
        ]
    }
}

extension ImportReview.Place {
    /// The tenant and the id, as `3/u-anna`.
    fileprivate var path: String { list.isEmpty ? tenant.text : "\(tenant)/\(id)" }
}
