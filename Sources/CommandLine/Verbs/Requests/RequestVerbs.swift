internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `request list`: the requests that the actor made or may see.
    static let requestList = Verb(
        name: "request list", summary: "lists requests for tokens and changes that were denied to somebody",
        options: [Option.requestStatus, Option.csv],
        details: ["Everybody sees their own requests, and those about tokens that they may see."],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation)
            let requests = try session.act { administration throws(AdministrationError) in
                try administration.requests(of: session.tenant.id)
            }
            let status = invocation[.requestStatus]
            let chosen = requests.filter { status == nil || $0.status(at: session.now) == status }
            let listing = try AccessRequestReport.listing(chosen, session.tenantView) {
                request throws(CommandError) in
                try session.present(request)
            }
            try listing.print(invocation, "request")
            if !invocation[.json], !invocation[.csv] { Listing.noteZone(session.zone, invocation) }
            return ExitStatus.done
        })

    /// `request show`: one request.
    static let requestShow = Verb(
        name: "request show", summary: "shows a request: what is asked for, why it was denied, and what became of it",
        positionals: [.request],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation)
            try session.show(try session.request(invocation.positionals[0]))
            return ExitStatus.done
        })

    /// `request approve`: approves a request.
    static let requestApprove = Verb(
        name: "request approve",
        summary: "approves a request: a change is done at once, a token is made when its requester fetches it",
        positionals: [.request], options: [Option.reason, Option.ignoreAdvice],
        details: [
            "Policies decide who approves (`token.approve`), and the act is decided again for whoever approves: one must be "
                + "permitted to do it oneself. Nobody approves their own request."
        ],
        run: { invocation throws(CommandError) in
            let advised = AdvicePrompt(invocation: invocation, takesDay: false).respond
            return try answer(invocation) { administration, request throws(AdministrationError) in
                try administration.approve(request, advised: advised)
            }
        })

    /// `request refuse`: refuses a request.
    static let requestRefuse = Verb(
        name: "request refuse", summary: "refuses a request", positionals: [.request], options: [Option.reason],
        details: ["Whoever may approve a request may refuse it."],
        run: { invocation throws(CommandError) in
            try answer(invocation) { administration, request throws(AdministrationError) in
                try administration.refuse(request)
            }
        })

    /// `request cancel`: takes a request back.
    static let requestCancel = Verb(
        name: "request cancel", summary: "takes a request of your own back, also an approved one",
        positionals: [.request],
        options: [Option.reason],
        run: { invocation throws(CommandError) in
            try answer(invocation) { administration, request throws(AdministrationError) in
                try administration.cancel(request)
            }
        })

    /// Answers a request, and tells what it is about and what became of it.
    private static func answer(
        _ invocation: Invocation,
        _ body: (Administration, AccessRequest) throws(AdministrationError) -> AccessRequest
    ) throws(CommandError) -> Int32 {
        let session = try AdministrationSession(invocation, acting: .approve)
        let request = try session.request(invocation.positionals[0], isAnswered: true)
        let report = AccessRequestReport(request, changing: try session.present(request), session.tenantView)
        let answered = try session.act { administration throws(AdministrationError) in
            try body(administration, request)
        }
        if !invocation[.json] { for line in report.asked { session.terminal.print("  \(Terminal.escaped(line))") } }
        try session.report(answered)
        return ExitStatus.done
    }

    /// `request fetch`: makes the token of an approved request.
    static let requestFetch = Verb(
        name: "request fetch", summary: "makes the token of an approved request of your own, and shows its string",
        positionals: [.request], options: [Option.reason],
        details: ["It is decided again for whoever approved it. Only standard output gets the token string."],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation, acting: .approve)
            let request = try session.request(invocation.positionals[0])
            let made = try session.act { administration throws(AdministrationError) in
                try administration.fetch(request)
            }
            let secret = TokenStringOutput(session: session, details: made.details, string: made.string)
            secret.print()
            secret.noteAboutRevealing()
            session.noteAboutCeiling(of: made.details)
            return ExitStatus.done
        })
}

extension AdministrationSession {
    /// A request that the actor may see: by its id, the first digits of it, or the id or the name of the token that it is
    /// about, where only one of these requests waits for something.
    /// - Parameter isAnswered: true where the request must be the only one, also of those that are over: another one may
    ///   have taken the place of that which somebody looked at.
    fileprivate func request(_ text: String, isAnswered: Bool = false) throws(CommandError) -> AccessRequest {
        let requests = try act { administration throws(AdministrationError) in
            try administration.requests(of: tenant.id)
        }
        var found = requests.filter {
            $0.id == text || text.utf8.count >= TokenID.shortestPrefix && $0.id.hasPrefix(text.lowercased())
        }
        if found.isEmpty {
            let token = TokenID(text)
            for request in requests {
                let isOfToken = token != nil && request.filed.token == token
                let name = try name(of: request)
                if isOfToken || name == ExactName(text) { found.append(request) }
            }
            let open = found.filter { [.pending, .approved].contains($0.status(at: now)) }
            if open.count == 1, !isAnswered { found = open }
        }
        guard found.count == 1 else {
            throw CommandError(
                found.isEmpty
                    ? "there is no request `\(text)` in the tenant `\(tenant.id)`; `demilune request list` lists them"
                    : "`\(text)` means \(found.count) requests; use an id: "
                        + found.map { "`\($0.id)`" }.joined(separator: ", "), status: ExitStatus.deny)
        }
        return found[0]
    }

    /// The name of the token that a request is about.
    private func name(of request: AccessRequest) throws(CommandError) -> ExactName? {
        if case .issue(let draft) = request.wish { return draft.name }
        return try present(request)?.token.name
    }

    /// The token that a request would change; `nil` for a new one.
    fileprivate func present(_ request: AccessRequest) throws(CommandError) -> TokenDetails? {
        try request.filed.token.flatMap { id throws(CommandError) in try details(id) }
    }

    fileprivate func show(_ request: AccessRequest) throws(CommandError) {
        let report = AccessRequestReport(request, changing: try present(request), tenantView)
        if invocation[.json] {
            terminal.print(JSON.object(report.members).pretty)
        } else {
            report.fields.print(invocation)
        }
    }

    /// Prints what became of a request: one line, or its members as JSON.
    fileprivate func report(_ request: AccessRequest) throws(CommandError) {
        if invocation[.json] {
            return terminal.print(
                JSON.object(AccessRequestReport(request, changing: try present(request), tenantView).members).compact)
        }
        let status = request.status(at: now)
        var line = "the request \(request.id) is \(status.rawValue)"
        if status == .approved, let until = request.approvedUntil {
            line += "; its requester has until \(LocalTime.stated(until, in: zone)) for `demilune request fetch`"
        }
        terminal.print(line)
    }
}

extension Verb.Positional {
    fileprivate static let request = Verb.Positional(
        name: "REQUEST",
        help: "the id of a request, its first \(TokenID.shortestPrefix) digits or more, or the token that it is about")
}

extension Option<AccessRequest.Status?> {
    fileprivate static var requestStatus: Self {
        Self("status", "STATUS", "requests that are pending, approved, denied, expired, cancelled or completed")
    }
}
