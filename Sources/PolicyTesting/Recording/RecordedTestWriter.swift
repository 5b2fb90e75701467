internal import Decisions
internal import Lua
internal import Model
internal import Policies

/// Turns a request with ids into the table of a test, and collects the part of the directory that it names.
struct RecordedTestWriter {
    private let question: AuthorizationRequest
    private let schema: Schema
    private let directory: Directory
    private var tenant = -1
    private var departments: Set<Int> = []
    private var userTypes: Set<Int> = []
    private var users: Set<Int> = []
    private let named: Set<ExactName>

    init(_ question: AuthorizationRequest, policies: PolicySet, directory: Directory) {
        self.question = question
        self.directory = directory
        schema = policies.schema
        named = policies.textsOfSettings
        tenant = question.tenant.flatMap(directory.tenant) ?? -1
        for id in [subjectToken, question.token, actorToken] where tenant < 0 {
            if let token = id.flatMap(TokenID.init).flatMap(directory.token) { tenant = directory.tokens[token].tenant }
        }
        if tenant < 0, let record = question.record {
            tenant =
                directory.tenants.indices.first { directory.assignment(record.assignment, tenant: $0) != nil } ?? -1
        }
    }

    private var subjectToken: String? {
        if case .token(let id) = question.subject { id } else { nil }
    }

    private var actorToken: String? {
        if case .token(let id) = question.actor { id } else { nil }
    }

    /// - Parameter obligations: those of the decision, which the caller of the test must support.
    mutating func test(expecting expected: [(ExactName, LuaValue)], obligations: [PolicyStatement] = []) -> LuaValue {
        var parts: [(ExactName, LuaValue)] = [("at", .string(question.now.description))]
        if question.kind == .access {
            parts += access()
        } else {
            parts.append(("point", .string(question.kind.rawValue)))
            parts.append(("actor", actor()))
            if let token = question.record.map({ record($0) }) ?? question.token.map({ token($0) }) {
                parts.append(("token", token))
            }
            if let proposed = question.proposed { parts.append(("proposed", self.proposed(proposed))) }
        }
        let context = context(obligations)
        if !context.isEmpty { parts.append(("context", LuaValue(named: context))) }
        parts.append(("expect", LuaValue(named: expected)))
        return LuaValue(named: [("directory", own())] + parts)
    }

    /// The declared properties of the context, and the obligations that the caller supports.
    private mutating func context(_ obligations: [PolicyStatement]) -> [(ExactName, LuaValue)] {
        var fields: [(ExactName, LuaValue)] = []
        if case .object(let members) = question.context { fields = self.fields(members, schema.context) }
        let name = AuthorizationRequest.supportedName
        guard question.kind == .access, !fields.contains(where: { $0.0 == name }) else { return fields }
        let names: [ExactName]
        switch question.supported {
        case .named(let supported): names = supported
        case .all: names = Set(obligations.map { ExactName($0.text) }).sorted()
        case .stated: names = []
        }
        if !names.isEmpty { fields.append((name, LuaValue(list: names.map(LuaValue.string)))) }
        return fields
    }

    private mutating func access() -> [(ExactName, LuaValue)] {
        var parts: [(ExactName, LuaValue)] = []
        switch question.subject {
        case .token(let id): parts.append(("token", token(id)))
        case .external(let type, let id, let json):
            var subject: [(ExactName, LuaValue)] = [("type", .string(type)), ("id", .string(id))]
            if case .object(let members) = json, !members.isEmpty {
                subject.append(("properties", properties(members, schema.subjects.first { $0.name == type })))
            }
            parts.append(("subject", LuaValue(named: subject)))
        case .actor: break
        }
        parts.append(("action", action()))
        if let resource = question.resource {
            var fields: [(ExactName, LuaValue)] = [("type", .string(resource.type))]
            if let id = resource.id { fields.append(("id", .string(id))) }
            if case .object(let members) = resource.properties {
                let type = schema.resources.first { $0.name == resource.type }
                if case .table(let entries) = properties(members, type) {
                    for name in entries.compactMap(\.key.name) where name != "type" && name != "id" {
                        fields.append((name, entries.first { $0.key == .string(name) }!.value))
                    }
                }
            }
            parts.append(("resource", LuaValue(named: fields)))
        } else {
            parts.append(("resource", .boolean(false)))
        }
        return parts
    }

    /// The action's name; with properties, a table.
    private mutating func action() -> LuaValue {
        guard case .object(let members) = question.actionProperties,
            case .table(let own) = properties(members, schema.action(question.action)), !own.isEmpty
        else { return .string(question.action) }
        return .table([LuaValue.Entry(key: .string("name"), value: .string(question.action))] + own)
    }

    /// The declared properties; users and departments that one names are added to the directory.
    private mutating func properties(_ members: [JSON.Member], _ type: Schema.RecordType?) -> LuaValue {
        LuaValue(named: fields(members, type))
    }

    private mutating func fields(
        _ members: [JSON.Member], _ type: Schema.RecordType?
    ) -> [(ExactName, LuaValue)] {
        var fields: [(ExactName, LuaValue)] = []
        for member in members where member.value != .null {
            guard let property = type?.properties.first(where: { $0.name == member.key }) else { continue }
            note(member.value, property.type)
            fields.append((member.key, LuaValue(Self.declared(member.value, property.type))))
        }
        return fields
    }

    /// A value with the members of records that the schema declares: a test can name no others.
    private static func declared(_ json: JSON, _ type: ValueType) -> JSON {
        switch (type, json) {
        case (.restricted(let type, _), _): return declared(json, type)
        case (.record(let properties), .object(let members)):
            return .object(
                members.compactMap { member in
                    guard member.value != .null, let slot = properties.slot(member.key) else { return nil }
                    return .init(member.key, declared(member.value, properties[slot].type))
                })
        case (.map(let type), .object(let members)):
            return .object(members.map { .init($0.key, declared($0.value, type)) })
        case (.list(let element), .array(let items)): return .array(items.map { declared($0, element) })
        default: return json
        }
    }

    private mutating func note(_ json: JSON, _ type: ValueType) {
        switch (type, json) {
        case (.department, .string(let id)):
            if let index = directory.department(ExactName(id), tenant: tenant) { add(department: index) }
        case (.user, .string(let id)): if let index = directory.user(ExactName(id), tenant: tenant) { add(user: index) }
        case (.restricted(let type, _), _): note(json, type)
        case (.list(let element), .array(let items)): for item in items { note(item, element) }
        case (.map(let type), .object(let members)): for member in members { note(member.value, type) }
        case (.record(let properties), .object(let members)):
            for member in members {
                if let slot = properties.slot(member.key) { note(member.value, properties[slot].type) }
            }
        default: break
        }
    }

    // MARK: Tokens and people

    private mutating func token(_ id: String) -> LuaValue {
        guard let index = TokenID(id).flatMap(directory.token) else {
            return LuaValue(named: [("id", .string(id))])
        }
        let token = directory.tokens[index]
        return self.token(TokenRecord(token), assignment: token.assignment)
    }

    private mutating func record(_ record: TokenRecord) -> LuaValue {
        token(record, assignment: directory.assignment(record.assignment, tenant: tenant) ?? -1)
    }

    private mutating func token(_ record: TokenRecord, assignment: Int) -> LuaValue {
        var fields = who(assignment)
        fields.append(("id", .string(record.id.description)))
        fields.append(("kind", .string(record.kind.rawValue)))
        if !record.name.isEmpty { fields.append(("name", .string(record.name))) }
        fields += Self.notes(record.description, record.contact)
        if let ceiling = record.ceiling { fields.append(("ceiling", LuaValue(ceiling.json))) }
        let moments: [(ExactName, Instant?)] = [
            ("created", record.created), ("expires", record.expires), ("last_active", record.lastActive),
            ("dormant_since", record.dormantSince), ("suspended", record.suspended), ("revoked", record.revoked),
        ]
        for (name, moment) in moments { if let moment { fields.append((name, .string(moment.description))) } }
        return LuaValue(named: fields)
    }

    private static func notes(_ description: ExactName?, _ contact: ExactName?) -> [(ExactName, LuaValue)] {
        [("description", description), ("contact", contact)].compactMap { name, text in
            text.map { (name, .string($0)) }
        }
    }

    /// An assignment as its user, department and user type.
    private mutating func who(_ assignment: Int) -> [(ExactName, LuaValue)] {
        guard directory.assignments.indices.contains(assignment) else { return [] }
        let own = directory.assignments[assignment]
        add(user: own.user)
        return [
            ("user", .string(directory.users[own.user].id)),
            ("department", .string(directory.departments[own.department].id)),
            ("user_type", .string(directory.userTypes[own.userType].id)),
        ]
    }

    private mutating func actor() -> LuaValue {
        switch question.actor {
        case .operator: return .string("operator")
        case .user(let id, let assignment):
            let found =
                assignment.flatMap { directory.assignment($0, tenant: tenant) }
                ?? (0..<directory.combinationCount).first {
                    directory.users[directory.assignments[$0].user].id == id
                        && directory.users[directory.assignments[$0].user].tenant == tenant
                }
            return LuaValue(named: who(found ?? -1))
        case .token(let id):
            guard let index = TokenID(id).flatMap(directory.token) else { return .string("operator") }
            let token = directory.tokens[index]
            let ceiling = token.ceiling.map { [(ExactName("ceiling"), LuaValue($0.json))] } ?? []
            return LuaValue(named: who(token.assignment) + [("via", .string(token.kind.rawValue))] + ceiling)
        }
    }

    private mutating func proposed(_ proposed: ProposedToken) -> LuaValue {
        var fields: [(ExactName, LuaValue)] = []
        if let assignment = proposed.assignment.flatMap({ directory.assignment($0, tenant: tenant) }) {
            fields += who(assignment)
        }
        if let kind = proposed.kind { fields.append(("kind", .string(kind.rawValue))) }
        if let name = proposed.name { fields.append(("name", .string(name))) }
        fields += Self.notes(proposed.description, proposed.contact)
        if let ceiling = proposed.ceiling { fields.append(("ceiling", LuaValue(ceiling.json))) }
        if let created = proposed.created { fields.append(("created", .string(created.description))) }
        if let day = proposed.lastDay {
            fields.append(("last_day", .string(day.description)))
        } else if let expires = proposed.expires {
            fields.append(("expires", .string(expires.description)))
        }
        return LuaValue(named: fields)
    }

    // MARK: The directory

    private mutating func add(department index: Int) {
        var next: Int? = index
        while let index = next, departments.insert(index).inserted { next = directory.departments[index].parent }
    }

    private mutating func add(user index: Int) {
        guard users.insert(index).inserted else { return }
        for assignment in directory.assignments.prefix(directory.combinationCount)
        where assignment.user == index && !assignment.isRemoved {
            add(department: assignment.department)
            userTypes.insert(assignment.userType)
        }
    }

    /// The directory of the test, with what the request and the settings name.
    private mutating func own() -> LuaValue {
        guard tenant >= 0 else { return LuaValue(named: [("departments", .table([]))]) }
        for id in named.sorted() {
            if let index = directory.department(id, tenant: tenant) { add(department: index) }
            if let index = directory.user(id, tenant: tenant) { add(user: index) }
        }
        let own = directory.tenants[tenant]
        return LuaValue(named: [
            ("tenant", .string(own.id)), ("zone", .string(own.zone.name)),
            ("departments", LuaValue(named: departments.sorted().map { department($0) })),
            ("user_types", LuaValue(named: userTypes.sorted().map { userType($0) })),
            ("users", LuaValue(named: users.sorted().map { user($0) })),
        ])
    }

    private func department(_ index: Int) -> (ExactName, LuaValue) {
        let own = directory.departments[index]
        var fields: [(ExactName, LuaValue)] = [("name", .string(own.name))]
        if let parent = own.parent { fields.append(("parent", .string(directory.departments[parent].id))) }
        if !own.isActive { fields.append(("active", .boolean(false))) }
        if !own.requires.isEmpty { fields.append(("requires", LuaValue(list: own.requires.map(LuaValue.string)))) }
        return (own.id, LuaValue(named: fields))
    }

    private func userType(_ index: Int) -> (ExactName, LuaValue) {
        let own = directory.userTypes[index]
        var fields: [(ExactName, LuaValue)] = [
            ("name", .string(own.name)), ("permissions", LuaValue(list: own.permissions.patterns.map(LuaValue.string))),
        ]
        if !own.isActive { fields.append(("active", .boolean(false))) }
        return (own.id, LuaValue(named: fields))
    }

    private func user(_ index: Int) -> (ExactName, LuaValue) {
        let own = directory.users[index]
        var fields: [(ExactName, LuaValue)] = [("name", .string(own.name))]
        if !own.isActive { fields.append(("active", .boolean(false))) }
        let permissions = own.permissions.patterns
        if !permissions.isEmpty { fields.append(("permissions", LuaValue(list: permissions.map(LuaValue.string)))) }
        let assignments = directory.assignments.filter { $0.user == index && !$0.isRemoved }
        fields.append(
            (
                "assignments",
                LuaValue(
                    list: assignments.map { assignment in
                        LuaValue(named: [
                            ("id", .string(assignment.id)),
                            ("department", .string(directory.departments[assignment.department].id)),
                            ("user_type", .string(directory.userTypes[assignment.userType].id)),
                        ])
                    })
            ))
        return (own.id, LuaValue(named: fields))
    }
}

extension TokenRecord {
    /// A token of a directory as a record; its assignment is left out.
    fileprivate init(_ token: Token) {
        self.init(
            id: token.id, kind: token.kind, name: token.name, assignment: "", created: token.created,
            expires: token.expires, lastActive: token.lastActive, dormantSince: token.dormantSince,
            suspended: token.suspended, revoked: token.revoked, description: token.description,
            contact: token.contact, ceiling: token.ceiling)
    }
}
