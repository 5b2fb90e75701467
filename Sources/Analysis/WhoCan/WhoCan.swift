package import Decisions
package import Model

/// The tokens of a tenant that may do something, always or depending on open properties of the request.
package struct WhoCan: Sendable {
    package struct Row: Sendable {
        /// Its number in the directory.
        package let token: Int
        /// The weakest answer over the departments in which access is possible at all.
        package let answer: ConditionalDecision
        /// The departments of the resource, by id, in which it may; empty when none were given.
        package let departments: [ExactName]
    }

    /// The tokens that may, always or depending, in the order of the directory.
    package private(set) var rows: [Row] = []
    package var yes: Int { rows.count { $0.answer == .yes } }
    package var depending: Int { rows.count - yes }
    /// The number of tokens that were decided.
    package private(set) var asked = 0
    /// `false` when it was stopped.
    package private(set) var isComplete = true

    /// - Parameters:
    ///   - question: a request of kind `access`; its subject does not matter. Properties that it does not state are
    ///     open.
    ///   - departments: the possible departments of the resource, by id; `nil` leaves the department as the request has
    ///     it.
    ///   - tenant: its number.
    package init(
        _ question: AuthorizationRequest, departments: [ExactName]? = nil, tenant: Int, _ authorizer: Authorizer,
        on directory: Directory, progress: Progress = { _, _ in true }
    ) {
        var question = question
        question.tenant = directory.tenants[tenant].id
        let property = Change.Property(.resource, "department")
        // Every branch states the department, so it must not count as open.
        if let first = departments?.first { question.set(property, to: .string(first)) }
        let solver = ConditionSolver(question, authorizer, on: directory)
        var places = [solver.branch()]
        if let departments {
            places = departments.map { solver.branch(stating: [.property(property, .init(.string($0)))]) }
        }
        var known = ClassCache<Found>()
        for token in directory.tokens.indices {
            if token % 1_000 == 0, !progress(token, directory.tokens.count) {
                isComplete = false
                return
            }
            let record = directory.tokens[token]
            guard record.tenant == tenant else { continue }
            asked += 1
            guard ActorValidity.fault(record, in: directory, now: question.now) == nil else { continue }
            let equivalenceClass = solver.equivalenceClass(of: token)
            let found: Found
            if let cached = known.value(record, equivalenceClass: equivalenceClass) {
                found = cached
            } else {
                let equivalence: TokenEquivalence
                (found, equivalence) = Self.find(token, solver, places, departments)
                known.note(found, for: record, equivalenceClass: equivalenceClass, equivalence)
            }
            if let answer = found.answer { rows.append(Row(token: token, answer: answer, departments: found.reached)) }
        }
    }

    private struct Found {
        /// `nil` when access is possible nowhere.
        var answer: ConditionalDecision?
        var reached: [ExactName] = []
    }

    /// Decides in every place.
    /// - Returns: also the other tokens to which the result applies.
    private static func find(
        _ token: Int, _ solver: ConditionSolver, _ places: [ConditionSolver.Branch], _ departments: [ExactName]?
    ) -> (Found, TokenEquivalence) {
        var found = Found()
        var equivalence = TokenEquivalence.all
        for (number, place) in places.enumerated() {
            let next = solver.answer(for: token, place)
            equivalence = min(equivalence, next.equivalence)
            guard next.answer.isPossible else { continue }
            if let departments { found.reached.append(departments[number]) }
            found.answer = found.answer.map { $0 == .yes ? next.answer : $0 } ?? next.answer
        }
        return (found, equivalence)
    }
}
