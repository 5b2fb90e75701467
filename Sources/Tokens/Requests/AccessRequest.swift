package import Model

/// A request for an act that policies denied to somebody, and that somebody else may approve.
///
/// It is kept in the log alone: one entry files it, one says that it was approved, refused or cancelled, and one that it
/// was carried out. Its states and the names of its members are those of the AuthZEN Access Request and Approval Profile
/// (draft 1); `completed` is a state beyond it.
package struct AccessRequest: Sendable {
    package enum Status: String, CaseIterable, Sendable {
        /// Nobody has answered, and there is time left.
        case pending
        /// Somebody approved it, and it can be carried out.
        case approved
        /// Somebody refused it.
        case denied
        /// Nobody answered in time, or nobody carried it out in time.
        case expired
        /// The requester took it back.
        case cancelled
        /// It was carried out.
        case completed
    }

    /// The act that is asked for.
    package enum Wish: Sendable {
        case issue(TokenDraft)
        /// A change of a token, at this version of it.
        case amend(TokenID, version: Int64, TokenChange)
    }

    /// The denial, and what would have turned it.
    package struct Denial: Sendable {
        package let code: ExactName
        package let reasons: [String]
        /// The smallest changes by an administrator with which it was decided again and permitted, each in words.
        package let remedies: [String]

        package init(code: ExactName, reasons: [String], remedies: [String]) {
            (self.code, self.reasons, self.remedies) = (code, reasons, remedies)
        }
    }

    /// The time in which a request is answered, and in which it is carried out after that.
    package static let lifetime = Duration.seconds(7 * 86_400)
    /// The most requests of one requester that wait for an answer.
    package static let mostPending = 20

    /// 32 hexadecimal digits, which nobody can guess.
    package let id: String
    package let tenant: ExactName
    package let wish: Wish
    package let denial: Denial
    /// The entry with which it was filed: its actor is the requester.
    package let filed: LogEntry
    package let expires: Instant
    /// The entry that approved, refused or cancelled it.
    package internal(set) var answer: LogEntry?
    /// The end of the time in which it can be carried out; `nil` unless it was approved.
    package internal(set) var approvedUntil: Instant?
    /// The entry that says that it was carried out.
    package internal(set) var completion: LogEntry?

    package func status(at now: Instant) -> Status {
        if completion != nil { return .completed }
        guard let answer else { return now < expires ? .pending : .expired }
        switch RequestAct(rawValue: answer.act) {
        case .approve: return approvedUntil.map { now < $0 } ?? false ? .approved : .expired
        case .refuse: return .denied
        default: return .cancelled
        }
    }
}

/// The acts of requests in the log.
package enum RequestAct: String, CaseIterable, Sendable {
    case file = "request.file"
    case approve = "request.approve"
    case refuse = "request.refuse"
    case cancel = "request.cancel"
    case complete = "request.complete"

    /// The member of an entry that holds the id of the request.
    static let member: ExactName = "request"
}

// MARK: The log

extension AccessRequest {
    /// - Returns: `nil` for an entry that files no request.
    init?(_ entry: LogEntry) {
        guard entry.act == RequestAct.file.rawValue, let tenant = entry.tenant, let id = entry.text(RequestAct.member),
            let wish = entry.value("asked").flatMap({ Wish(json: $0, tenant: tenant) }), let code = entry.text("code"),
            let expires = entry.text("expires_at").flatMap({ Instant($0) })
        else { return nil }
        (self.id, self.tenant, self.wish, self.expires, filed) = (id, tenant, wish, expires, entry)
        denial = Denial(
            code: ExactName(code), reasons: entry.value("denied_because")?.texts ?? [],
            remedies: entry.value("remedies")?.texts ?? [])
    }
}

extension AccessRequest {
    /// Adds what became of it. An approved request can still be cancelled.
    mutating func add(_ act: RequestAct, _ entry: LogEntry) {
        switch act {
        case .file: break
        case .complete: completion = entry
        case .approve, .refuse, .cancel:
            guard answer.map({ $0.number < entry.number }) ?? true else { return }
            (answer, approvedUntil) = (entry, entry.text("approved_until").flatMap { Instant($0) })
        }
    }
}

extension AccessRequest.Wish {
    /// The form in the log and for machines.
    package var json: JSON {
        switch self {
        case .issue(let draft):
            return .object([
                .init("action", .string("token.issue")), .init("kind", .string(draft.kind.rawValue)),
                .init("name", .string(draft.name)), .init("assignment", .string(draft.assignment)),
                .init("expires", .string(draft.expires.description)),
                .init("description", .optional(draft.description)), .init("contact", .optional(draft.contact)),
                .init("ceiling", draft.ceiling?.json ?? .null),
            ])
        case .amend(let id, let version, let change):
            return .object([
                .init("action", .string("token.amend")), .init("token", .string(id.description)),
                .init("version", .integer(version)), .init("name", .optional(change.name)),
                .init("assignment", .optional(change.assignment)),
                .init("expires", .optional(change.expires?.description)),
                .init("description", .optional(change.description)), .init("contact", .optional(change.contact)),
                .init("ceiling", change.ceiling?.json ?? .null),
            ])
        }
    }

    /// - Returns: `nil` for anything but the form of `json`.
    init?(json: JSON, tenant: ExactName) {
        func text(_ key: ExactName) -> ExactName? { json[key]?.string.map { ExactName($0) } }
        let expires = json["expires"]?.string.flatMap { Instant($0) }
        var ceiling: Ceiling?
        if let member = json["ceiling"], member != .null {
            guard let read = try? Ceiling(json: member, path: "ceiling") else { return nil }
            ceiling = read
        }
        switch json["action"]?.string {
        case "token.issue":
            guard let kind = text("kind").flatMap({ TokenKind(rawValue: $0.text) }), let name = text("name"),
                let assignment = text("assignment"), let expires
            else { return nil }
            self = .issue(
                TokenDraft(
                    tenant: tenant, kind: kind, name: name, assignment: assignment, expires: expires,
                    description: text("description"), contact: text("contact"), ceiling: ceiling))
        case "token.amend":
            guard let id = json["token"]?.string.flatMap({ TokenID($0) }), case .integer(let version)? = json["version"]
            else { return nil }
            self = .amend(
                id, version: version,
                TokenChange(
                    name: text("name"), expires: expires, assignment: text("assignment"),
                    description: text("description"), contact: text("contact"), ceiling: ceiling))
        default: return nil
        }
    }
}

extension JSON {
    /// The texts of a list; others are left out.
    fileprivate var texts: [String] {
        guard case .array(let elements) = self else { return [] }
        return elements.compactMap(\.string)
    }
}
