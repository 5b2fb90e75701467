internal import Decisions
internal import Model

/// The search for the least combination, or the least ceiling, that permits the uses of one token.
///
/// It proposes one trial after another; the caller decides the uses with each. First come the other combinations of the
/// user, the smallest first; then a new user type with the permissions that policies read, less one permission after
/// another, and at last in smaller departments. A ceiling is looked for like a new user type, from its parts.
struct CombinationSearch: Sendable {
    /// The thing of which the least is looked for.
    enum Goal: Sendable {
        /// A user type, in a department.
        case userType(department: ExactName)
        /// A ceiling whose permissions and departments are narrowed; its other parts stay.
        case ceiling(Ceiling)
    }

    private enum Step {
        case existing(Int)
        case read
        case all
        /// A ceiling that does not limit permissions further.
        case unlimited
        case permission(Int)
        case department(Int)
        case end
    }

    /// Other combinations of the user, by the assignment's id, the smallest first.
    private let others: [ExactName]
    /// The permissions that can be taken away: those that the token has by its user type alone, or under a ceiling all.
    private let removable: [ExactName]
    private let read: Set<ExactName>
    /// Departments within the token's own that may do, the smallest first: one for a user type, some for a ceiling.
    private let smaller: [[ExactName]]
    private let goal: Goal
    /// `nil` for the token's own.
    private var departments: [ExactName]?
    /// `nil` for a ceiling that does not limit them further.
    private var permissions: [ExactName]? = []
    private var step = Step.existing(0)

    /// The smallest of the other combinations that permits all uses.
    private(set) var existing: ExactName?
    /// The least one; `nil` where a new user type does not permit all uses whatever it has.
    private(set) var least: SupposedCombination?

    init(
        _ goal: Goal, others: [ExactName], removable: [ExactName], read: Set<ExactName>, smaller: [[ExactName]]
    ) {
        (self.goal, self.others, self.removable, self.read, self.smaller) = (goal, others, removable, read, smaller)
        skip()
    }

    /// True for a least ceiling that limits neither permissions nor departments further.
    var limitsNothing: Bool { permissions == nil && departments == nil }

    /// The next combination to decide the uses with; `nil` at the end.
    var trial: SupposedCombination? {
        switch step {
        case .existing(let place): .existing(others[place])
        case .read: combination(departments, needed)
        case .all: combination(departments, removable)
        case .unlimited: combination(departments, nil)
        case .permission(let place): combination(departments, without(place))
        case .department(let place): combination(smaller[place], permissions)
        case .end: nil
        }
    }

    private var needed: [ExactName] { removable.filter(read.contains) }

    private func without(_ place: Int) -> [ExactName]? {
        var fewer = permissions
        fewer?.remove(at: place)
        return fewer
    }

    private func combination(_ departments: [ExactName]?, _ permissions: [ExactName]?) -> SupposedCombination {
        switch goal {
        case .userType(let own): return .new(department: departments?.first ?? own, permissions: permissions ?? [])
        case .ceiling(var ceiling):
            ceiling.permissions = permissions ?? ceiling.permissions
            ceiling.departments = departments ?? ceiling.departments
            return .limited(ceiling)
        }
    }

    /// The fewest permissions that can be stated: a ceiling states one or more.
    private var fewest: Int { if case .ceiling = goal { 1 } else { 0 } }

    /// Takes the result of the trial.
    mutating func conclude(isEnough: Bool) {
        switch step {
        case .existing(let place):
            if isEnough { existing = others[place] }
            step = isEnough ? .read : .existing(place + 1)
        case .read:
            permissions = needed
            step = isEnough ? .permission(0) : .all
        case .all:
            permissions = removable
            step = isEnough ? .permission(0) : fewest > 0 ? .unlimited : .end
        case .unlimited:
            permissions = nil
            step = isEnough ? .department(0) : .end
        case .permission(let place):
            if isEnough { permissions = without(place) } else { step = .permission(place + 1) }
        case .department(let place):
            if isEnough { departments = smaller[place] }
            step = isEnough ? .department(smaller.count) : .department(place + 1)
        case .end: break
        }
        skip()
    }

    /// Goes past the steps that have no trial.
    private mutating func skip() {
        if case .existing(others.count) = step { step = .read }
        if case .read = step, needed.count < fewest { step = .all }
        if case .all = step, removable.count < fewest { step = .unlimited }
        if case .permission(let place) = step, let permissions,
            place == permissions.count || permissions.count == fewest
        {
            step = .department(0)
        }
        guard case .department(smaller.count) = step else { return }
        least = combination(departments, permissions)
        step = .end
    }
}
