package import Decisions
package import Model

/// The external subjects among some candidates that may do something, always or depending on open properties of the
/// request.
package struct SubjectsWhoCan: Sendable {
    package struct Row: Sendable {
        /// Its number among the candidates.
        package let candidate: Int
        package let answer: ConditionalDecision
    }

    /// The candidates that may, always or depending, in their order.
    package private(set) var rows: [Row] = []
    /// The number of candidates that were decided.
    package private(set) var asked = 0
    /// `false` when it was stopped.
    package private(set) var isComplete = true

    /// - Parameters:
    ///   - question: a request of kind `access`; its subject does not matter. Properties that it does not state, those of
    ///     the candidates among them, are open.
    ///   - candidates: external subjects, of types that the schema declares.
    package init(
        _ question: AuthorizationRequest, among candidates: [AuthorizationRequest.Subject], _ authorizer: Authorizer,
        on directory: Directory, progress: Progress = { _, _ in true }
    ) {
        for (number, candidate) in candidates.enumerated() {
            if number % 64 == 0, !progress(number, candidates.count) {
                isComplete = false
                return
            }
            var question = question
            question.subject = candidate
            asked += 1
            let solver = ConditionSolver(question, authorizer, on: directory)
            let answer = solver.answer(for: nil, solver.branch()).answer
            if answer.isPossible { rows.append(Row(candidate: number, answer: answer)) }
        }
    }
}
