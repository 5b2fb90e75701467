internal import CommandLine
internal import Decisions
internal import Model
internal import Policies

extension ReplCommand {
    /// `can`: one decision about the token in use.
    static let can = ReplCommand(
        name: "can", summary: "decides whether the token in use, or the subject, may do something, with the reasons",
        positionals: [
            .init(name: "ACTION", help: "an action of the schema"),
            .init(
                name: "[on RESOURCE] [in DEPARTMENT] [with NAME=VALUE]",
                help: "the resource as TYPE or TYPE:ID, its department, its properties and the context's",
                isOptional: true, isRepeated: true, usage: "[on TYPE[:ID]] [in DEPARTMENT] [with NAME=VALUE …]"),
        ],
        details: [
            "Departments and users are given by id or name, lists as `a,b` or in JSON. `why`, `why not`, `= EXPRESSION` and `save last as TEST` "
                + "then continue from this decision."
        ],
        examples: ["can orders.read on order:42 in Sales", "can orders.approve on order with amount=900 mfa=true"],
        suggest: { completion, words in completion.access(words) },
        inside: { repl, invocation throws(CommandError) in
            let token = repl.state.subject == nil ? try repl.tokenInUse() : nil
            let snapshot = try repl.timedDirectory(invocation, holding: token.map { [$0] } ?? [])
            let question = try repl.access(token, invocation.positionals, invocation, snapshot)
            return try repl.tell(question, on: snapshot.directory, invocation)
        })

    /// `may`: one administrative decision about a token.
    static let may = ReplCommand(
        name: "may", summary: "decides whether a user may administer a token: reveal, revoke, amend, list, issue",
        positionals: [
            .init(name: "USER[/ASSIGNMENT]", help: "the administrator, by id or name; or `operator`"),
            .init(name: "ACT", help: "reveal, revoke, amend, list or issue"),
            .init(
                name: "[TOKEN] [NAME=VALUE]", help: "the token, if not the one in use; then proposed values",
                isOptional: true,
                isRepeated: true, usage: "[TOKEN] [NAME=VALUE …]"),
        ],
        examples: ["may anna reveal 'Warehouse sync'", "may anna amend last_day=2027-06-30"],
        suggest: { completion, words in completion.administration(words) },
        inside: { repl, invocation throws(CommandError) in
            var words = invocation.positionals
            let user = words.removeFirst()
            let kind = try Repl.kind(words.removeFirst())
            let actor: AuthorizationRequest.Actor
            if user == "operator" {
                actor = .operator
            } else {
                let found = try repl.actor(user, invocation)
                actor = .user(id: found.user, assignment: found.assignment)
            }
            var token: TokenID?
            if kind != .issue {
                if let word = words.first, !word.contains("=") {
                    token = try repl.token(word, invocation).id
                    words.removeFirst()
                } else {
                    token = try repl.tokenInUse()
                }
            }
            let snapshot = try repl.timedDirectory(invocation, holding: token.map { [$0] } ?? [])
            let reader = RequestParser(
                invocation, snapshot, try repl.rules().set.schema,
                words: [token?.description ?? "-", kind.rawValue] + words)
            var question = try reader.question()
            question.actor = actor
            return try repl.tell(question, on: snapshot.directory, invocation)
        })
}

extension Repl {
    /// The administrative decision kind of a word: `reveal` or `token.reveal`.
    static func kind(_ word: String) throws(CommandError) -> DecisionKind {
        let kinds = DecisionKind.allCases.filter(\.isAdministrative)
        if let kind = kinds.first(where: { $0.rawValue == word || $0.rawValue == "token.\(word)" }) { return kind }
        let names = kinds.map { String($0.rawValue.dropFirst("token.".count)) }
        throw .usage(
            "`\(word)` is not an administrative act\(Suggestion.hint(for: word, among: names)); "
                + "use one of \(names.joined(separator: ", "))")
    }

    /// The words of `can` as a request of a token, or of the session's external subject for `nil`.
    func access(
        _ token: TokenID?, _ words: [String], _ invocation: Invocation, _ snapshot: TimedDirectory
    ) throws(CommandError) -> AuthorizationRequest {
        let own = token == nil ? state.subjectProperties.map { "subject.\($0)" } : []
        let reader = RequestParser(
            invocation, snapshot, try rules().set.schema,
            words: [token?.description ?? "-"] + (try Self.plain(words)) + own,
            subject: token == nil ? state.subject : nil)
        return try reader.question()
    }

    /// The words of `can` in the form of `decide`: without `on`, `with` and `and`, and with `department=X` for `in X`.
    /// - Parameter words: the action first, whatever it is called.
    static func plain(_ words: [String]) throws(CommandError) -> [String] {
        var result = Array(words.prefix(1))
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            switch word {
            case "on", "with", "and", ",": continue
            case "in":
                guard let department = rest.popFirst() else { throw .usage("missing department after `in`") }
                result.append("department=\(department.hasSuffix("+") ? String(department.dropLast()) : department)")
            default: result.append(word)
            }
        }
        return result
    }
}
