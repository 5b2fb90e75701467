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

    /// A declared property of the resource, the action, the context or an external subject.
    package struct Property: Hashable, Sendable {
        package enum Record: String, CaseIterable, Hashable, Sendable {
            case resource
            case action
            case context
            case subject
        }

        package let record: Record
        package let name: ExactName

        package init(_ record: Record, _ name: ExactName) {
            self.record = record
            self.name = name
        }

        /// `resource.department`.
        package var text: String { "\(record.rawValue).\(name)" }
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
