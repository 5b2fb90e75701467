package import Decisions
package import Model
internal import Policies

/// Which tokens are answered otherwise afterwards, or by the other policies: each asked some samples, on both sides.
package struct Shifts: Sendable {
    /// Something that every token is asked.
    package struct Sample: Hashable, Sendable {
        package enum Place: Hashable, Sendable {
            case nowhere
            /// Where the token is, as it is on the first side.
            case own
            /// A department's id.
            case department(String)
        }

        package let action: String
        package let resource: String?
        package let place: Place

        /// - Parameter resource: its type; one that declares a department, where a place is named.
        package init(_ action: String, resource: String? = nil, place: Place = .nowhere) {
            self.action = action
            self.resource = resource
            self.place = place
        }
    }

    package struct Row: Sendable {
        package let token: TokenID
        /// Its number on the first side.
        package let number: Int
        package let sample: Sample
        package let before: Judgement
        package let after: Judgement

        package var isTurned: Bool { before.isPermitted != after.isPermitted }
    }

    /// The first of them, by token and sample: those that are turned, and those that are denied for another reason.
    package private(set) var rows: [Row] = []
    /// How many rows there are, with those that are not kept.
    package private(set) var count = 0
    /// How many tokens lose something, and how many gain.
    package private(set) var losing = 0
    package private(set) var gaining = 0
    package private(set) var asked = 0
    package private(set) var isComplete = true

    /// Every action, on nothing and on the resources of the token's own department.
    package static func samples(of point: DecisionPoint) -> [Sample] {
        let schema = point.policies.schema
        let type = schema.resources.first {
            $0.properties.contains { $0.name == "department" && $0.type == .department }
        }
        return schema.actionNames.flatMap { action in
            [Sample(action)] + (type.map { [Sample(action, resource: $0.name, place: .own)] } ?? [])
        }
    }

    /// - Parameters:
    ///   - tenant: its id.
    ///   - now: when they are asked, on each side.
    ///   - most: how many rows are kept.
    package init(
        _ sides: SideBySide, _ samples: [Sample], tenant: String, now: (before: Instant, after: Instant),
        most: Int = 1_000, progress: Progress = { _, _ in true }
    ) {
        let before = Panel(sides.before.point, sides.before.directory, tenant, now.before)
        let after = Panel(sides.after.point, sides.after.directory, tenant, now.after)
        let directory = sides.before.directory
        guard let number = directory.tenant(tenant) else { return }
        for token in directory.tokens.indices {
            if token % 1_000 == 0, !progress(token, directory.tokens.count) {
                isComplete = false
                return
            }
            let record = directory.tokens[token]
            guard record.tenant == number else { continue }
            asked += 1
            var (isLosing, isGaining) = (false, false)
            let own = directory.departments[directory.assignments[record.assignment].department].id
            let twin = sides.after.directory.token(record.id)
            for sample in samples {
                guard let one = before.judge(token, sample, own: own) else { continue }
                let gone = Judgement(isPermitted: false, code: "token_unknown")
                guard let other = twin == nil ? gone : after.judge(twin!, sample, own: own), one != other else {
                    continue
                }
                isLosing = isLosing || one.isPermitted && !other.isPermitted
                isGaining = isGaining || !one.isPermitted && other.isPermitted
                count += 1
                if rows.count < most {
                    rows.append(Row(token: record.id, number: token, sample: sample, before: one, after: other))
                }
            }
            losing += isLosing ? 1 : 0
            gaining += isGaining ? 1 : 0
        }
    }
}

/// One side: requests made ready, in which tokens are put one after another.
private final class Panel {
    private struct Key: Hashable {
        let sample: Shifts.Sample
        let department: String?
    }

    private let point: DecisionPoint
    private let directory: Directory
    private let tenant: String
    private let now: Instant
    private var requests: [Key: Request?] = [:]

    init(_ point: DecisionPoint, _ directory: Directory, _ tenant: String, _ now: Instant) {
        self.point = point
        self.directory = directory
        self.tenant = tenant
        self.now = now
    }

    /// - Returns: `nil` when it is no question here.
    func judge(_ token: Int, _ sample: Shifts.Sample, own: String) -> Judgement? {
        let department: String?
        switch sample.place {
        case .nowhere: department = nil
        case .own: department = own
        case .department(let id): department = id
        }
        let key = Key(sample: sample, department: department)
        if requests[key] == nil { requests[key] = .some(request(sample, department, token)) }
        guard var request = requests.removeValue(forKey: key)! else {
            requests[key] = .some(nil)
            return nil
        }
        defer { requests[key] = .some(request) }
        request.set(.token, .listed(token))
        return point.judge(&request, obligations: .all)
    }

    private func request(_ sample: Shifts.Sample, _ department: String?, _ token: Int) -> Request? {
        let properties = department.map { JSON.object([.init("department", .string($0))]) }
        let question = Question(
            action: sample.action, subject: .token(directory.tokens[token].id.description),
            resource: sample.resource.map { .init(type: $0, id: nil, properties: properties ?? .object([])) },
            tenant: tenant, now: now, obligations: .all)
        return try? point.request(question, on: directory)
    }
}
