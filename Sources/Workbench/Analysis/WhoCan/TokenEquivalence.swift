internal import Decisions
internal import Model
internal import Policies

/// Which other live tokens are answered as one was, as what was read of that one tells.
enum TokenEquivalence: Comparable {
    /// None: something was read that is the token's own.
    case none
    /// Those of its assignment and kind.
    case assignment
    /// Those of its standing: its department, user type and kind, whose users have the same permissions of their own.
    case equivalenceClass
    /// All: nothing was read of it.
    case all
}

extension TracedDecision {
    /// Who else is answered so: the same is read of them, and comes to the same.
    var likeness: TokenEquivalence {
        // What ran out of time need not do so again.
        let failures = decision.failures + decision.observedFailures
        guard !failures.contains(where: { $0.kind == .deadline || $0.kind == .memory }) else { return .none }
        return readings.flatMap(\.readings).flatMap(\.parts).map(\.likeness).min() ?? .all
    }
}

extension ObservedFact {
    /// Who else this comes to the same for; what it stands on is asked by itself.
    var likeness: TokenEquivalence {
        guard operands.contains(where: { $0.holder != nil }) else { return .all }
        switch operation {
        case .attribute(let attribute):
            switch attribute {
            case .department, .userType, .kind: return .equivalenceClass
            case .user: return .assignment
            default: return .none
            }
        case .can, .meets, .covers: return .equivalenceClass
        // What a function of a plugin makes of a whole token is not known.
        default: return .none
        }
    }
}

/// Numbers the standings of tokens.
struct EquivalenceClasses {
    private struct EquivalenceKey: Hashable {
        let department: Int
        let userType: Int
        /// The user's own permissions.
        let permissions: [ExactName]
    }

    private let directory: Directory
    private var numbers: [EquivalenceKey: Int] = [:]
    /// By assignment; -1 where it was not asked for.
    private var known: [Int]

    init(_ directory: Directory) {
        self.directory = directory
        known = [Int](repeating: -1, count: directory.assignments.count)
    }

    /// The number of a token's standing, which only tokens of that standing have.
    mutating func number(_ assignment: Int, _ kind: TokenKind) -> Int {
        if known[assignment] < 0 {
            let record = directory.assignments[assignment]
            let equivalenceClass = EquivalenceKey(
                department: record.department, userType: record.userType,
                permissions: directory.users[record.user].permissions.patterns)
            let number = numbers[equivalenceClass] ?? numbers.count
            numbers[equivalenceClass] = number
            known[assignment] = number
        }
        return known[assignment] * 2 + (kind == .api ? 0 : 1)
    }
}

/// What was found out for one token and holds for those that are alike.
struct ClassCache<Value> {
    private var ofAll: Value?
    private var byClass: [Value?] = []
    private var byAssignment: [Int: Value] = [:]

    /// - Parameter standing: the number of the token's.
    func value(_ token: Token, equivalenceClass: Int) -> Value? {
        if let ofAll { return ofAll }
        if equivalenceClass < byClass.count, let known = byClass[equivalenceClass] { return known }
        return byAssignment.isEmpty ? nil : byAssignment[Self.key(token)]
    }

    mutating func note(_ value: Value, for token: Token, equivalenceClass: Int, _ likeness: TokenEquivalence) {
        switch likeness {
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
