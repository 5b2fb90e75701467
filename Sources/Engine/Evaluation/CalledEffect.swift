internal import Model
internal import Policies

/// An effect as a policy called it: its text as written, its details still as expressions.
struct CalledEffect {
    enum Detail {
        case expression(Expressions.ID)
        case json(JSON)
    }

    let kind: PolicyStatement.Effect
    let text: String
    let code: ExactName?
    let details: [(name: ExactName, value: Detail)]
    let line: Int
    /// The decision that an obligation belongs to.
    var occasion = PolicyStatement.Occasion.permit
}
