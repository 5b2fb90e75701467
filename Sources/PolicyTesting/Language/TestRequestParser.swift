internal import Decisions
internal import Lua
internal import Model
internal import Policies

/// Reads the request of a test from its table.
struct TestRequestParser {
    let table: TestTable
    let schema: Schema
    let isStrict: Bool

    mutating func access(_ fixture: inout TestFixtureBuilder) throws(TestFault) -> AuthorizationRequest {
        for name in ["actor", "proposed"] as [ExactName] where table[name] != nil {
            throw TestFault("`\(name)` belongs to a test of a `point` such as `token.issue`")
        }
        let (action, properties) = try self.action()
        if isStrict, schema.actions[action] == nil {
            throw TestFault(
                "the schema has no action `\(action)`" + Suggestion.hint(for: action, among: schema.actions.keys))
        }
        guard let resource = table["resource"] else {
            throw TestFault("the test has no `resource`; `resource = false` is a request that names none")
        }
        var question = AuthorizationRequest(
            action: action, subject: try subject(&fixture), now: fixture.now)
        question.tenant = fixture.tenant.id
        if resource != .boolean(false), let resource = try table.table("resource") {
            question.resource = try self.resource(resource, fixture)
        }
        if isStrict, let declared = schema.actions[action], !declared.applies(to: question.resource?.type) {
            let types = (declared.resources ?? []).map { "`\($0)`" }.joined(separator: ", ")
            throw TestFault(
                question.resource.map { "the action `\(action)` does not apply to `\($0.type)`, only to \(types)" }
                    ?? "the action `\(action)` needs a resource, one of \(types)")
        }
        if let properties {
            question.actionProperties = try object(properties, schema.action(action), fixture, without: ["name"])
        }
        question.context = try context(fixture)
        return question
    }

    /// The action's name, and the table with its properties: `"delete"`, or `{ name = "delete", soft = true }`.
    private func action() throws(TestFault) -> (ExactName, TestTable?) {
        guard let value = table["action"] else { throw TestFault("the test has no `action`") }
        guard case .table = value else {
            guard let name = value.name else {
                throw TestFault("`action` must be a string or a table with a `name`, got \(value.kindInWords)")
            }
            return (name, nil)
        }
        let own = try TestTable(value, at: "action")
        guard let name = try own.name("name") else {
            throw TestFault("`action` needs a `name`: `{ name = \"delete\", … }`")
        }
        return (name, own)
    }

    mutating func administration(_ kind: DecisionKind, _ fixture: inout TestFixtureBuilder) throws(TestFault)
        -> AuthorizationRequest
    {
        for name in ["action", "subject", "resource"] as [ExactName] where table[name] != nil {
            throw TestFault("`\(name)` belongs to a test of `access`; a test of `\(kind.rawValue)` has an `actor`")
        }
        guard let value = table["actor"] else {
            throw TestFault("a test of `\(kind.rawValue)` needs an `actor`: \"operator\" or a user")
        }
        let (subject, actor) = try self.actor(value, &fixture)
        var question = AuthorizationRequest(
            action: ExactName(kind.rawValue), subject: subject, now: fixture.now, obligations: .ofActs)
        question.kind = kind
        question.actor = actor
        question.tenant = fixture.tenant.id
        question.context = try context(fixture)
        if kind == .issue {
            if table["token"] != nil {
                throw TestFault("`token.issue` has no `token` yet, only a `proposed` one")
            }
        } else {
            guard let token = table["token"] else { throw TestFault("a test of `\(kind.rawValue)` needs a `token`") }
            if case .string("actor") = token {
                guard case .token(let acting) = actor else {
                    throw TestFault("`token = \"actor\"` needs an `actor` with `via`: it is the token that acts")
                }
                question.token = acting
            } else {
                question.token = try fixture.token(token, at: "token").id.description
            }
        }
        if let proposed = try table.table("proposed") {
            question.proposed = try self.proposed(proposed, isNew: kind == .issue, &fixture)
        } else if kind.hasProposal {
            throw TestFault("a test of `\(kind.rawValue)` needs a `proposed` token")
        }
        if table["proposed"] != nil, !kind.hasProposal {
            throw TestFault("`\(kind.rawValue)` has no `proposed` token")
        }
        return question
    }

    private func subject(_ fixture: inout TestFixtureBuilder) throws(TestFault) -> AuthorizationRequest.Subject {
        guard let subject = try table.table("subject") else {
            guard let token = table["token"] else { throw TestFault("the test has no `token` and no `subject`") }
            return .token(try fixture.token(token, at: "token").id.description)
        }
        guard table["token"] == nil else { throw TestFault("a test has a `token` or a `subject`, not both") }
        try subject.refuseOthers(than: ["type", "id", "properties"])
        guard let type = try subject.name("type"), let id = try subject.name("id") else {
            throw TestFault("`subject` needs a `type` and an `id`")
        }
        if type == "token" {
            fixture.include(id: id)
            return .token(id.text)
        }
        let declared = schema.subjects.first { $0.name == type }
        if isStrict, declared == nil {
            throw TestFault(
                "the schema has no subject type `\(type)`"
                    + Suggestion.hint(for: type, among: schema.subjects.map(\.name)))
        }
        let properties = try subject.table("properties")
        return .external(type: type, id: id, properties: try object(properties, declared, fixture))
    }

    private func actor(
        _ value: LuaValue, _ fixture: inout TestFixtureBuilder
    ) throws(TestFault) -> (AuthorizationRequest.Subject, AuthorizationRequest.Actor) {
        if case .string(let text) = value {
            guard text == "operator" else { throw TestFault("`actor` must be \"operator\" or a table, got `\(text)`") }
            return (.actor, .operator)
        }
        let table = try TestTable(value, at: "actor")
        try table.refuseOthers(than: ["user", "department", "user_type", "permissions", "via", "ceiling"])
        let (user, assignment) = try fixture.assignment(table)
        if let kind = try table.choice("via", among: ["api", "mobile"]).flatMap(TokenKind.init(rawValue:)) {
            let id = fixture.token(of: assignment, kind: kind, try fixture.ceiling(table)).id.description
            return (.actor, .token(id))
        }
        guard table["ceiling"] == nil else { throw TestFault("`actor.ceiling` needs `via`: a ceiling is a token's") }
        return (.actor, .user(id: user, assignment: assignment))
    }

    private func resource(_ table: TestTable, _ fixture: TestFixtureBuilder) throws(TestFault)
        -> AuthorizationRequest.Resource
    {
        guard let type = try table.name("type") else { throw TestFault("`resource` needs a `type`") }
        let declared = schema.resources.first { $0.name == type }
        if isStrict, declared == nil {
            throw TestFault(
                "the schema has no resource type `\(type)`"
                    + Suggestion.hint(for: type, among: schema.resources.map(\.name)))
        }
        return AuthorizationRequest.Resource(
            type: type, id: try table.name("id") ?? "1",
            properties: try object(table, declared, fixture, without: ["type", "id"]))
    }

    private func context(_ fixture: TestFixtureBuilder) throws(TestFault) -> JSON {
        try object(
            try table.table("context"), schema.context, fixture,
            besides: [AuthorizationRequest.supportedName: .list(.string)])
    }

    /// Properties as a client would send them: names of departments and users become ids.
    /// - Parameter others: names that are known although no schema declares them, and their types.
    private func object(
        _ table: TestTable?, _ type: Schema.RecordType?, _ fixture: TestFixtureBuilder,
        without excluded: [ExactName] = [], besides others: [ExactName: ValueType] = [:]
    ) throws(TestFault) -> JSON {
        guard let table else { return .object([]) }
        var members = try table.members(without: excluded)
        guard let type else { return .object(members) }
        let known = type.properties.map(\.name) + others.keys
        for index in members.indices {
            let name = members[index].key
            guard let type = type.properties.first(where: { $0.name == name })?.type ?? others[name] else {
                throw TestFault("`\(table.path)` has no property `\(name)`" + Suggestion.hint(for: name, among: known))
            }
            members[index].value = try wire(members[index].value, type, fixture, at: "\(table.path).\(name)")
        }
        return .object(members)
    }

    /// - Parameter place: the path of the value in the test.
    private func wire(
        _ value: JSON, _ type: ValueType, _ fixture: TestFixtureBuilder, at place: String
    ) throws(TestFault) -> JSON {
        switch (type, value) {
        case (.restricted(let type, _), _): return try wire(value, type, fixture, at: place)
        case (.record(let properties), .object(let members)):
            return .object(
                try members.map { member throws(TestFault) in
                    guard let slot = properties.slot(member.key) else {
                        let hint = Suggestion.hint(for: member.key, among: properties.map(\.name))
                        throw TestFault("`\(place)` has no property `\(member.key)`\(hint)")
                    }
                    let inner = "\(place).\(member.key)"
                    return .init(
                        member.key, try wire(member.value, properties[slot].type, fixture, at: inner))
                })
        case (.map(let type), .object(let members)):
            return .object(
                try members.map { member throws(TestFault) in
                    .init(member.key, try wire(member.value, type, fixture, at: "\(place).\(member.key)"))
                })
        case (.department, .string(let text)): return .string(try fixture.department(ExactName(text)))
        case (.user, .string(let text)): return .string(try fixture.user(ExactName(text)))
        // An empty table may be a list or an object.
        case (.list, .object(let members)) where members.isEmpty: return .array([])
        case (.list(let element), .array(let items)):
            var list: [JSON] = []
            for (index, item) in items.enumerated() {
                list.append(try wire(item, element, fixture, at: "\(place)[\(index + 1)]"))
            }
            return .array(list)
        default: return value
        }
    }

    private func proposed(
        _ table: TestTable, isNew: Bool, _ fixture: inout TestFixtureBuilder
    ) throws(TestFault) -> ProposedToken {
        try table.refuseOthers(
            than: [
                "name", "kind", "user", "department", "user_type", "permissions", "created", "expires", "last_day",
                "description", "contact", "ceiling",
            ])
        let binds = (["user", "department", "user_type"] as [ExactName]).contains { table[$0] != nil }
        if isNew, !binds { throw TestFault("`proposed` needs a `department` and a `user_type`, or a `user`") }
        var proposed = ProposedToken()
        proposed.name = try table.name("name") ?? (isNew ? "made up by a test" : nil)
        proposed.kind = try fixture.kind(table) ?? (isNew ? .api : nil)
        proposed.assignment = binds ? try fixture.assignment(table).assignment : nil
        proposed.created = try table.instant("created", in: fixture.zone)
        proposed.description = try table.name("description")
        proposed.contact = try table.name("contact")
        proposed.ceiling = try fixture.ceiling(table)
        proposed.lastDay = try table.date("last_day")
        proposed.expires = try table.instant("expires", in: fixture.zone)
        if isNew, proposed.lastDay == nil, proposed.expires == nil {
            proposed.expires = fixture.now.adding(hours: 90 * 24)
        }
        return proposed
    }
}
