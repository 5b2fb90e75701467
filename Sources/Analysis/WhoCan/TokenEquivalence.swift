internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// The valid tokens to which a decision for one token also applies, judged by the facts it read.
enum TokenEquivalence: Comparable {
    /// None: a fact of the token alone was read.
    case none
    /// Those of its assignment and kind.
    case assignment
    /// Those of its equivalence class: same department, user type, ceiling and kind, and users with the same own
    /// permissions.
    case equivalenceClass
    /// All: nothing was read of the token.
    case all
}

extension TracedDecision {
    /// The tokens with the same decision: the same facts are read of them, with the same values.
    var equivalence: TokenEquivalence {
        // A deadline or memory failure need not happen again.
        let failures = decision.failures + decision.observedFailures
        guard !failures.contains(where: { $0.kind == .deadline || $0.kind == .memory }) else { return .none }
        return observedFacts.flatMap(\.observedFacts).flatMap(\.parts).map(\.equivalence).min() ?? .all
    }
}

extension ObservedFact {
    /// The tokens for which this fact has the same value. Its operands are judged separately.
    var equivalence: TokenEquivalence {
        switch operation {
        // They depend on the ceiling of the token that acts.
        case .attribute(.beyondCeiling), .has("beyond_ceiling"): return .equivalenceClass
        default: break
        }
        guard operands.contains(where: { $0.holder != nil }) else { return .all }
        switch operation {
        case .attribute(let attribute):
            switch attribute {
            case .department, .userType, .kind, .ceiling: return .equivalenceClass
            case .user: return .assignment
            default: return .none
            }
        case .can, .meets, .covers, .has("ceiling"): return .equivalenceClass
        // The result of a plugin's function on a whole token cannot be predicted.
        default: return .none
        }
    }
}

/// Numbers the equivalence classes of tokens.
struct EquivalenceClasses {
    private struct EquivalenceKey: Hashable {
        let department: Int
        let userType: Int
        /// The user's own permissions.
        let permissions: [ExactName]
        let ceiling: Ceiling?
    }

    private let directory: Directory
    private var numbers: [EquivalenceKey: Int] = [:]
    /// By assignment; -1 where it was not requested yet.
    private var known: [Int]

    init(_ directory: Directory) {
        self.directory = directory
        known = [Int](repeating: -1, count: directory.assignments.count)
    }

    /// The number of a token's equivalence class.
    mutating func number(_ assignment: Int, _ kind: TokenKind) -> Int {
        if known[assignment] < 0 {
            let record = directory.assignments[assignment]
            let equivalenceClass = EquivalenceKey(
                department: record.department, userType: record.userType,
                permissions: directory.users[record.user].permissions.patterns, ceiling: record.ceiling)
            let number = numbers[equivalenceClass] ?? numbers.count
            numbers[equivalenceClass] = number
            known[assignment] = number
        }
        return known[assignment] * 2 + (kind == .api ? 0 : 1)
    }
}

/// Results for one token that also apply to its equivalents.
struct ClassCache<Value> {
    private var ofAll: Value?
    private var byClass: [Value?] = []
    private var byAssignment: [Int: Value] = [:]

    /// - Parameter equivalenceClass: the number of the token's class.
    func value(_ token: Token, equivalenceClass: Int) -> Value? {
        if let ofAll { return ofAll }
        if equivalenceClass < byClass.count, let known = byClass[equivalenceClass] { return known }
        return byAssignment.isEmpty ? nil : byAssignment[Self.key(token)]
    }

    /// The tokens that have the value of this one.
    /// - Returns: `nil` where there is none.
    func sharing(_ token: Token, equivalenceClass: Int) -> BulkEvaluator.Sharing? {
        if ofAll != nil { return .equivalenceClass(-1) }
        if equivalenceClass < byClass.count, byClass[equivalenceClass] != nil {
            return .equivalenceClass(equivalenceClass)
        }
        return byAssignment[Self.key(token)] == nil ? nil : .assignment(Self.key(token))
    }

    mutating func note(_ value: Value, for token: Token, equivalenceClass: Int, _ equivalence: TokenEquivalence) {
        switch equivalence {
        case .none: break
        case .assignment: byAssignment[Self.key(token)] = value
        case .all: ofAll = value
        case .equivalenceClass:
            while byClass.count <= equivalenceClass { byClass.append(nil) }
            byClass[equivalenceClass] = value
        }
    }

    private static func key(_ token: Token) -> Int { token.assignment * 2 + (token.kind == .api ? 0 : 1) }
}
