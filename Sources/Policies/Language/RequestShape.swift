package import Model

/// The shape of `request` for a policy: the decision kinds it decides, and the subjects it takes.
///
/// Policies with the same shape share the expressions that they form of the request.
package struct RequestShape: Hashable, Sendable {
    /// The subjects that an `access` policy applies to.
    package enum SubjectKind: Hashable, Sendable {
        case token
        case any
        /// An external type, by its index in the schema.
        case external(Int)
    }

    package let kinds: Set<DecisionKind>
    package let subject: SubjectKind

    package init(kinds: Set<DecisionKind>, subject: SubjectKind) {
        self.kinds = kinds
        self.subject = subject
    }

    /// The type of `request.subject`; `nil` where it is not one type.
    var subjectType: ValueType? {
        if !kinds.contains(.access) { return .actor }
        if kinds.count > 1 { return nil }
        switch subject {
        case .token: return .token
        case .any: return .external(-1)
        case .external(let type): return .external(type)
        }
    }

    /// True when an optional part of the request is always present for such a policy.
    func guarantees(_ attribute: Attribute) -> Bool {
        switch attribute {
        case .token: !kinds.contains(.issue) && (!kinds.contains(.access) || subject == .token)
        case .actor: !kinds.contains(.access)
        case .proposed: kinds.allSatisfy(\.hasProposal)
        default: false
        }
    }

    /// The same, when the decision is known to be of some of its kinds only.
    package func guarantees(_ attribute: Attribute, at kinds: Set<DecisionKind>) -> Bool {
        RequestShape(kinds: kinds, subject: subject).guarantees(attribute)
    }

    /// True when a part of the request is never present for such a policy.
    func excludes(_ attribute: Attribute) -> Bool {
        switch attribute {
        case .token: kinds == [.issue] || (kinds == [.access] && subject != .token && subject != .any)
        case .actor: kinds == [.access]
        case .proposed: !kinds.contains(where: \.hasProposal)
        case .resource, .context: !kinds.contains(.access)
        default: false
        }
    }

    /// True when the required properties of the request's records are present for such a policy.
    ///
    /// An administrative request has no resource and no context. A request for `access` may leave out its resource: a
    /// fact that reads it then fails.
    var guaranteesRecords: Bool { kinds == [.access] }
}
