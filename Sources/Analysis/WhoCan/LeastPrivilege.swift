package import Decisions
internal import Engine
package import Model
internal import Policies

/// The permissions that a token needs for its recorded uses.
///
/// Every use that is permitted now is decided again without a permission; one without which all uses stay permitted is
/// superfluous. The remaining set was decided as a whole, and removing any one of it denies some use.
package struct LeastPrivilege: Sendable {
    /// A permission as it was granted, and the part of it that is needed.
    package struct Grant: Sendable {
        /// A name, or a pattern.
        package let permission: ExactName
        package let sources: [Rights.Source]
        package let needed: [ExactName]
    }

    /// Every permission that the token has, among those that the schema declares or a department requires.
    package let held: [ExactName]
    package private(set) var needed: [ExactName] = []
    package var superfluous: [ExactName] { held.filter { !needed.contains($0) } }
    /// By name; a grant of which nothing is needed can be removed.
    package private(set) var grants: [Grant] = []
    /// The number of different uses that were decided again, and of those that could not be, or are not permitted now.
    package private(set) var uses = 0
    package private(set) var unusable = 0
    package private(set) var isComplete = true

    /// The greatest number of different uses that are decided again.
    private static let mostUses = 5_000

    /// - Parameters:
    ///   - token: its number in the directory.
    ///   - log: decisions; those of other tokens, and denials, are skipped.
    ///   - now: the time for deciding the uses again; `nil` for the time of each use.
    package init(
        _ token: Int, _ log: [DecisionRecord], now: Instant? = nil, _ authorizer: Authorizer, on directory: Directory,
        progress: Progress = { _, _ in true }
    ) {
        let record = directory.tokens[token]
        let assignment = directory.assignments[record.assignment]
        let user = directory.users[assignment.user]
        let type = directory.userTypes[assignment.userType]
        // A department may require a permission that is not an action.
        let required = directory.departments.filter { $0.tenant == record.tenant }.flatMap(\.requires)
        held = Set(authorizer.policies.schema.actionNames + required).sorted().filter(assignment.permissions.permits)
        let organisation = Organisation(
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
            let action = "\(question.action) \(question.actionProperties.compact)"
            let key = "\(action) \(resource) \(question.context.compact)"
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
        guard let tenant = organisation.tenants.first else { return }
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
            var changed = organisation
            changed.tenants = [tenant]
            guard let directory = try? Directory(changed) else { return false }
            return questions.allSatisfy { (try? authorizer.decisionSummary($0, on: directory).isPermitted) ?? false }
        }
        // First removes everything that nothing has read, if that is enough; then tries the rest one by one.
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
