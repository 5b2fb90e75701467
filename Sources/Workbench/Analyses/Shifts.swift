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

    /// Every action, on nothing, on a resource of the token's own department, and on one of each department that changes
    /// speak of.
    package static func samples(of point: DecisionPoint, for changes: [Change] = []) -> [Sample] {
        let schema = point.policies.schema
        let type = schema.resources.first {
            $0.properties.contains { $0.name == "department" && $0.type == .department }
        }
        let departments = Set(changes.compactMap(\.department)).sorted()
        return schema.actionNames.flatMap { action -> [Sample] in
            guard let type else { return [Sample(action)] }
            let places = [Sample.Place.own] + departments.map(Sample.Place.department)
            return [Sample(action)] + places.map { Sample(action, resource: type.name, place: $0) }
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
        let before = Panel(sides.before.point, sides.before.directory, tenant, samples, now.before)
        let after = Panel(sides.after.point, sides.after.directory, tenant, samples, now.after)
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
            for sample in samples.indices {
                guard let one = before.judge(token, sample, own: own) else { continue }
                let gone = Judgement(isPermitted: false, code: "token_unknown")
                guard let other = twin == nil ? gone : after.judge(twin!, sample, own: own), one != other else {
                    continue
                }
                isLosing = isLosing || one.isPermitted && !other.isPermitted
                isGaining = isGaining || !one.isPermitted && other.isPermitted
                count += 1
                if rows.count < most {
                    rows.append(
                        Row(token: record.id, number: token, sample: samples[sample], before: one, after: other))
                }
            }
            losing += isLosing ? 1 : 0
            gaining += isGaining ? 1 : 0
        }
    }
}

/// One side: requests made ready, in which tokens are put one after another.
private final class Panel {
    /// One sample, in one department or in none.
    private final class Form {
        var request: Request?
        /// By assignment and kind, what every live token of these gets.
        var judgements: [Int: Judgement] = [:]
        /// For a path of facts, whether nothing was read of the token but these.
        var isShared: [[UInt32]: Bool] = [:]
    }

    private let point: DecisionPoint
    private let directory: Directory
    private let tenant: Int?
    private let now: Instant
    private let samples: [Shifts.Sample]
    /// By sample, and by department, which is -1 for none.
    private var forms: [[Int: Form]]

    init(_ point: DecisionPoint, _ directory: Directory, _ tenant: String, _ samples: [Shifts.Sample], _ now: Instant) {
        self.point = point
        self.directory = directory
        self.tenant = directory.tenant(tenant)
        self.samples = samples
        self.now = now
        forms = samples.map { _ in [:] }
    }

    /// - Parameter own: the department's id that is the token's own.
    /// - Returns: `nil` when it is no question here.
    func judge(_ token: Int, _ sample: Int, own: String) -> Judgement? {
        let department: Int
        switch samples[sample].place {
        case .nowhere: department = -1
        case .own: department = number(own)
        case .department(let id): department = number(id)
        }
        guard department >= -1 else { return nil }
        let form = form(sample, department, token)
        guard form.request != nil else { return nil }
        let record = directory.tokens[token]
        let kin = record.assignment * 2 + (record.kind == .api ? 0 : 1)
        if let known = form.judgements[kin] {
            let fault = Liveness.fault(record, in: directory, now: now)
            return fault.map { Judgement(isPermitted: false, code: $0) } ?? known
        }
        form.request!.set(.token, .listed(token))
        let judgement = point.judge(&form.request!, obligations: .all)
        guard judgement.isOfPolicies, let path = point.path else { return judgement }
        if form.isShared[path] == nil {
            let examination = try? point.examine(question(sample, department, token), on: directory)
            form.isShared[path] = examination?.readsOnlyAssignment ?? false
        }
        if form.isShared[path]! { form.judgements[kin] = judgement }
        return judgement
    }

    /// -2 where there is none of that id.
    private func number(_ id: String) -> Int { tenant.flatMap { directory.department(id, tenant: $0) } ?? -2 }

    private func form(_ sample: Int, _ department: Int, _ token: Int) -> Form {
        if let known = forms[sample][department] { return known }
        let form = Form()
        form.request = try? point.request(question(sample, department, token), on: directory)
        forms[sample][department] = form
        return form
    }

    private func question(_ sample: Int, _ department: Int, _ token: Int) -> Question {
        var properties = JSON.object([])
        if department >= 0 {
            properties = .object([.init("department", .string(directory.departments[department].id))])
        }
        return Question(
            action: samples[sample].action, subject: .token(directory.tokens[token].id.description),
            resource: samples[sample].resource.map { .init(type: $0, id: nil, properties: properties) }, now: now,
            obligations: .all)
    }
}
