internal import Decisions
internal import Model
internal import Policies

/// The requests that a diff decides for each token of a tenant.
struct DiffSamples {
    private let sides: PairedAuthorizers
    private let tenant: ExactName
    /// Each action, on each type of resource, in each department.
    let usual: [DecisionDiff.SampleRequest]
    /// False where only a token's own department and one other are asked about.
    let coversDepartments: Bool

    /// - Parameter most: the most requests.
    init(_ sides: PairedAuthorizers, tenant: ExactName, most: Int) {
        self.sides = sides
        self.tenant = tenant
        let schemas = [sides.before, sides.after].map(\.authorizer.policies.schema)
        var forms: [(action: ExactName, resource: ExactName?, hasDepartment: Bool)] = []
        for action in Set(schemas.flatMap(\.actionNames)).sorted() {
            if schemas.contains(where: { $0.actions[action]?.resources == nil && $0.actions[action] != nil }) {
                forms.append((action, nil, false))
            }
            for type in Set(schemas.flatMap { $0.resources(of: action) }.map(\.name)).sorted() {
                let hasDepartment = schemas.contains { schema in
                    schema.resource(type).map { schema.resources[$0] }?.property(at: ["department"])?.type
                        == .department
                }
                forms.append((action, type, hasDepartment))
            }
        }
        let directory = sides.after.directory.tenant(tenant) == nil ? sides.before.directory : sides.after.directory
        let departments = Self.departments(sides, tenant)
        let placed = forms.count(where: \.hasDepartment)
        coversDepartments = placed * departments.count <= most
        let shown = coversDepartments ? departments : Array(departments.prefix(1))
        usual = forms.flatMap { form -> [DecisionDiff.SampleRequest] in
            let stated = Self.required(form.action, form.resource, schemas, directory, tenant)
            let plain = DecisionDiff.SampleRequest(form.action, resource: form.resource, stated: stated)
            guard form.hasDepartment else { return [plain] }
            return [
                plain, DecisionDiff.SampleRequest(form.action, resource: form.resource, place: .own, stated: stated),
            ]
                + shown.map {
                    DecisionDiff.SampleRequest(
                        form.action, resource: form.resource, place: .department($0), stated: stated)
                }
        }
    }

    /// The ids of the departments of a tenant: those that it has before, then those that are new.
    private static func departments(_ sides: PairedAuthorizers, _ tenant: ExactName) -> [ExactName] {
        var known: Set<ExactName> = []
        return [sides.before.directory, sides.after.directory].flatMap { directory in
            directory.tenant(tenant).map { number in
                directory.departments.filter { $0.tenant == number }.map(\.id)
            } ?? []
        }.filter { known.insert($0).inserted }
    }

    /// Made-up values for the properties that one of the schemas requires, but for a department.
    private static func required(
        _ action: ExactName, _ resource: ExactName?, _ schemas: [Schema], _ directory: Directory, _ tenant: ExactName
    ) -> [Change] {
        var changes: [Change] = []
        for schema in schemas {
            let question = AuthorizationRequest(
                action: action, subject: .token(""), resource: resource.map { .init(type: $0, id: nil) },
                tenant: tenant,
                now: Instant(microseconds: 0))
            for (record, type) in schema.records(of: question) {
                for declared in type.properties where !declared.isOptional {
                    let property = Change.Property(record, declared.name)
                    let isKnown = changes.contains { $0.property == property }
                    let isDepartment = record == .resource && declared.name == "department"
                    guard !isKnown, !isDepartment,
                        let value = ConditionSolver.sample(declared.type, directory, question)
                    else { continue }
                    changes.append(.property(property, .init(value)))
                }
            }
        }
        return changes
    }

    /// Further requests: the same, with values of properties that a policy of either side reads, and that may turn its
    /// decision.
    /// - Returns: also true when there were more than are returned.
    func suggested(
        by samples: [DecisionDiff.SampleRequest], at now: Instant, most: Int
    ) -> (samples: [DecisionDiff.SampleRequest], isCut: Bool) {
        var found: [Form: [[Change]]] = [:]
        var known: [Form: Set<[Change]>] = [:]
        var paths: Set<Path> = []
        var isCut = false
        for (index, side) in [sides.before, sides.after].enumerated() {
            for token in representatives(of: side) {
                let own = side.directory.departments[
                    side.directory.assignments[side.directory.tokens[token].assignment].department
                ].id
                for sample in samples {
                    guard sample.place == .nowhere || sample.place == .own || sample.place == .department(own) else {
                        continue
                    }
                    let question = sample.question(
                        department: sample.place == .nowhere ? nil : own, side.directory.tokens[token].id, now)
                    guard var request = try? side.authorizer.request(question, on: side.directory) else { continue }
                    let (summary, path) = side.authorizer.tracedSummary(&request, obligations: .all)
                    let form = Form(action: sample.action, resource: sample.resource)
                    // The same facts had the same values before: they suggest the same.
                    if let path,
                        !paths.insert(Path(side: index, form: form, stated: sample.stated, path: path)).inserted
                    {
                        continue
                    }
                    guard summary.isOfPolicies, let traced = try? side.authorizer.examine(question, on: side.directory),
                        let suggestions = ChangeSuggestions(traced, side.authorizer)
                    else { continue }
                    for change in traced.facts.flatMap(suggestions.requests) {
                        guard let property = change.property, !property.isPlace else { continue }
                        let stated = Self.stating(sample.stated, change, of: property)
                        guard known[form]?.contains(stated) != true else { continue }
                        guard found[form]?.count ?? 0 < most else {
                            isCut = true
                            continue
                        }
                        known[form, default: []].insert(stated)
                        found[form, default: []].append(stated)
                    }
                }
            }
        }
        // Every request states each of them, in every department.
        let next = usual.flatMap { sample in
            (found[Form(action: sample.action, resource: sample.resource)] ?? []).map { stated in
                DecisionDiff.SampleRequest(
                    sample.action, resource: sample.resource, place: sample.place, stated: stated)
            }
        }
        return (next, isCut)
    }

    private struct Form: Hashable {
        let action: ExactName
        let resource: ExactName?
    }

    private struct Path: Hashable {
        let side: Int
        let form: Form
        let stated: [Change]
        let path: [UInt32]
    }

    private static func stating(_ stated: [Change], _ change: Change, of property: Change.Property) -> [Change] {
        var others = stated.filter { $0.property.map(property.contains) != true }
        for (place, other) in others.enumerated() {
            guard let whole = other.absorbing(change) else { continue }
            others[place] = whole
            return others
        }
        return others + [change]
    }

    /// One token of each department, user type, kind and set of own permissions.
    private func representatives(of side: (authorizer: Authorizer, directory: Directory)) -> [Int] {
        guard let number = side.directory.tenant(tenant) else { return [] }
        var classes = EquivalenceClasses(side.directory)
        var seen: Set<Int> = []
        return side.directory.tokens.indices.filter { index in
            let token = side.directory.tokens[index]
            return token.tenant == number && seen.insert(classes.number(token.assignment, token.kind)).inserted
        }
    }
}

extension Change.Property {
    /// True for the department of a resource, which is asked about in its own way.
    fileprivate var isPlace: Bool { self == Change.Property(.resource, "department") }
}
