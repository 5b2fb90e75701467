package import Decisions
package import Model

/// Which tokens of a tenant may do something, each whatever else a request brings, or depending on what.
package struct WhoCan: Sendable {
    package struct Row: Sendable {
        /// Its number in the directory.
        package let token: Int
        /// The least that holds for all departments that were asked about and that it may reach at all.
        package let answer: ConditionalDecision
        /// The departments of the resource, by id, in which it may; empty where none were asked about.
        package let departments: [ExactName]
    }

    /// Those that may, or may under circumstances, in the order of the directory.
    package private(set) var rows: [Row] = []
    package var yes: Int { rows.count { $0.answer == .yes } }
    package var depending: Int { rows.count - yes }
    /// How many tokens were asked about.
    package private(set) var asked = 0
    /// `false` when it was stopped.
    package private(set) var isComplete = true

    /// - Parameters:
    ///   - question: an `access`; who asks in it does not matter. What it does not state is open.
    ///   - departments: where the resource may lie, by id: each is asked about; `nil` leaves that as the question has it.
    ///   - tenant: its number.
    package init(
        _ question: AuthorizationRequest, departments: [ExactName]? = nil, tenant: Int, _ authorizer: Authorizer,
        on directory: Directory, progress: Progress = { _, _ in true }
    ) {
        var question = question
        question.tenant = directory.tenants[tenant].id
        let property = Change.Property(.resource, "department")
        // Stated by each of the departments: not open then.
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
            if let classCache = known.value(record, equivalenceClass: equivalenceClass) {
                found = classCache
            } else {
                let likeness: TokenEquivalence
                (found, likeness) = Self.find(token, solver, places, departments)
                known.note(found, for: record, equivalenceClass: equivalenceClass, likeness)
            }
            if let answer = found.answer { rows.append(Row(token: token, answer: answer, departments: found.reached)) }
        }
    }

    private struct Found {
        /// `nil` where it may nowhere.
        var answer: ConditionalDecision?
        var reached: [ExactName] = []
    }

    /// Asks about every place.
    /// - Returns: also which other tokens it holds for.
    private static func find(
        _ token: Int, _ solver: ConditionSolver, _ places: [ConditionSolver.Branch], _ departments: [ExactName]?
    ) -> (Found, TokenEquivalence) {
        var found = Found()
        var likeness = TokenEquivalence.all
        for (number, place) in places.enumerated() {
            let next = solver.answer(for: token, place)
            likeness = min(likeness, next.likeness)
            guard next.answer.isPossible else { continue }
            if let departments { found.reached.append(departments[number]) }
            found.answer = found.answer.map { $0 == .yes ? next.answer : $0 } ?? next.answer
        }
        return (found, likeness)
    }
}
