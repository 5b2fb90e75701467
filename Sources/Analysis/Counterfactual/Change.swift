package import Model

/// One thing that could be different: in the store, in the settings, in the request, or its time.
///
/// Everything is named by id. Nothing is ever written: see `Scenario`.
package enum Change: Hashable, Sendable {
    case tenantActive(Bool)
    /// - under: the department above; `nil` for the top.
    case departmentMoved(ExactName, under: ExactName?)
    case departmentActive(ExactName, Bool)
    /// True when a department requires a permission of everybody who enters.
    case departmentRequires(ExactName, permission: ExactName, Bool)
    case userActive(ExactName, Bool)
    /// True when a permission is among the user's own.
    case userHolds(ExactName, permission: ExactName, Bool)
    /// True when a permission is among those of a user type.
    case userTypeHolds(ExactName, permission: ExactName, Bool)
    case userTypeActive(ExactName, Bool)
    case assignmentRemoved(ExactName)
    case tokenName(TokenID, ExactName)
    /// - Parameter 1: the new description; `nil` for none.
    case tokenDescription(TokenID, ExactName?)
    /// - Parameter 1: the new contact; `nil` for none.
    case tokenContact(TokenID, ExactName?)
    /// - Parameter 1: the new ceiling; `nil` for none.
    case tokenCeiling(TokenID, Ceiling?)
    case tokenExpires(TokenID, Instant)
    /// To another assignment, of the same user or of another.
    case tokenAssignment(TokenID, ExactName)
    case tokenSuspended(TokenID, Bool)
    case tokenDormant(TokenID, Bool)
    case tokenRevoked(TokenID)
    /// - tenant: the only tenant that it is for; `nil` for all that have no value of their own.
    case setting(policy: ExactName, name: ExactName, value: Setting, tenant: ExactName?)
    /// The time of the request.
    case time(Instant)
    /// A property of the request; `nil` leaves it out.
    case property(Property, Setting?)

    /// A declared property of the resource, the action, the context or an external subject, or a part of one.
    package struct Property: Hashable, Sendable {
        package enum Record: String, CaseIterable, Hashable, Sendable {
            case resource
            case action
            case context
            case subject
        }

        package let record: Record
        /// The way to it from the record.
        package let path: [JSON.Step]

        package init(_ record: Record, _ name: ExactName) { self.init(record, path: [.name(name)]) }

        package init(_ record: Record, path: [JSON.Step]) {
            self.record = record
            self.path = path
        }

        /// `resource.department`, `context.consent.client`, `resource.containers[1].image`.
        package var text: String { record.rawValue + path.text }

        /// True when another is the same property, or is inside this one.
        func contains(_ other: Property) -> Bool { record == other.record && other.path.starts(with: path) }
    }

    /// A value on the wire.
    package struct Setting: Hashable, Sendable {
        package let json: JSON

        package init(_ json: JSON) { self.json = json }

        package func hash(into hasher: inout Hasher) { hasher.combine(json.compact) }
    }

    /// The party that can bring a change about.
    package enum Agent: String, Sendable {
        case administrator
        case request
        /// Nobody: the change comes with time.
        case time
    }

    /// The department that it changes, by id.
    var department: ExactName? {
        switch self {
        case .departmentMoved(let id, _), .departmentActive(let id, _), .departmentRequires(let id, _, _): id
        default: nil
        }
    }

    /// One change for two: that of a property, and a later one of a part of it; `nil` for any others.
    func absorbing(_ later: Change) -> Change? {
        guard case .property(let whole, let value?) = self, case .property(let part, let own) = later, whole != part,
            whole.contains(part)
        else { return nil }
        return .property(whole, .init(value.json.with(Array(part.path.dropFirst(whole.path.count)), own?.json)))
    }

    package var agent: Agent {
        switch self {
        case .time: .time
        case .property: .request
        default: .administrator
        }
    }
}

/// The reason why a change cannot be applied, with the name that may have been meant.
package struct ChangeError: Error, Equatable, Sendable {
    package let message: String

    init(_ message: String) { self.message = message }
}
