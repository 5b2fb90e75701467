package import Decisions
package import Model
internal import Policies

/// The tokens whose decisions differ between two sides, found by deciding sample requests for each token on both.
package struct DecisionDiff: Sendable {
    /// One request that is decided for every token.
    package struct SampleRequest: Hashable, Sendable {
        package enum Place: Hashable, Sendable {
            case nowhere
            /// The token's department, as it is on the first side.
            case own
            /// A department's id.
            case department(ExactName)
        }

        package let action: ExactName
        package let resource: ExactName?
        package let place: Place
        /// The properties that it states besides the department.
        package let stated: [Change]
        /// The id of the resource.
        package let id: ExactName?

        /// - Parameter resource: its type; one that declares a department, when a place is given.
        package init(
            _ action: ExactName, resource: ExactName? = nil, place: Place = .nowhere, stated: [Change] = [],
            id: ExactName? = nil
        ) {
            self.action = action
            self.resource = resource
            self.place = place
            self.stated = stated
            self.id = id
        }
    }

    package struct Row: Sendable {
        package let token: TokenID
        /// Its number on the first side.
        package let number: Int
        package let sample: SampleRequest
        package let before: DecisionSummary
        package let after: DecisionSummary

        package var isTurned: Bool { before.isPermitted != after.isPermitted }
    }

    /// The turned rows, and those that are denied for another reason, by token and sample. Only the rows of the first
    /// tokens are kept.
    package private(set) var rows: [Row] = []
    /// The number of rows, including those that are not kept.
    package private(set) var count = 0
    /// The numbers of tokens that lose something, that gain something, and that do either.
    package private(set) var losing = 0
    package private(set) var gaining = 0
    package private(set) var turned = 0
    package private(set) var asked = 0
    package private(set) var isComplete = true

    /// Every action: without a resource, on a resource of the token's own department, and on one of each department
    /// that the changes name.
    package static func samples(of authorizer: Authorizer, for changes: [Change] = []) -> [SampleRequest] {
        let schema = authorizer.policies.schema
        let departments = Set(changes.compactMap(\.department)).sorted()
        return schema.actionNames.flatMap { action -> [SampleRequest] in
            let type = schema.resources(of: action).first {
                $0.properties.contains { $0.name == "department" && $0.type == .department }
            }
            guard let type else { return [SampleRequest(action)] }
            let places = [SampleRequest.Place.own] + departments.map(SampleRequest.Place.department)
            return [SampleRequest(action)] + places.map { SampleRequest(action, resource: type.name, place: $0) }
        }
    }

    /// - Parameters:
    ///   - tenant: its id.
    ///   - now: the time of the requests, on each side.
    ///   - most: the greatest number of tokens whose rows are kept, counted separately for turned rows and for others.
    package init(
        _ sides: PairedAuthorizers, _ samples: [SampleRequest], tenant: ExactName,
        now: (before: Instant, after: Instant),
        most: Int = 1_000, progress: Progress = { _, _ in true }
    ) {
        let before = BulkEvaluator(sides.before.authorizer, sides.before.directory, tenant, samples, now.before)
        let after = BulkEvaluator(sides.after.authorizer, sides.after.directory, tenant, samples, now.after)
        let directory = sides.before.directory
        guard let number = directory.tenant(tenant) else { return }
        let gone = [DecisionSummary?](
            repeating: DecisionSummary(isPermitted: false, code: "token_unknown"), count: samples.count)
        // Rows that differ only in the reason for a deny must not displace turned ones.
        var others = 0
        for token in directory.tokens.indices {
            if token % 1_000 == 0, !progress(token, directory.tokens.count) {
                isComplete = false
                return
            }
            let record = directory.tokens[token]
            guard record.tenant == number else { continue }
            asked += 1
            let own = directory.assignments[record.assignment].department
            let one = before.summaries(token, in: directory.departments[own].id)
            let twin = sides.after.directory.token(record.id)
            let other = twin.map { after.summaries($0, in: directory.departments[own].id) } ?? gone
            var found: [Row] = []
            for sample in samples.indices {
                guard let one = one[sample], let other = other[sample], one != other else { continue }
                found.append(Row(token: record.id, number: token, sample: samples[sample], before: one, after: other))
            }
            guard !found.isEmpty else { continue }
            count += found.count
            let isLosing = found.contains { $0.isTurned && $0.before.isPermitted }
            let isGaining = found.contains { $0.isTurned && $0.after.isPermitted }
            losing += isLosing ? 1 : 0
            gaining += isGaining ? 1 : 0
            if isLosing || isGaining {
                turned += 1
                if turned <= most { rows += found }
            } else {
                others += 1
                if others <= most { rows += found }
            }
        }
    }
}
