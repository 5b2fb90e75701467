internal import CCaDiCaL

/// Finds an assignment of variables that makes every clause true, or shows that there is none.
///
/// The solver is CaDiCaL, through its C interface. Its limit counts conflicts, not seconds: the same clauses always have the
/// same result.
@safe package final class SatisfiabilitySolver {
    package enum Result: Sendable {
        case satisfiable
        case unsatisfiable
        /// The limit was reached, or the time was over.
        case unknown
    }

    /// INVARIANT: owned by this object alone, from `init` to `deinit`.
    private let solver: OpaquePointer
    private let deadline: Deadline
    private var count = 0
    /// True while there is an assignment to ask about: the solver ends the process when it is asked about none.
    private var isSatisfied = false

    /// The time limit, as the solver asks about it.
    private final class Deadline {
        let isOver: () -> Bool

        init(_ isOver: @escaping () -> Bool) { self.isOver = isOver }
    }

    /// - Parameter isOver: returns true when the time is over; asked again and again while the solver searches.
    package init(_ formula: Formula, isOver: @escaping () -> Bool = { false }) {
        unsafe solver = ccadical_init()
        deadline = Deadline(isOver)
        // INVARIANT: the solver asks only while it searches, and this object has the deadline for as long as the solver.
        unsafe ccadical_set_terminate(solver, Unmanaged.passUnretained(deadline).toOpaque()) { deadline in
            unsafe Unmanaged<Deadline>.fromOpaque(deadline!).takeUnretainedValue().isOver() ? 1 : 0
        }
        add(formula)
    }

    deinit { unsafe ccadical_release(solver) }

    /// Adds the clauses that the formula got since the last time.
    package func add(_ formula: Formula) {
        if count < formula.clauses.count { isSatisfied = false }
        for clause in formula.clauses[count...] { add(clause) }
        count = formula.clauses.count
    }

    private func add(_ clause: [Literal]) {
        for literal in clause { unsafe ccadical_add(solver, literal.number) }
        unsafe ccadical_add(solver, 0)
    }

    /// - Parameter conflicts: the most wrong turns of the search.
    package func solve(assuming literals: [Literal], conflicts: Int = 200_000) -> Result {
        for literal in literals { unsafe ccadical_assume(solver, literal.number) }
        unsafe ccadical_limit(solver, "conflicts", Int32(conflicts))
        let result = unsafe ccadical_solve(solver)
        isSatisfied = result == 10
        switch result {
        case 10: return .satisfiable
        case 20: return .unsatisfiable
        default: return .unknown
        }
    }

    /// True when a literal holds in the assignment that was found.
    /// - Precondition: the last search found one.
    package func holds(_ literal: Literal) -> Bool {
        precondition(isSatisfied, "the last search found no assignment")
        // Asked of the variable, since versions of the solver differ in the sign that they give for a negation.
        let isTrue = unsafe ccadical_val(solver, abs(literal.number)) > 0
        return isTrue == (literal.number > 0)
    }
}
