package import Model

/// The advice for one token: the least that its logged requests need, and all else that is noticed.
package struct TokenAdvice: Sendable {
    /// A combination with which every logged request of a token stays permitted.
    package struct Fit: Sendable {
        package let combination: SupposedCombination
        /// The permissions that the token would have, those of its user included, among those of `held`.
        package let permissions: [ExactName]
        /// The permissions, and the ids of the departments, that it would lose.
        package let lostPermissions: [ExactName]
        package let lostDepartments: [ExactName]
        /// The other parts of a ceiling that limit more than before: networks, hours or the purpose.
        package let newLimits: [Ceiling.Part]
        /// The number of logged requests that were decided again, and permitted.
        package fileprivate(set) var kept = 0
        /// The number of those that are denied today with any combination.
        package fileprivate(set) var lapsed = 0

        package var losesNothing: Bool { lostPermissions.isEmpty && lostDepartments.isEmpty && newLimits.isEmpty }
    }

    /// The reason why no combination, or no ceiling, can be advised.
    package enum Obstacle: Sendable {
        /// It has no permitted request in the window.
        case unused
        /// Some of its requests are masked, so nothing shows what they need.
        case masked(Int)
        /// None of its requests is permitted today.
        case lapsed
        /// Requests are denied with every other combination: policies ask for the user type or the department itself.
        case noOther
        /// The store knows of a use that is later than those of the log.
        case laterUse(Instant)
        /// No policy enforces ceilings, so every token under one is denied.
        case notEnforced
        /// Each combination that was found denied some request, and the search was given up.
        case undecided
        /// With what is advised for other tokens, an act that concerns both would be denied.
        case together
    }

    package enum Finding: Sendable {
        /// It was never used.
        case unused
        /// It was used last at this time, before the window.
        case dormant(since: Instant)
        /// Its combination can do more than it needs.
        case overpowerful
        /// A policy advises an earlier last day.
        case long(advised: Date)
        /// Policies would not let it be made today as it was: then, with its last day.
        case refusedAsMade(policies: [ExactName])
        /// It expires soon; never said of a mobile token, which a login renews.
        case expiring(Instant)
        /// Its user, assignment, department, user type or tenant is not active; the code of its denials.
        case inactive(code: String)
        case suspended
        /// It is revoked, expired or tampered with; the code of its denials.
        case ended(code: String)
    }

    /// Its number in the directory.
    package let token: Int
    package let uses: TokenUses
    /// The permissions that it has, among those that the schema declares or a department requires.
    package let held: [ExactName]
    /// The permissions that it needs: those of `least`, and of its user's own those that policies read. `nil` where it is
    /// not known what it needs.
    package fileprivate(set) var needed: [ExactName]?
    /// The smallest of its user's other combinations that is enough, where one is smaller than its own.
    package fileprivate(set) var existing: Fit?
    /// The least that a new user type has to have, and where.
    package fileprivate(set) var least: Fit?
    /// `nil` where `least` is there.
    package fileprivate(set) var obstacle: Obstacle?
    package fileprivate(set) var findings: [Finding] = []

    /// The permissions that it does not need; `nil` where it is not known what it needs.
    package var superfluous: [ExactName]? { needed.map { needed in held.filter { !needed.contains($0) } } }
    /// The combination to advise: one of its user's own, or a new one; `nil` where none is smaller.
    package var advised: Fit? { Self.advised(existing: existing, least: least) }

    static func advised(existing: Fit?, least: Fit?) -> Fit? {
        existing ?? least.flatMap { $0.losesNothing ? nil : $0 }
    }

    init(_ token: Int, _ uses: TokenUses, held: [ExactName]) {
        (self.token, self.uses, self.held) = (token, uses, held)
    }

    mutating func set(existing: Fit?, least: Fit?, needed: [ExactName]?, obstacle: Obstacle?) {
        (self.existing, self.least, self.needed, self.obstacle) = (existing, least, needed, obstacle)
    }

    mutating func add(_ finding: Finding) { findings.append(finding) }
}

extension TokenAdvice.Fit {
    mutating func set(kept: Int, lapsed: Int) { (self.kept, self.lapsed) = (kept, lapsed) }
}
