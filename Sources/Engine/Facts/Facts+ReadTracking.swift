internal import Model
internal import Policies

/// The only access to a request for computing expressions: each read is noted.
///
/// INVARIANT: code that computes a value reads the request only through these methods, so that `reads` names all that
/// the value depends on. Functions of plugins read through the facts of their own evaluation, whose reads are added to
/// those of the caller.
extension Facts {
    mutating func packedValue(_ place: Int) -> PackedValue {
        note(place)
        return request.packedValues[place]
    }

    mutating func content(_ place: Int) -> Value {
        note(place)
        return request.value(at: place)
    }

    /// The token of a holder, with its whole record.
    mutating func token(_ holder: ResolvedRequest.Holder) -> Token? {
        note(ResolvedRequest.place(.token, of: holder))
        return request.token(holder)
    }

    /// The assignment in which a holder acts; `nil` for the operator, and for a holder that is absent.
    mutating func assignment(_ holder: ResolvedRequest.Holder) -> Assignment? {
        let packedValue = packedValue(ResolvedRequest.place(.assignment, of: holder))
        switch packedValue.kind {
        case .assignment: return request.directory.assignments[packedValue.number]
        case .narrowed:
            guard let ceiling = token(holder)?.ceiling else {
                return request.directory.assignments[packedValue.number]
            }
            return request.directory.narrowed(packedValue.number, under: ceiling)
        default: return nil
        }
    }

    /// The permissions of a holder; none for the operator, and for a holder that is absent.
    ///
    /// They are what a fact about them depends on: ten user types are ten sets, whatever the number of assignments.
    mutating func permissions(_ holder: ResolvedRequest.Holder) -> PermissionSet {
        let packedValue = packedValue(ResolvedRequest.place(.permissions, of: holder))
        if packedValue.kind == .permissionSet { return request.directory.permissionSets[packedValue.number] }
        return assignment(holder)?.permissions ?? PermissionSet([])
    }

    /// True when a holder is present.
    mutating func isThere(_ holder: ResolvedRequest.Holder) -> Bool {
        packedValue(ResolvedRequest.place(.permissions, of: holder)).kind != .absent
    }

    /// True when the operator acts, whom permissions do not limit.
    mutating func isOperator() -> Bool {
        packedValue(ResolvedRequest.place(.permissions, of: .actor)).kind == .operator
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

    /// The action's name; in an administrative decision, the name of its kind.
    mutating func action() -> ExactName {
        note(ResolvedRequest.Place.action)
        return request.actionNumber < 0 ? ExactName(request.kind.rawValue) : schema.actionNames[request.actionNumber]
    }

    /// The decision kind.
    mutating func decisionKind() -> DecisionKind {
        note(ResolvedRequest.Place.kind)
        return request.kind
    }

    /// The circumstances of the request that functions of the host can see.
    func circumstances() -> Circumstances {
        let zone = request.tenant < 0 ? .utc : request.directory.tenants[request.tenant].zone
        return Circumstances(now: request.now, zone: zone)
    }
}

extension Circumstances {
    /// The places of the request that the function has read.
    var reads: ReadSet {
        var reads = ReadSet()
        if hasReadMinute { reads.insert(ResolvedRequest.Place.minute) }
        if hasReadZone { reads.insert(ResolvedRequest.Place.tenant) }
        return reads
    }
}
