internal import Decisions
internal import Model

/// The part of a decision that a replay compares: permit or deny, the code, and the statements of policies without their
/// wording.
struct ComparedDecision {
    /// A statement of a policy: its effect, the code of a deny, the name and the names of the details of an obligation.
    private struct Word: Hashable {
        let policy: ExactName
        let text: String
    }

    let isPermitted: Bool
    let code: String
    /// The statements that were made.
    private var made: Set<Word> = []
    /// Those that the caller gets: obligations, advice and the code of a deny.
    private var said: Set<Word> = []

    /// - Parameter hidesWords: true to keep no more of statements than their effects.
    init(_ decision: Decision, hidesWords: Bool) {
        self.init(
            decision.isPermitted, decision.code,
            decision.reasons + decision.overruled + decision.advice + decision.obligations, hidesWords: hidesWords)
        for failure in decision.failures { made.insert(Word(policy: failure.policy, text: "fails")) }
    }

    init(_ record: DecisionRecord, hidesWords: Bool) {
        self.init(record.isPermitted, record.code, record.said, hidesWords: hidesWords)
        let spoken = Set(record.said.map(\.policy))
        // A policy that decided without a statement failed.
        for policy in record.policies where !spoken.contains(policy) {
            made.insert(Word(policy: policy, text: "fails"))
        }
    }

    private init(_ isPermitted: Bool, _ code: String, _ statements: [PolicyStatement], hidesWords: Bool) {
        self.isPermitted = isPermitted
        self.code = code
        let occasion = isPermitted ? PolicyStatement.Occasion.permit : .deny
        for statement in statements {
            let details = hidesWords ? "" : statement.details.map(\.key.text).joined(separator: ", ")
            let text =
                switch statement.effect {
                case .permit: "permit"
                case .deny: "deny \(hidesWords ? "" : statement.code?.text ?? "")"
                case .advise: "advise (\(details))"
                case .oblige:
                    "oblige \(hidesWords ? "" : statement.text) (\(details)) on \(statement.occasion.rawValue)"
                }
            let word = Word(policy: statement.policy, text: text)
            made.insert(word)
            if statement.effect == .advise || statement.effect == .oblige && statement.occasion == occasion {
                said.insert(word)
            }
        }
        let denies = statements.filter { $0.effect == .deny && $0.code != nil }
        if !isPermitted, !hidesWords, let first = denies.min(by: { ($0.policy, $0.line) < ($1.policy, $1.line) }) {
            said.insert(Word(policy: "", text: "code \(first.code!)"))
        }
    }

    /// True when policies decided, and not the core alone.
    var isOfPolicies: Bool { DecisionSummary(isPermitted: isPermitted, code: code).isOfPolicies }

    /// The direction of a change; `nil` where the caller gets the same.
    /// - Parameters:
    ///   - isVerdictOnly: true where no more than permit or deny is known of this decision.
    ///   - comparesSaid: false where it is not known what policies said.
    func direction(to after: ComparedDecision, isVerdictOnly: Bool, comparesSaid: Bool) -> PolicyDiff.Direction? {
        switch (isPermitted, after.isPermitted) {
        case (false, true): .widened
        case (true, false): .narrowed
        default: isVerdictOnly || code == after.code && (!comparesSaid || said == after.said) ? nil : .changed
        }
    }

    /// The policies that say something else, sorted.
    func policies(apartFrom after: ComparedDecision) -> [ExactName] {
        Set(made.symmetricDifference(after.made).map(\.policy)).sorted()
    }
}
