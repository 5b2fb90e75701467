package import Decisions
package import Model
internal import Policies

/// Which of its permissions a token needs for what it was really used for.
///
/// Every use that is permitted now is asked again without a permission; one without which all stay permitted is
/// superfluous. What remains was decided as a whole, and without any one of it some use is denied.
package struct LeastPrivilege: Sendable {
    /// A permission as it was granted, and what of it is needed.
    package struct Grant: Sendable {
        /// A name, or a pattern.
        package let permission: ExactName
        package let sources: [Rights.Source]
        package let needed: [ExactName]
    }

    /// Every permission that it has, of those that the schema knows or a department requires.
    package let held: [ExactName]
    package private(set) var needed: [ExactName] = []
    package var superfluous: [ExactName] { held.filter { !needed.contains($0) } }
    /// By name; one that needs nothing can go.
    package private(set) var grants: [Grant] = []
    /// How many different uses were asked again, and how many could not be, or are not permitted now.
    package private(set) var uses = 0
    package private(set) var unusable = 0
    package private(set) var isComplete = true

    /// More different uses are not asked again.
    private static let mostUses = 5_000

    /// - Parameters:
    ///   - token: its number in the directory.
    ///   - log: decisions; those of other tokens, and those that were not permitted, are passed over.
    ///   - now: when the uses are asked again; `nil` for when each was.
    package init(
        _ token: Int, _ log: [DecisionRecord], now: Instant? = nil, _ authorizer: Authorizer, on directory: Directory,
        progress: Progress = { _, _ in true }
    ) {
        let record = directory.tokens[token]
        let assignment = directory.assignments[record.assignment]
        let user = directory.users[assignment.user]
        let type = directory.userTypes[assignment.userType]
        // A department may require what is no action.
        let required = directory.departments.filter { $0.tenant == record.tenant }.flatMap(\.requires)
        held = Set(authorizer.policies.schema.actionNames + required).sorted().filter(assignment.permissions.permits)
        let world = Organisation(
            of: directory, tenant: record.tenant, users: { directory.users[$0].tenant == record.tenant },
            tokens: { $0 == token })
        var questions: [AuthorizationRequest] = []
        var seen: Set<ExactName> = []
        var read: Set<ExactName> = []
        for entry in log where entry.isPermitted {
            guard case .token(let id) = entry.question.subject, TokenID(id) == record.id else { continue }
            var question = entry.question
            question.obligations = .all
            if let now { question.now = now }
            let resource = question.resource.map { "\($0.type) \($0.properties.compact)" } ?? ""
            let key = "\(question.action) \(resource) \(question.context.compact)"
            guard seen.insert(ExactName(key)).inserted else { continue }
            guard questions.count < Self.mostUses else {
                isComplete = false
                break
            }
            guard !entry.isMasked, let traced = try? authorizer.examine(question, on: directory),
                traced.decision.isPermitted
            else {
                unusable += 1
                continue
            }
            questions.append(question)
            for part in traced.facts.flatMap(\.parts) {
                switch part.operation {
                case .can, .permits: if case .string(let name) = part.operands[1].value { read.insert(ExactName(name)) }
                case .meets, .covers: read.formUnion(held)
                default: break
                }
            }
        }
        uses = questions.count
        guard let tenant = world.tenants.first else { return }
        func suffices(_ permissions: [ExactName]) -> Bool {
            var tenant = tenant
            for place in tenant.userTypes.indices where tenant.userTypes[place].id == type.id {
                tenant.userTypes[place].permissions = permissions.filter(type.permissions.permits)
            }
            for place in tenant.users.indices where tenant.users[place].id == user.id {
                tenant.users[place].permissions = permissions.filter {
                    user.permissions.permits($0) && !type.permissions.permits($0)
                }
            }
            var changed = world
            changed.tenants = [tenant]
            guard let directory = try? Directory(changed) else { return false }
            return questions.allSatisfy { (try? authorizer.summary($0, on: directory).isPermitted) ?? false }
        }
        // What nothing has read goes at once, where that is right; the rest one by one.
        var needed = held.filter(read.contains)
        if !suffices(needed) { needed = held }
        for (number, permission) in needed.enumerated() {
            guard progress(number, held.count) else {
                isComplete = false
                break
            }
            let rest = needed.filter { $0 != permission }
            if suffices(rest) { needed = rest }
        }
        self.needed = needed
        grants = Rights(of: record.assignment, in: directory).grants.map { grant in
            Grant(
                permission: grant.permission, sources: grant.sources,
                needed: needed.filter(PermissionSet([grant.permission]).permits))
        }
    }
}
