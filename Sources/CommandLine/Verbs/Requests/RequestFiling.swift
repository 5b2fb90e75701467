internal import Analysis
internal import Decisions
internal import Model
internal import Policies
internal import Presentation
internal import Tokens

extension AdministrationSession {
    /// Runs an act. Where it is denied and `--request` is given, files a request for it instead.
    /// - Parameter wish: the act, for the request.
    /// - Returns: `nil` when a request was filed.
    func act<Result>(
        orRequest wish: () throws(CommandError) -> AccessRequest.Wish,
        _ body: (Administration) throws(AdministrationError) -> Result
    ) throws(CommandError) -> Result? {
        do throws(AdministrationError) {
            let result = try body(administration)
            noteFollowers()
            return result
        } catch {
            guard invocation[.request], error.code == .denied, let decision = error.decision else {
                throw failure(error)
            }
            explain(decision)
            try file(try wish(), decision)
            return nil
        }
    }

    private func file(_ wish: AccessRequest.Wish, _ decision: Decision) throws(CommandError) {
        let remedies = try remedies(wish)
        guard !remedies.isEmpty else {
            throw CommandError(
                "no change by an administrator of what you may do would permit it, so nobody else may do it for you: no "
                    + "request is filed", status: ExitStatus.deny)
        }
        let denial = AccessRequest.Denial(
            code: decision.policyCode ?? ExactName(decision.code), reasons: decision.reasons.map(\.text),
            remedies: remedies)
        let request = try act { administration throws(AdministrationError) in
            try administration.file(wish, denial, of: tenant.id)
        }
        if invocation[.json] {
            terminal.print(JSON.object(AccessRequestReport(request, changing: nil, tenantView).members).compact)
        } else {
            for remedy in remedies { terminal.note("  it would be permitted if \(Terminal.escaped(remedy))") }
            terminal.print(
                "the request \(request.id) is filed: somebody else may approve it until "
                    + LocalTime.stated(request.expires, in: zone))
        }
    }

    /// The most remedies that a request carries.
    private static let mostRemedies = 3

    /// The smallest changes of the requester's rights with which the act was decided again and permitted.
    private func remedies(_ wish: AccessRequest.Wish) throws(CommandError) -> [String] {
        let directory = try directory(for: wish)
        do {
            let authorizer = try Authorizer(policies: policies)
            for question in try questions(wish) {
                let traced = try authorizer.examine(question, on: directory)
                guard !traced.decision.isPermitted else { continue }
                // A change of what the requester may do: what stands in the way of everybody, nobody can approve.
                let paths = Counterfactual(traced, authorizer).paths.filter { $0.changes.allSatisfy(\.isOfRights) }
                return paths.prefix(Self.mostRemedies).map { path in
                    path.steps.map { $0.words(in: directory, tenant: tenant.id) }.joined(separator: " and ")
                }
            }
            return []
        } catch let error as PolicyError {
            throw CommandError(error.message)
        } catch let error as RequestError {
            throw CommandError(error.message)
        } catch let error as CommandError {
            throw error
        } catch { throw CommandError("\(error)") }
    }

    /// The directory with the tokens that the questions are about.
    private func directory(for wish: AccessRequest.Wish) throws(CommandError) -> Directory {
        var ids: [TokenID] = []
        if case .amend(let id, _, _) = wish { ids.append(id) }
        if case .token(let text) = administration.actor, let id = TokenID(text) { ids.append(id) }
        return try invocation.directory(.some(ids), of: store)
    }

    /// The decisions of an act, in the order in which they are made.
    private func questions(_ wish: AccessRequest.Wish) throws(CommandError) -> [AuthorizationRequest] {
        func question(_ kind: DecisionKind, _ token: TokenID?, _ proposed: ProposedToken) -> AuthorizationRequest {
            AuthorizationRequest(
                kind: kind, action: ExactName(kind.rawValue), subject: .actor, actor: administration.actor,
                tenant: tenant.id, token: token?.description, proposed: proposed, now: now, obligations: .ofActs)
        }
        switch wish {
        case .issue(let draft):
            return [question(.issue, nil, ProposedToken(draft, created: now))]
        case .amend(let id, _, let change):
            guard let token = try details(id)?.token else { return [] }
            // A wider ceiling needs the right to issue such a token.
            return [
                question(.amend, id, ProposedToken(change)),
                question(.issue, nil, ProposedToken(token.changed(by: change))),
            ]
        }
    }
}

extension Option<Bool> {
    static var request: Self {
        Self(flag: "request", "where it is denied, file a request that somebody else may approve; needs --reason")
    }
}

extension Invocation {
    /// The most characters of the reason of a request.
    private static let mostOfReason = 1_000

    /// - Throws: `.usage` for a request without a reason, and for one that nobody would read.
    func checkRequest() throws(CommandError) {
        guard self[.request] else { return }
        guard let reason = statedReason else {
            throw .usage("`--request` needs `--reason`: whoever approves reads it")
        }
        guard reason.unicodeScalars.count <= Self.mostOfReason else {
            throw .usage("the reason of a request has at most \(Self.mostOfReason) characters")
        }
    }
}

extension Change {
    /// True for a change of what somebody may do; not of what is asked of everybody.
    fileprivate var isOfRights: Bool {
        switch self {
        case .userHolds, .userTypeHolds, .tokenCeiling: true
        default: false
        }
    }
}
