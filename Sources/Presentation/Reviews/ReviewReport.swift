package import Decisions
package import Model
package import Tokens

/// A selection of the tokens of a review, by what became of them.
package enum ReviewFilter: String, CaseIterable, Sendable {
    /// Nobody has answered.
    case left
    case attested, revoked, suspended, reported, ended
    /// Those that may do more than when the review began.
    case changed

    package func selects(_ item: ReviewItem) -> Bool {
        switch self {
        case .left: item.verdict == nil
        case .changed: !item.gains.isEmpty
        case .attested: item.verdict == .attest
        case .revoked: item.verdict == .revoke
        case .suspended: item.verdict == .suspend
        case .reported: item.verdict == .report
        case .ended: item.verdict == .end
        }
    }
}

/// A review of access, for people, for machines and as evidence.
package struct ReviewReport {
    package let review: Review
    /// Those tokens of the review that the reader may see.
    package let items: [ReviewItem]
    private let view: TenantView
    private let digits: (TokenID) -> Int

    /// - Parameters:
    ///   - items: those tokens of the review that the reader may see.
    ///   - digits: the number of digits of an id that a terminal shows.
    package init(
        _ review: Review, _ items: [ReviewItem], _ view: TenantView, digits: @escaping (TokenID) -> Int = { _ in 32 }
    ) {
        (self.review, self.items, self.view, self.digits) = (review, items, view, digits)
    }

    /// True when the reader sees every token of the review.
    package var isWhole: Bool { items.count == review.count }
    /// The number of tokens for which nobody has answered.
    package var left: Int { count(.left) }

    private func count(_ filter: ReviewFilter) -> Int { items.count(where: filter.selects) }

    private static func state(of review: Review, at now: Instant) -> String {
        if review.end != nil { return "closed" }
        return review.due.map { $0 <= now } ?? false ? "open, overdue" : "open"
    }

    private func name(_ actor: ExactName) -> String {
        view.directory.user(actor, tenant: view.index).map { view.directory.users[$0].name.text } ?? actor.text
    }

    private func local(_ time: Instant) -> String { LocalTime.stated(time, in: view.zone) }

    private func act(_ entry: LogEntry) -> String {
        "\(local(entry.time)) by \(name(entry.actor.name))" + (entry.reason.map { ": \($0)" } ?? "")
    }

    // MARK: The whole

    /// Reviews as a list.
    /// - Parameter reviews: for each the numbers of its tokens that the reader may see, and of those without an answer.
    package static func listing(
        _ reviews: [(review: Review, tokens: Int, left: Int)], _ view: TenantView
    ) -> Listing {
        var listing = Listing(.reviews)
        for (review, tokens, left) in reviews {
            let state = state(of: review, at: view.now)
            listing.add(
                [
                    TableCell(review.name), TableCell(state), .time(review.start.time, in: view.zone),
                    review.due.map { TableCell(LocalTime.expiry($0, in: view.zone)) } ?? TableCell(""),
                    TableCell("\(tokens)"), TableCell("\(left)"), TableCell(review.atClose.rawValue),
                ],
                [
                    .init("review", .string(review.name)), .init("state", .string(state)),
                    .init("started", .string(review.start.time.description)),
                    .init("due", .optional(review.due?.description)), .init("tokens", .integer(Int64(tokens))),
                    .init("left", .integer(Int64(left))), .init("at_close", .string(review.atClose.rawValue)),
                    .init("closed", .optional(review.end?.time.description)),
                ])
        }
        return listing
    }

    package var fields: KeyValueOutput {
        var fields = KeyValueOutput()
        fields.add("Review", review.name)
        fields.add("Tenant", view.tenant.name, json: .string(view.tenant.id))
        fields.add("State", Self.state(of: review, at: view.now))
        // The reason, the filters and the digest tell of tokens that not everybody may see.
        let started = isWhole ? act(review.start) : "\(local(review.start.time)) by \(name(review.start.actor.name))"
        fields.add("Started", started, json: .string(review.start.time.description))
        fields.add(key: "started_by", .string(review.start.actor.name))
        fields.add(
            "Due", review.due.map { LocalTime.expiryField($0, in: view.zone) } ?? "–",
            json: .optional(review.due?.description))
        if isWhole {
            fields.add("Filters", review.filters.isEmpty ? "–" : review.filters, json: .string(review.filters))
        }
        fields.add("At Close", atClose, json: .string(review.atClose.rawValue))
        fields.add("Tokens", "\(items.count)", json: .integer(Int64(items.count)))
        for filter in ReviewFilter.allCases where filter != .changed {
            fields.add(key: filter.rawValue, .integer(Int64(count(filter))))
        }
        fields.add("Answers", answers, json: reviewers)
        fields.add("Changed", changed, json: .integer(Int64(count(.changed))))
        if isWhole { fields.add("Digest", review.digest) }
        if let end = review.end {
            let closed = isWhole ? act(end) : "\(local(end.time)) by \(name(end.actor.name))"
            fields.add("Closed", closed, json: .string(end.time.description))
            fields.add(key: "closed_by", .string(end.actor.name))
        }
        return fields
    }

    private var atClose: String {
        switch review.atClose {
        case .suspend: "what nobody attested is suspended"
        case .report: "what nobody attested is only reported"
        }
    }

    /// The effect that closing would have now: `5 tokens would be suspended`.
    package var closing: [String] {
        let changed = items.count(where: \.isAttestedWithLess)
        let tampered = items.count { $0.isTampered && $0.verdict == nil }
        let act = review.atClose == .suspend ? "suspended" : "reported, and stay as they are"
        var lines = ["\(counted(left + changed, "token")) would be \(act)"]
        if changed > 0 {
            lines.append("\(counted(changed, "token")) of these attested, but may do more than when the review began")
        }
        if tampered > 0 {
            lines.append("\(counted(tampered, "token")) changed without the store's keys: revoke first")
        }
        return lines
    }

    private var changed: String {
        let count = count(.changed)
        return count == 0 ? "–" : "\(counted(count, "token")) may do more than when the review began"
    }

    /// `12 left`, `3 attested: 2 by anna, 1 by bjorn` …
    private var answers: [String] {
        ReviewFilter.allCases.filter { $0 != .changed }.compactMap { filter in
            let own = items.filter(filter.selects)
            guard !own.isEmpty else { return nil }
            let byActor = Dictionary(grouping: own.compactMap { $0.reviewed.answer?.actor.name }, by: \.self)
            let parts = byActor.map { "\($0.value.count) by \(name($0.key))" }.sorted()
            let isAnswer = filter == .attested || filter == .revoked
            return "\(own.count) \(filter.rawValue)"
                + (isAnswer && !parts.isEmpty ? ": \(parts.joined(separator: ", "))" : "")
        }
    }

    private var reviewers: JSON {
        let byActor = Dictionary(grouping: items.compactMap(\.reviewed.answer), by: \.actor.name)
        return .array(
            byActor.sorted { $0.key < $1.key }.map { actor, entries in
                .object([
                    .init("reviewer", .string(actor)),
                    .init("attested", .integer(Int64(entries.count { $0.act == ReviewAct.attest.rawValue }))),
                    .init("revoked", .integer(Int64(entries.count { $0.act == ReviewAct.revoke.rawValue }))),
                ])
            })
    }

    // MARK: Tokens

    /// The tokens of a selection; `nil` for all.
    /// - Parameter orAttestedWithLess: true for those as well that were attested and may do more by now.
    package func listing(_ filter: ReviewFilter?, orAttestedWithLess: Bool = false) -> Listing {
        var listing = Listing(.reviewedTokens)
        for item in items
        where filter?.selects(item) ?? true || orAttestedWithLess && item.isAttestedWithLess {
            let token = item.reviewed.token
            let type = token.combination.userTypeName.text + (token.record.ceiling == nil ? "" : " (limited)")
            // What was purged does not say when it was used.
            let use = item.details.map { details in
                details.token.lastActive.map { TableCell.time($0, in: view.zone) } ?? TableCell("never")
            }
            listing.add(
                [
                    .id(item.id, digits: digits(item.id)), TableCell(token.record.name),
                    TableCell(token.combination.userName), TableCell(token.combination.departmentName),
                    TableCell(type), use ?? TableCell("–"), TableCell(verdict(item)), TableCell(remark(item)),
                ], members(item))
        }
        return listing
    }

    private func verdict(_ item: ReviewItem) -> String { item.verdict?.word ?? ReviewFilter.left.rawValue }

    /// `anna: still needed`, or the parts in which the token may do more.
    private func remark(_ item: ReviewItem, withAnswer: Bool = true) -> String {
        let answer = (withAnswer ? item.reviewed.answer : nil).map { entry in
            name(entry.actor.name) + (entry.reason.map { ": \($0)" } ?? "")
        }
        let gains =
            item.gains.isEmpty || !withAnswer ? nil : "gained since: \(item.gains.map(words).joined(separator: ", "))"
        let tampered = item.isTampered ? "changed without the store's keys: revoke it" : nil
        let successor = item.successor.map { "reassigned: the token \($0) is not of this review" }
        return [answer, gains, tampered, successor].compactMap(\.self).joined(separator: "; ")
    }

    private func words(_ gain: FrozenToken.Gain) -> String {
        switch gain {
        case .combination: "another combination"
        case .permission(let permission): permission.text
        case .department(let id):
            view.directory.department(id, tenant: view.index).map { view.directory.departments[$0].name.text }
                ?? id.text
        case .limit(.networks): "more networks"
        case .limit(.hours): "other hours"
        case .limit(.uses): "more uses"
        case .limit(.purpose): "another purpose"
        case .limit(let part): "more \(part.rawValue)"
        case .expiry(let time): "valid until \(LocalTime.expiry(time, in: view.zone))"
        }
    }

    /// A token with all that a reviewer needs.
    package func fields(of item: ReviewItem) -> KeyValueOutput {
        let token = item.reviewed.token
        var fields = KeyValueOutput()
        fields.add("Id", item.id.description)
        fields.add("Kind", token.record.kind.rawValue)
        fields.add("Token Name", token.record.name.isEmpty ? "–" : token.record.name, key: "name")
        fields.add("Description", token.record.description ?? "–", json: .optional(token.record.description))
        fields.add("Contact", token.record.contact ?? "–", json: .optional(token.record.contact))
        fields.add(
            "Of",
            "\(token.combination.userName), \(token.combination.departmentName) > \(token.combination.userTypeName)",
            key: "combination", json: .string(token.record.assignment))
        fields.add(
            "Expiry Date", LocalTime.expiryField(token.record.expires, in: view.zone), key: "expires",
            json: .string(token.record.expires.description))
        if let details = item.details, let index = assignment(of: details) {
            fields.add("State", TokenState(details.token, assignment: index, view).words)
        } else {
            fields.add("State", "gone")
        }
        let use = item.details?.token.lastActive
        let action = item.details?.lastAction.map { ", \($0)" } ?? ""
        fields.add(
            "Last Active", use.map { local($0) + action } ?? (item.details == nil ? "–" : "never"),
            json: .optional(use?.description))
        let ceiling = token.record.ceiling?.lines(tenant: view.index, in: view.directory) ?? []
        fields.add("Ceiling", ceiling, json: token.record.ceiling?.json ?? .null)
        fields.add("Permissions", token.permissions.map(\.text), json: .array(token.permissions.map(JSON.string)))
        fields.add(
            "Departments", token.departments.map { "\(words(.department($0))) and those under it" },
            json: .array(token.departments.map(JSON.string)))
        fields.add("Gained Since", item.gains.map(words), json: .strings(item.gains.map(words)))
        fields.add(
            "Verdict",
            item.reviewed.answer.map { "\(verdict(item)), \(act($0))" }
                ?? (item.verdict == nil ? "nobody has answered yet" : verdict(item)),
            json: .string(verdict(item)))
        let answer = item.reviewed.answer
        fields.add(key: "by", .optional(answer?.actor.name))
        fields.add(key: "time", .optional(answer?.time.description))
        fields.add(key: "reason", .optional(answer?.reason))
        let remarks = remark(item, withAnswer: false)
        if !remarks.isEmpty { fields.add("Note", remarks) }
        return fields
    }

    private func assignment(of details: TokenDetails) -> Int? {
        view.directory.assignment(details.token.assignment, tenant: view.index)
    }

    // MARK: Evidence

    private func members(_ item: ReviewItem) -> [JSON.Member] {
        let answer = item.reviewed.answer
        return [
            .init("id", .string(item.id.description)), .init("frozen", item.reviewed.token.json),
            .init("verdict", .string(verdict(item))),
            .init("by", .optional(answer?.actor.name)), .init("through", .optional(answer?.actor.token?.description)),
            .init("time", .optional(answer?.time.description)), .init("reason", .optional(answer?.reason)),
            .init("entry", answer.map { .integer($0.number) } ?? .null),
            .init("entry_hash", .optional(answer?.hash.hexadecimal)),
            .init("last_active", .optional(item.details?.token.lastActive?.description)),
            .init("gained_since", .strings(item.gains.map(words))),
            .init("reassigned_to", .optional(item.successor?.description)),
        ]
    }

    /// The review and all its tokens, with the entries of the log that prove it.
    package var evidence: JSON {
        func entry(_ entry: LogEntry) -> JSON {
            .object([
                .init("number", .integer(entry.number)), .init("hash", .string(entry.hash.hexadecimal)),
                .init("time", .string(entry.time.description)), .init("by", .string(entry.actor.name)),
                .init("reason", .optional(entry.reason)),
            ])
        }
        return .object([
            .init("review", .string(review.name)), .init("tenant", .string(review.tenant)),
            .init("filters", .string(review.filters)), .init("at_close", .string(review.atClose.rawValue)),
            .init("due", .optional(review.due?.description)), .init("digest", .string(review.digest)),
            .init("count", .integer(Int64(review.count))), .init("exported", .string(view.now.description)),
            .init("start", entry(review.start)),
            .init("close", review.end.map(entry) ?? .null), .init("tokens", .array(items.map { .object(members($0)) })),
        ])
    }

    /// The same as a table for a spreadsheet, with the review and its digest in each row.
    package var evidenceTable: Table {
        var table = Table(.reviewEvidence)
        for item in items {
            let token = item.reviewed.token
            let answer = item.reviewed.answer
            table.add([
                review.name.text, review.digest, item.id.description, token.record.kind.rawValue,
                token.record.name.text, token.combination.user.text, token.combination.userName.text,
                token.combination.departmentName.text, token.combination.userTypeName.text,
                token.permissions.map(\.text).joined(separator: " "),
                token.departments.map(\.text).joined(separator: " "), token.record.ceiling?.json.compact ?? "",
                token.record.expires.description, verdict(item), answer?.actor.name.text ?? "",
                answer?.time.description ?? "", answer?.reason ?? "", answer.map { "\($0.number)" } ?? "",
                item.gains.map(words).joined(separator: ", "),
            ])
        }
        return table
    }
}
