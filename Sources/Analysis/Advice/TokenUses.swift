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
    /// The first of the permitted requests that differ in more than their time and the id of their resource.
    private(set) var different: [AuthorizationRequest] = []
    private var known: Set<ExactName> = []

    package init() {}

    /// The most different requests that are kept. All others are decided, too, once there is a result to hold to them.
    static let mostDifferent = 1_000

    mutating func note(_ record: DecisionRecord, in window: Range<Instant>) {
        if record.isPermitted { lastInLog = max(lastInLog ?? record.time, record.time) }
        guard window.contains(record.time) else { return }
        guard record.isPermitted else {
            denied += 1
            return
        }
        notePermitted(at: record.time, record.question.action, record.question.departmentOfResource)
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
        for question in later.different { keep(question) }
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
