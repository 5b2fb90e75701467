internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Makes a directory and a request that have found facts, as far as it can: a search confirms or corrects it.
struct ExampleBuilder {
    let explored: ExploredContext
    let found: FoundFacts
    /// The values of times and numbers that a search has chosen.
    var chosen: [FactTable.ID: Value] = [:]
    /// The time of the request, where nothing else chooses it.
    let now: Instant
    private var classes = ExampleClasses()

    var table: FactTable { explored.table }
    var encoder: FactEncoder { explored.encoder }
    var context: DecisionContext { explored.context }

    init(_ explored: ExploredContext, _ found: FoundFacts, now: Instant) {
        (self.explored, self.found, self.now) = (explored, found, now)
    }

    // MARK: What was found

    func isThere(_ id: FactTable.ID) -> Bool { encoder.knows(id) && found.holds(encoder.defined(id)) }

    func isEqual(_ one: FactTable.ID, _ other: FactTable.ID) -> Bool {
        if one == other { return true }
        let atom = Atom.equal(min(one, other), max(one, other))
        return explored.formula.has(atom) && found.holds(explored.formula.literal(atom))
    }

    func isTrue(_ atom: Atom) -> Bool { explored.formula.has(atom) && found.holds(explored.formula.literal(atom)) }

    func part(_ attribute: Attribute, _ type: ValueType) -> FactTable.ID {
        table.attribute(attribute, of: table.request, type)
    }

    // MARK: Building

    /// The example; `nil` where its records contradict each other.
    mutating func build() -> Example? {
        classes = ExampleClasses()
        let tenantTerm = part(.tenant, .string)
        let own = explored.tenants.indices.first { isTrue(.tenant($0)) }.flatMap { explored.tenants[$0] }
        let id = own ?? ((encoder.knows(tenantTerm) ? namedString(tenantTerm).map { ExactName($0) } : nil) ?? "example")
        var tenant = TenantRecord(id: id, name: id, zone: "UTC")
        var question = AuthorizationRequest(
            kind: context.kind, action: ExactName(context.kind.rawValue), subject: .actor, now: now, obligations: .all)
        if case .instant(let time)? = time(part(.time, .instant)) { question.now = time }
        let time = question.now
        switch (context.kind, context.subject) {
        case (.access, nil):
            let token = token(part(.token, .token), 1, time, &tenant)
            question.subject = .token(token.id.description)
            tenant.tokens.append(token)
        case (.access, let subject?):
            let type = table.schema.subjects[subject]
            let term = part(.subject, .external(subject))
            question.subject = .external(
                type: type.name, id: "example", properties: record(of: term, type.properties, &tenant))
            question.tenant = id
        default: administration(&question, id, time, &tenant)
        }
        if context.kind == .access { access(&question, &tenant) }
        finish(&tenant)
        return Example(Organisation(tenants: [tenant]), question)
    }

    private mutating func administration(
        _ question: inout AuthorizationRequest, _ id: ExactName, _ time: Instant, _ tenant: inout TenantRecord
    ) {
        question.tenant = id
        let actor = part(.actor, .actor)
        let isOperator = table.attribute(.isOperator, of: actor, .boolean)
        if encoder.knows(isOperator) && !found.holds(encoder.holds(isOperator)) {
            let acting = table.attribute(.actorToken, of: actor, .token)
            let (user, assignment) = assignment(of: actor, 3, &tenant)
            question.actor = .user(id: user, assignment: assignment)
            if isThere(acting) {
                // The same number: an administrator's token has the administrator's assignment.
                let record = token(acting, 3, time, &tenant)
                tenant.tokens.append(record)
                question.actor = .token(record.id.description)
            }
        }
        if context.kind != .issue {
            let record = token(part(.token, .token), 1, time, &tenant)
            tenant.tokens.append(record)
            question.token = record.id.description
        }
        guard context.kind.hasProposal else { return }
        let proposed = token(part(.proposed, .token), 2, time, &tenant)
        question.proposed = ProposedToken(
            kind: proposed.kind, name: proposed.name, assignment: proposed.assignment, created: proposed.created,
            expires: proposed.expires, description: proposed.description, contact: proposed.contact,
            ceiling: proposed.ceiling)
    }

    private mutating func access(_ question: inout AuthorizationRequest, _ tenant: inout TenantRecord) {
        let term = table.attribute(.actionName, of: part(.action, .action), .string)
        let names = table.schema.actionNames
        question.action =
            encoder.knows(term)
            ? names.first { isEqual(term, table.constant(.string($0), .string)) } ?? names.first ?? "nothing"
            : names.first ?? "nothing"
        if let type = table.schema.action(question.action) {
            question.actionProperties = record(of: part(.action, .action), type.properties, &tenant)
        }
        let resource = part(.resource, .resource)
        let typeTerm = table.attribute(.recordType, of: resource, .string)
        let types = table.schema.resources(of: question.action)
        let needed = table.schema.actions[question.action]?.resources != nil
        if isThere(typeTerm) || needed,
            let type = types.first(where: { isEqual(typeTerm, table.constant(.string($0.name), .string)) })
                ?? types.first
        {
            let idTerm = table.attribute(.recordID, of: resource, .string)
            question.resource = .init(
                type: type.name, id: isThere(idTerm) ? ExactName(string(idTerm)) : nil,
                properties: record(of: resource, type.properties, &tenant))
        }
        question.context = record(of: part(.context, .context), table.schema.context.properties, &tenant)
    }

    // MARK: Tokens and their holders

    private static func id(_ number: Int) -> TokenID { TokenID(high: 0, low: UInt64(number)) }

    private mutating func token(
        _ term: FactTable.ID, _ number: Int, _ now: Instant, _ tenant: inout TenantRecord
    ) -> TokenRecord {
        func attribute(_ attribute: Attribute, _ type: ValueType) -> FactTable.ID {
            table.attribute(attribute, of: term, type)
        }
        func optional(_ own: Attribute) -> ExactName? {
            let id = attribute(own, .string)
            return isThere(id) ? ExactName(string(id)) : nil
        }
        func moment(_ own: Attribute, _ other: Instant) -> Instant {
            if case .instant(let instant)? = time(attribute(own, .instant)) { instant } else { other }
        }
        let kindTerm = attribute(.kind, .string)
        let isMobile = isEqual(kindTerm, table.constant(.string(TokenKind.mobile.rawValue), .string))
        let day: Int64 = 86_400_000_000
        let created = moment(.created, Instant(microseconds: now.microseconds - 10 * day))
        let expires = moment(
            .expires,
            isMobile ? TokenKind.mobileExpiry(login: created) : Instant(microseconds: now.microseconds + 60 * day))
        let lastActive = attribute(.lastActive, .instant)
        let dormant = attribute(.dormantSince, .instant)
        return TokenRecord(
            id: Self.id(number), kind: isMobile ? .mobile : .api,
            name: isMobile ? "" : optional(.tokenName) ?? ExactName("example \(number)"),
            assignment: assignment(of: term, number, &tenant).id, created: created, expires: expires,
            lastActive: isThere(lastActive) ? moment(.lastActive, created) : nil,
            dormantSince: isThere(dormant) ? moment(.dormantSince, created) : nil,
            description: optional(.tokenDescription), contact: optional(.tokenContact),
            ceiling: ceiling(of: term, &tenant))
    }

    /// A ceiling with what was found of it; one that limits nothing where no more was found than that it is there.
    private func ceiling(of token: FactTable.ID, _ tenant: inout TenantRecord) -> Ceiling? {
        guard isThere(table.attribute(.ceiling, of: token, .ceiling)) else { return nil }
        var ceiling = Ceiling()
        let actor = table.attribute(.actor, of: table.request, .actor)
        let acting = context.kind == .access ? token : table.attribute(.actorToken, of: actor, .token)
        let holder = token == acting && context.kind != .access ? actor : token
        let beyond = table.attribute(.beyondCeiling, of: table.request, .string)
        let exceeded = token == acting && isThere(beyond) ? namedString(beyond).flatMap(Ceiling.Part.init) : nil
        let held = [table.attribute(.user, of: holder, .user), table.attribute(.userType, of: holder, .userType)]
        let lost = held.flatMap(permitted).filter { !isTrue(.permits(holder, $0)) }
        if exceeded == .permissions || !lost.isEmpty {
            ceiling.permissions = permitted(holder) + ["example.nothing"]
        }
        let isLess = encoder.terms.contains { id in
            let node = table.node(id)
            return node.operation == .isWithin && table.departmentHolder(node.b) == holder
                && isTrue(.within(node.a, node.b)) && !found.holds(encoder.holds(id))
        }
        if exceeded == .departments || isLess {
            if !tenant.departments.contains(where: { $0.id == "left" }) {
                tenant.departments.append(DepartmentRecord(id: "left", name: "Left"))
            }
            ceiling.departments = ["left"]
        }
        switch exceeded {
        case .networks: ceiling.networks = (try? IPNetwork("192.0.2.255")).map { [$0] }
        case .hours: ceiling.hours = Ceiling.Hours("mon 03:00-03:01")
        case .purpose: ceiling.purpose = "example purpose"
        case .uses: ceiling.uses = 1
        case .permissions, .departments, nil: break
        }
        if ceiling.isEmpty { ceiling.permissions = ["*"] }
        return ceiling
    }

    /// The user and the assignment of a holder, which are made where they are missing.
    private mutating func assignment(
        of holder: FactTable.ID, _ number: Int, _ tenant: inout TenantRecord
    ) -> (user: ExactName, id: ExactName) {
        let id = ExactName("assignment \(number)")
        if let user = tenant.users.first(where: { $0.assignments.contains { $0.id == id } }) { return (user.id, id) }
        let userTerm = table.attribute(.user, of: holder, .user)
        let user = user(isThere(userTerm) ? userTerm : nil, &tenant)
        let departmentTerm = table.attribute(.department, of: holder, .department)
        let department = department(isThere(departmentTerm) ? departmentTerm : nil, &tenant)
        let type = userType(of: holder, user, &tenant)
        let place = tenant.users.firstIndex { $0.id == user }!
        tenant.users[place].assignments.append(AssignmentRecord(id: id, department: department, userType: type))
        return (user, id)
    }

    /// The id of the user of a term; of a new one without a term.
    mutating func user(_ term: FactTable.ID?, _ tenant: inout TenantRecord) -> ExactName {
        if let term, let known = classes.users.first(where: { isEqual($0.term, term) }) { return known.id }
        let count = tenant.users.count + 1
        var record = UserRecord(
            id: "user\(count)", name: "user\(count)", fullName: "User \(count)", email: "user\(count)@example.org")
        if let term {
            record.id = text(.id, of: term) ?? record.id
            record.name = text(.name, of: term) ?? record.name
            record.email = text(.email, of: term) ?? record.email
            record.isActive = isActive(term)
            record.permissions = permitted(term)
            classes.users.append((term, record.id))
        }
        tenant.users.append(record)
        return record.id
    }

    private mutating func userType(
        of holder: FactTable.ID, _ user: ExactName, _ tenant: inout TenantRecord
    ) -> ExactName {
        let term = table.attribute(.userType, of: holder, .userType)
        if isThere(term), let known = classes.userTypes.first(where: { isEqual($0.term, term) }) { return known.id }
        let count = tenant.userTypes.count + 1
        var record = UserTypeRecord(id: "type\(count)", name: "Type \(count)")
        if isThere(term) {
            record.id = text(.id, of: term) ?? record.id
            record.name = text(.name, of: term) ?? record.name
            record.isActive = isActive(term)
            classes.userTypes.append((term, record.id))
        }
        let personal = tenant.users.first { $0.id == user }?.permissions ?? []
        record.permissions = Set(permitted(holder) + permitted(term)).subtracting(personal).sorted() + rest(of: holder)
        tenant.userTypes.append(record)
        return record.id
    }

    /// The permissions that a holder was found to have.
    private func permitted(_ holder: FactTable.ID) -> [ExactName] {
        (explored.formula.permissions[holder] ?? []).filter { isTrue(.permits(holder, $0)) }
    }

    private func isActive(_ term: FactTable.ID) -> Bool {
        let id = table.attribute(.isActive, of: term, .boolean)
        return !encoder.knows(id) || found.holds(encoder.holds(id))
    }

    private func text(_ attribute: Attribute, of term: FactTable.ID) -> ExactName? {
        let id = table.attribute(attribute, of: term, .string)
        return encoder.knows(id) ? namedString(id).map { ExactName($0) } : nil
    }

    // MARK: Departments

    /// The id of the department of a term; of one that no term names.
    mutating func department(_ term: FactTable.ID?, _ tenant: inout TenantRecord) -> ExactName {
        guard let term else {
            if let home = classes.home { return home }
            let record = DepartmentRecord(id: "home", name: "Home")
            tenant.departments.append(record)
            classes.home = record.id
            return record.id
        }
        if let known = classes.departments.first(where: { isEqual($0.term, term) }) { return known.id }
        let count = classes.departments.count + 1
        let id = text(.id, of: term) ?? ExactName("department\(count)")
        let name = text(.name, of: term) ?? ExactName("Department \(count)")
        classes.departments.append((term, id))
        tenant.departments.append(DepartmentRecord(id: id, name: name, isActive: isActive(term)))
        return id
    }

    /// A permission that stands for all that atoms do not name, of one holder in one department.
    private func rest(_ holder: FactTable.ID, _ department: FactTable.ID) -> ExactName {
        "other.permission\(holder)_\(department)"
    }

    /// The permissions that a holder needs besides named ones, for the departments that it was found to meet.
    private func rest(of holder: FactTable.ID) -> [ExactName] {
        explored.formula.atoms.compactMap { atom in
            guard case .meetsRest(let other, let department) = atom, other != holder, !isTrue(atom) else { return nil }
            return rest(other, department)
        }
    }

    /// Adds the departments that no record names yet, and gives each its parent and its requirements.
    private mutating func finish(_ tenant: inout TenantRecord) {
        for term in encoder.terms
        where table.type(term) == .department && table.constant(term) == nil && isThere(term) {
            _ = department(term, &tenant)
        }
        func isWithin(_ one: FactTable.ID, _ other: FactTable.ID) -> Bool { isTrue(.within(one, other)) }
        let all = classes.departments
        for (term, id) in all {
            let above = all.filter { $0.id != id && isWithin(term, $0.term) }
            let parent = above.max { one, other in
                above.count { isWithin(one.term, $0.term) } < above.count { isWithin(other.term, $0.term) }
            }
            let place = tenant.departments.firstIndex { $0.id == id }!
            tenant.departments[place].parent = parent?.id
            var required: Set<ExactName> = []
            for atom in explored.formula.atoms {
                switch atom {
                case .requires(term, let name) where isTrue(atom): required.insert(name)
                case .meetsRest(let holder, term) where !isTrue(atom): required.insert(rest(holder, term))
                default: break
                }
            }
            tenant.departments[place].requires = required.sorted()
        }
        // Those above come first, as stores keep them.
        func depth(_ record: DepartmentRecord) -> Int {
            var (count, next) = (0, record.parent)
            while let id = next, count < tenant.departments.count {
                count += 1
                next = tenant.departments.first { $0.id == id }?.parent
            }
            return count
        }
        let depths = tenant.departments.map(depth)
        tenant.departments = zip(depths, tenant.departments).sorted { $0.0 < $1.0 }.map(\.1)
    }
}

/// The records that were made, by the terms that they stand for.
private struct ExampleClasses {
    var users: [(term: FactTable.ID, id: ExactName)] = []
    var userTypes: [(term: FactTable.ID, id: ExactName)] = []
    var departments: [(term: FactTable.ID, id: ExactName)] = []
    var home: ExactName?
}
