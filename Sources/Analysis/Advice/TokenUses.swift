internal import Decisions
package import Model

/// The requests that one token made, as a decision log has them.
///
/// A token makes a request as the subject, or as the actor of an administrative request.
package struct TokenUses: Sendable {
    /// The numbers of its requests in the window that were permitted, and that were denied.
    package fileprivate(set) var permitted = 0
    package fileprivate(set) var denied = 0
    /// The times of the first and of the last permitted request in the window.
    package fileprivate(set) var first: Instant?
    package fileprivate(set) var last: Instant?
    /// The time of the last permitted request in the whole log.
    package fileprivate(set) var lastInLog: Instant?
    /// The number of permitted requests in the window that cannot be decided again, since they are masked.
    package fileprivate(set) var masked = 0
    /// The numbers of permitted requests, by action, and by the id of the resource's department.
    package fileprivate(set) var actions: [ExactName: Int] = [:]
    package fileprivate(set) var departments: [ExactName: Int] = [:]
    /// The networks that permitted requests came from, and the purposes that they stated; `nil` once one stated none.
    fileprivate(set) var networks: Set<IPNetwork>? = []
    fileprivate(set) var purposes: Set<ExactName>? = []
    /// The days of permitted requests by their ISO numbers, and the hours, on the clock of the tenant.
    fileprivate(set) var weekdays: Set<Int> = []
    fileprivate(set) var hours: Set<Int> = []
    /// The first of the permitted requests that differ in more than their time and the id of their resource.
    private(set) var different: [AuthorizationRequest] = []
    private var known: Set<ExactName> = []

    package init() {}

    /// The most different requests that are kept. All others are decided, too, once there is a result to hold to them.
    static let mostDifferent = 1_000

    /// - Parameter zone: that of the token's tenant.
    mutating func note(_ record: DecisionRecord, in window: Range<Instant>, _ zone: Zone) {
        if record.isPermitted { lastInLog = max(lastInLog ?? record.time, record.time) }
        guard window.contains(record.time) else { return }
        guard record.isPermitted else {
            denied += 1
            return
        }
        notePermitted(at: record.time, record.question.action, record.question.departmentOfResource)
        noteCircumstances(record.question, at: record.time, zone)
        keep(record.question)
    }

    /// Notes a permitted request that is masked.
    mutating func noteMasked(at time: Instant, _ action: ExactName?, in window: Range<Instant>) {
        lastInLog = max(lastInLog ?? time, time)
        guard window.contains(time) else { return }
        notePermitted(at: time, action, nil)
        masked += 1
    }

    private mutating func notePermitted(at time: Instant, _ action: ExactName?, _ department: ExactName?) {
        permitted += 1
        first = min(first ?? time, time)
        last = max(last ?? time, time)
        if let action { actions[action, default: 0] += 1 }
        if let department { departments[department, default: 0] += 1 }
    }

    /// Notes where, when and for what a permitted request was made.
    private mutating func noteCircumstances(_ question: AuthorizationRequest, at time: Instant, _ zone: Zone) {
        if let address = question.context.stated("ip")?.string.flatMap({ IPAddress($0) }) {
            networks?.insert(IPNetwork(around: address))
        } else {
            networks = nil
        }
        if let purpose = question.context.stated("purpose")?.string {
            purposes?.insert(ExactName(purpose))
        } else {
            purposes = nil
        }
        weekdays.insert(zone.date(of: time).weekday)
        hours.insert(Int(zone.timeOfDay(of: time).microseconds / 3_600_000_000))
    }

    /// Keeps a request that no kept one is like.
    private mutating func keep(_ question: AuthorizationRequest) {
        guard different.count < Self.mostDifferent, known.insert(question.form).inserted else { return }
        different.append(question)
    }

    /// Adds what a later part of the log has.
    mutating func append(_ later: TokenUses) {
        permitted += later.permitted
        denied += later.denied
        masked += later.masked
        first = [first, later.first].compactMap(\.self).min()
        last = [last, later.last].compactMap(\.self).max()
        lastInLog = [lastInLog, later.lastInLog].compactMap(\.self).max()
        actions.merge(later.actions, uniquingKeysWith: +)
        departments.merge(later.departments, uniquingKeysWith: +)
        networks = networks.flatMap { own in later.networks.map(own.union) }
        purposes = purposes.flatMap { own in later.purposes.map(own.union) }
        weekdays.formUnion(later.weekdays)
        hours.formUnion(later.hours)
        for question in later.different { keep(question) }
    }

    /// A ceiling narrowed to the networks, the hours or the purpose of the permitted requests, where they have these in
    /// common.
    func narrowed(
        _ ceiling: Ceiling, _ parts: Set<Ceiling.Part>, isStorable: (ExactName) -> Bool
    ) -> Ceiling {
        var narrower = ceiling
        if parts.contains(.networks), let networks, (1...Ceiling.mostElements).contains(networks.count) {
            narrower.networks = Array(networks)
        }
        if parts.contains(.hours), let hours = Ceiling.Hours(of: weekdays, hours) { narrower.hours = hours }
        if parts.contains(.purpose), let purposes, purposes.count == 1, let purpose = purposes.first,
            isStorable(purpose)
        {
            narrower.purpose = purpose
        }
        // What was used before the token was limited does not widen its limits.
        for part in narrower.partsBeyond(ceiling, isWithin: { $0 == $1 }) {
            switch part {
            case .networks: narrower.networks = ceiling.networks
            case .hours: narrower.hours = ceiling.hours
            case .purpose: narrower.purpose = ceiling.purpose
            case .permissions, .departments, .uses: break
            }
        }
        return narrower
    }
}

extension Ceiling.Hours {
    /// The fewest hours in a row, on these days, that have all the given ones.
    /// - Parameter hours: from 0 to 23.
    /// - Returns: `nil` where they are all the time, or none.
    package init?(of weekdays: Set<Int>, _ hours: Set<Int>) {
        let used = hours.sorted()
        guard let first = used.first else { return nil }
        // The longest time without a use is what they leave out.
        let gaps = zip(used, used.dropFirst() + [first + 24]).map { (start: $0 + 1, length: $1 - $0 - 1) }
        let longest = gaps.max { $0.length < $1.length }!
        guard longest.length > 0 || weekdays.count < 7 else { return nil }
        func time(_ hour: Int) -> TimeOfDay { TimeOfDay(microseconds: Int64(hour % 24) * 3_600_000_000) }
        // Without such a time, it is the whole day.
        let (opens, closes) =
            longest.length > 0 ? (time(longest.start + longest.length), time(longest.start)) : (time(0), time(0))
        self.init(weekdays: weekdays, from: opens, to: closes)
    }
}

extension AuthorizationRequest {
    /// The token that makes the request.
    var actingToken: TokenID? {
        if case .token(let id) = subject { return TokenID(id) }
        guard case .actor = subject, case .token(let id) = actor else { return nil }
        return TokenID(id)
    }

    /// The id of the resource's department, where the request states one.
    fileprivate var departmentOfResource: ExactName? {
        resource?.properties["department"]?.string.map { ExactName($0) }
    }

    /// All of it, but for its time and the id of its resource.
    var form: ExactName {
        let resource = resource.map { "\($0.type) \($0.properties.compact)" } ?? ""
        let act = kind.isAdministrative ? "\(token ?? "") \(proposed.map { "\($0)" } ?? "")" : ""
        return ExactName(
            [
                kind.rawValue, action.text, actionProperties.compact, resource, context.compact, act,
            ].joined(separator: "\u{0}"))
    }
}
