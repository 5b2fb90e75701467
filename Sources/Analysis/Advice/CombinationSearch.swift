internal import Decisions
internal import Model

/// The search for the least combination that permits the uses of one token.
///
/// It proposes one trial after another; the caller decides the uses with each. First come the other combinations of the
/// user, the smallest first; then a new user type with the permissions that policies read, less one permission after
/// another, and at last in smaller departments.
struct CombinationSearch: Sendable {
    private enum Step {
        case existing(Int)
        case read
        case all
        case permission(Int)
        case department(Int)
        case end
    }

    /// Other combinations of the user, by the assignment's id, the smallest first.
    private let others: [ExactName]
    /// The permissions that the token has by its user type alone.
    private let ofType: [ExactName]
    private let read: Set<ExactName>
    /// Departments under the token's own that may do, the smallest first.
    private let smaller: [ExactName]
    private var department: ExactName
    private var permissions: [ExactName] = []
    private var step = Step.existing(0)

    /// The smallest of the other combinations that permits all uses.
    private(set) var existing: ExactName?
    /// The least new combination; `nil` where a new user type does not permit all uses whatever it has.
    private(set) var least: SupposedCombination?

    init(
        others: [ExactName], ofType: [ExactName], read: Set<ExactName>, department: ExactName, smaller: [ExactName]
    ) {
        (self.others, self.ofType, self.read, self.department, self.smaller) =
            (others, ofType, read, department, smaller)
        skip()
    }

    /// The next combination to decide the uses with; `nil` at the end.
    var trial: SupposedCombination? {
        switch step {
        case .existing(let place): .existing(others[place])
        case .read: .new(department: department, permissions: ofType.filter(read.contains))
        case .all: .new(department: department, permissions: ofType)
        case .permission(let place):
            .new(department: department, permissions: permissions.filter { $0 != permissions[place] })
        case .department(let place): .new(department: smaller[place], permissions: permissions)
        case .end: nil
        }
    }

    /// Takes the result of the trial.
    mutating func conclude(isEnough: Bool) {
        switch step {
        case .existing(let place):
            if isEnough { existing = others[place] }
            step = isEnough ? .read : .existing(place + 1)
        case .read:
            permissions = ofType.filter(read.contains)
            step = isEnough ? .permission(0) : .all
        case .all:
            permissions = ofType
            step = isEnough ? .permission(0) : .end
        case .permission(let place):
            if isEnough { permissions.remove(at: place) } else { step = .permission(place + 1) }
        case .department(let place):
            if isEnough { department = smaller[place] }
            step = isEnough ? .department(smaller.count) : .department(place + 1)
        case .end: break
        }
        skip()
    }

    /// Goes past the steps that have no trial.
    private mutating func skip() {
        if case .existing(others.count) = step { step = .read }
        if case .permission(permissions.count) = step { step = .department(0) }
        guard case .department(smaller.count) = step else { return }
        least = .new(department: department, permissions: permissions)
        step = .end
    }
}
