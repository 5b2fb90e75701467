package import Decisions
internal import Model
package import Policies

/// Parses the words of `decide` into a request: names become ids, values get the types of the schema.
package struct RequestParser {
    private let invocation: Invocation
    private let directory: Directory
    private let now: Instant
    private let schema: Schema
    /// The words of the command line: the token's id or `-`, the action, and the rest.
    private let words: [String]
    /// The external subject, TYPE:ID; `nil` for a token.
    private let external: String?

    /// - Parameter subject: the external subject, where it is not that of `--subject`.
    package init(
        _ invocation: Invocation, _ snapshot: TimedDirectory, _ schema: Schema, words: [String], subject: String? = nil
    ) {
        self.invocation = invocation
        external = subject ?? invocation[ifDeclared: .subject]
        directory = snapshot.directory
        now = snapshot.now
        self.schema = schema
        self.words = words
    }

    package func question() throws(CommandError) -> AuthorizationRequest {
        let kind = DecisionKind(rawValue: words[1]).flatMap { $0.isAdministrative ? $0 : nil }
        if let external {
            guard words[0] == "-" else {
                throw .usage("`--subject \(external)` and a token cannot both act: write `-` instead of `\(words[0])`")
            }
            guard kind == nil else {
                throw .usage("`--subject` works only with actions of the schema; for administration use `--as`")
            }
        }
        let stated = try invocation.tenant(in: directory)
        let token = try token(words[0], tenant: stated)
        let only = directory.tenants.count == 1 ? 0 : nil
        let tenant = token.map { directory.tokens[$0].tenant } ?? stated ?? only
        if let kind { return try administration(kind, token, tenant, words.dropFirst(2)) }
        return try access(token, tenant, action: ExactName(words[1]), words.dropFirst(2))
    }

    private func access(
        _ token: Int?, _ tenant: Int?, action: ExactName, _ words: ArraySlice<String>
    ) throws(CommandError) -> AuthorizationRequest {
        if schema.actions[action] == nil {
            let kinds = DecisionKind.allCases.filter(\.isAdministrative).map { ExactName($0.rawValue) }
            hint("action", action, among: schema.actions.keys.sorted() + kinds)
        }
        var words = words
        let subject = try subject(token, tenant, &words)
        let actionProperties = try properties(of: action, tenant, &words)
        var resource: AuthorizationRequest.Resource?
        if let word = words.first, !word.contains("=") {
            words.removeFirst()
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            resource = AuthorizationRequest.Resource(
                type: ExactName(parts[0]), id: parts.count == 2 ? ExactName(parts[1]) : nil)
        }
        let type = resource.flatMap { schema.resource($0.type) }.map { schema.resources[$0] }
        if let resource, type == nil { hint("resource type", resource.type, among: schema.resources.map(\.name)) }
        let reader = PropertyReader(directory: directory, tenant: tenant)
        var properties = StatedProperties()
        var context = StatedProperties()
        for (name, text) in try pairs(words) {
            if let found = type?.path(name) {
                try properties.add(name, found.path, try reader.json(text, found.type, name))
            } else if let found = schema.context.path(name) {
                try context.add(name, found.path, try reader.json(text, found.type, name))
            } else if name == AuthorizationRequest.supportedName {
                try context.add(name, [.name(name)], try reader.json(text, .list(.string), name))
            } else if resource == nil || type != nil {
                let declared = (type?.paths ?? []) + schema.context.paths
                let known = declared + [AuthorizationRequest.supportedName]
                let place = type.map { "`\($0.name)` and the context have" } ?? "the context has"
                // One that the action has is meant to be the action's.
                let isOfAction = schema.action(action)?.slot(name) != nil
                let hint = isOfAction ? ": write `action.\(name)=`" : Suggestion.hint(for: name, among: known)
                throw .usage("\(place) no property `\(name)`\(hint)")
            }
        }
        resource?.properties = properties.json
        return AuthorizationRequest(
            action: action, actionProperties: actionProperties, subject: subject, resource: resource,
            context: context.json,
            tenant: tenant.map { directory.tenants[$0].id },
            now: now)
    }

    /// The external subject alone, of a type that the schema declares: the words are its properties, `subject.name=value`.
    package func externalSubject() throws(CommandError) -> AuthorizationRequest.Subject {
        let type = external.flatMap { $0.split(separator: ":").first.map { ExactName($0) } } ?? ""
        guard type == "token" || schema.subject(type) != nil else {
            let known = schema.subjects.map(\.name)
            let names = known.isEmpty ? "; it declares none" : Suggestion.hint(for: type, among: known)
            throw CommandError("the schema declares no subject type `\(type)`\(names)")
        }
        var words = words[...]
        let tenant = try invocation.tenant(in: directory)
        let subject = try subject(nil, tenant ?? (directory.tenants.count == 1 ? 0 : nil), &words)
        guard let rest = words.first else { return subject }
        throw .usage("expected name=value, got `\(rest)`")
    }

    /// The subject: the token, or the external subject of `--subject` with its `subject.name=value`.
    private func subject(
        _ token: Int?, _ tenant: Int?, _ words: inout ArraySlice<String>
    ) throws(CommandError) -> AuthorizationRequest.Subject {
        guard let text = external else {
            return .token(token.map { directory.tokens[$0].id.description } ?? self.words[0])
        }
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0] != "token" else {
            let what = invocation[ifDeclared: .subject] == nil ? "a subject" : "`--subject`"
            throw .usage("\(what) must be TYPE:ID of a subject that is not a token, got `\(text)`")
        }
        let type = schema.subject(ExactName(parts[0])).map { schema.subjects[$0] }
        if type == nil { hint("subject type", ExactName(parts[0]), among: schema.subjects.map(\.name)) }
        let properties = try properties("subject.", type, tenant, &words) { type in
            "a subject of the type `\(type.name)`"
        }
        return .external(type: ExactName(parts[0]), id: ExactName(parts[1]), properties: properties)
    }

    /// The action's properties: `action.name=value`.
    private func properties(
        of action: ExactName, _ tenant: Int?, _ words: inout ArraySlice<String>
    ) throws(CommandError) -> JSON {
        try properties("action.", schema.action(action), tenant, &words) { "the action `\($0.name)`" }
    }

    /// Takes the properties whose names begin with a prefix out of the words.
    /// - Parameter owner: the words for the record that has them.
    private func properties(
        _ prefix: String, _ type: Schema.RecordType?, _ tenant: Int?, _ words: inout ArraySlice<String>,
        of owner: (Schema.RecordType) -> String
    ) throws(CommandError) -> JSON {
        func isOwn(_ word: String) -> Bool { word.hasPrefix(prefix) && word.contains("=") }
        let own = words.filter(isOwn).map { String($0.dropFirst(prefix.count)) }
        words.removeAll(where: isOwn)
        let reader = PropertyReader(directory: directory, tenant: tenant)
        var properties = StatedProperties()
        for (name, text) in try pairs(own[...]) {
            guard let type else { continue }
            guard let found = type.path(name) else {
                let hint = Suggestion.hint(for: name, among: type.paths)
                throw .usage("\(owner(type)) has no property `\(name)`\(hint)")
            }
            try properties.add(name, found.path, try reader.json(text, found.type, name))
        }
        return properties.json
    }

    /// Prints a suggestion for a name that the schema lacks. The decision reports the name too, but suggests nothing.
    private func hint(_ kind: String, _ name: ExactName, among known: [ExactName]) {
        let hint = Suggestion.hint(for: name, among: known)
        if !hint.isEmpty { invocation.terminal.note("note: no \(kind) `\(Terminal.escaped(name))`\(hint)") }
    }

    private func administration(
        _ kind: DecisionKind, _ token: Int?, _ tenant: Int?, _ words: ArraySlice<String>
    ) throws(CommandError) -> AuthorizationRequest {
        guard let tenant else { throw .usage("missing required option --tenant") }
        let pairs = try pairs(words)
        let hasProposal = kind.hasProposal
        guard hasProposal || pairs.isEmpty else { throw .usage("`\(kind.rawValue)` takes no `\(pairs[0].0)=`") }
        return AuthorizationRequest(
            kind: kind, action: ExactName(kind.rawValue), subject: .actor, actor: try actor(tenant),
            tenant: directory.tenants[tenant].id,
            token: token.map { directory.tokens[$0].id.description }
                ?? (kind == .issue ? nil : self.words[0]),
            proposed: hasProposal ? try proposed(pairs, in: directory.tenants[tenant].zone) : nil, now: now,
            obligations: .ofActs)
    }

    /// The actor of `--as USER[/ASSIGNMENT]`, the user by id or name; the operator without it.
    private func actor(_ tenant: Int) throws(CommandError) -> AuthorizationRequest.Actor {
        guard let text = invocation[.as] else { return .operator }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let user = try PropertyReader(directory: directory, tenant: tenant).user(parts[0])
        return .user(id: user, assignment: parts.count == 2 ? ExactName(parts[1]) : nil)
    }

    private func proposed(
        _ pairs: [(ExactName, String)], in zone: Zone
    ) throws(CommandError) -> ProposedToken {
        var token = ProposedToken()
        let names: [ExactName] = [
            "name", "kind", "assignment", "expires", "last_day", "description", "contact", "ceiling",
        ]
        for (name, text) in pairs {
            switch name {
            case "name": token.name = ExactName(text)
            case "assignment": token.assignment = ExactName(text)
            case "description": token.description = ExactName(text)
            case "contact": token.contact = ExactName(text)
            case "ceiling":
                do {
                    token.ceiling = try Ceiling(json: try JSONReader.parse(text), path: "ceiling")
                } catch let error as OrganisationError {
                    throw .usage("\(error.path): \(error.message)")
                } catch { throw .usage("`ceiling` must be a JSON object as in an export, got `\(text)`") }
            case "kind":
                token.kind = TokenKind(rawValue: text)
                if token.kind == nil { throw .usage("`kind` must be api or mobile, got `\(text)`") }
            case "expires":
                token.expires = try TimeArgument.expiry(text, for: "expires", from: now, in: zone)
            case "last_day":
                token.lastDay = Date(text)
                if token.lastDay == nil { throw .usage("`last_day` must be a date such as 2026-11-22, got `\(text)`") }
            default:
                throw .usage("a proposed token has no property `\(name)`\(Suggestion.hint(for: name, among: names))")
            }
        }
        if token.expires != nil, token.lastDay != nil {
            throw .usage("`expires` and `last_day` cannot be combined; use only one of them")
        }
        return token
    }

    /// The `name=value` pairs of these words, each name once.
    private func pairs(_ words: ArraySlice<String>) throws(CommandError) -> [(ExactName, String)] {
        var pairs: [(ExactName, String)] = []
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { throw .usage("expected name=value, got `\(word)`") }
            let name = ExactName(parts[0])
            guard !pairs.contains(where: { $0.0 == name }) else { throw .usage("`\(name)` is given twice") }
            pairs.append((name, parts[1]))
        }
        return pairs
    }

    /// Checks that the words name a token exactly where the request is about one.
    static func requireToken(_ words: [String], _ invocation: Invocation) throws(CommandError) {
        let isIssue = words[1] == DecisionKind.issue.rawValue
        if words[0] == "-" {
            guard isIssue || invocation[ifDeclared: .subject] != nil else {
                throw .usage("`-` means no token; it works only with token.issue or `--subject`")
            }
        } else if isIssue {
            throw .usage("token.issue takes no token: write `-` instead of `\(words[0])`")
        }
    }

    /// The token with this id; `nil` for an unknown id, which the decision reports.
    private func token(_ text: String, tenant: Int?) throws(CommandError) -> Int? {
        if external == nil { try Self.requireToken(words, invocation) }
        guard let index = TokenID(text).flatMap(directory.token) else { return nil }
        return tenant == nil || directory.tokens[index].tenant == tenant ? index : nil
    }
}

/// The properties that words state, by their paths.
private struct StatedProperties {
    private(set) var json = JSON.object([])
    private var stated: [(name: ExactName, path: [JSON.Step])] = []

    mutating func add(_ name: ExactName, _ path: [JSON.Step], _ value: JSON) throws(CommandError) {
        // A record or a map, and a part of it.
        if let whole = stated.first(where: { $0.path.starts(with: path) || path.starts(with: $0.path) }) {
            throw .usage("`\(name)` and `\(whole.name)` give the same property: give it whole, or its parts")
        }
        stated.append((name, path))
        json = json.with(path, value)
    }
}
