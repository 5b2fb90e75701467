internal import Model

/// The only way in which expressions are computed from a request: each read is noted.
///
/// INVARIANT: what computes a value reads the request through these alone, so that `reads` names all it depends on.
/// Functions of plugins read through the facts of their own evaluation, whose reads are added to those of whoever asks.
extension Facts {
    mutating func packedValue(_ place: Int) -> PackedValue {
        note(place)
        return request.packedValues[place]
    }

    mutating func content(_ place: Int) -> Value {
        note(place)
        return request.value(at: place)
    }

    /// The token that a holder is, with all that its record says.
    mutating func token(_ holder: ResolvedRequest.Holder) -> Token? {
        note(ResolvedRequest.place(.token, of: holder))
        return request.token(holder)
    }

    /// The assignment a holder acts in; `nil` for the operator, and for who is not there.
    mutating func assignment(_ holder: ResolvedRequest.Holder) -> Assignment? {
        let packedValue = packedValue(ResolvedRequest.place(.assignment, of: holder))
        return packedValue.kind == .assignment ? request.directory.assignments[packedValue.number] : nil
    }

    /// Whether a holder is there at all.
    mutating func isThere(_ holder: ResolvedRequest.Holder) -> Bool {
        packedValue(ResolvedRequest.place(.assignment, of: holder)).kind != .absent
    }

    /// Whether the operator acts, who is not measured by permissions.
    mutating func isOperator() -> Bool {
        packedValue(ResolvedRequest.place(.assignment, of: .actor)).kind == .operator
    }

    /// The number of the request's tenant; -1 for none.
    mutating func tenant() -> Int {
        note(ResolvedRequest.Place.tenant)
        return request.tenant
    }

    /// The time zone of the request's tenant.
    mutating func zone() -> Zone {
        let tenant = tenant()
        return tenant < 0 ? .utc : request.directory.tenants[tenant].zone
    }

    /// The time of the request, to the microsecond.
    mutating func now() -> Instant {
        note(ResolvedRequest.Place.moment)
        return request.now
    }

    /// The action's name; at an administrative kind of decision, that kind's.
    mutating func action() -> ExactName {
        note(ResolvedRequest.Place.action)
        return request.actionNumber < 0 ? ExactName(request.kind.rawValue) : schema.actionNames[request.actionNumber]
    }

    /// The kind of decision.
    mutating func decisionKind() -> DecisionKind {
        note(ResolvedRequest.Place.kind)
        return request.kind
    }

    /// What functions of the host can see of the request.
    func circumstances() -> Circumstances { unsafe Circumstances(current) }
}
