internal import Decisions
internal import Model
internal import Policies

/// Which other live tokens are answered as one was, as what was read of that one tells.
enum Likeness: Comparable {
    /// None: something was read that is the token's own.
    case none
    /// Those of its assignment and kind.
    case assignment
    /// Those of its standing: its department, user type and kind, whose users have the same permissions of their own.
    case standing
    /// All: nothing was read of it.
    case all
}

extension TracedDecision {
    /// Who else is answered so: the same is read of them, and comes to the same.
    var likeness: Likeness {
        // What ran out of time need not do so again.
        let failures = decision.failures + decision.observedFailures
        guard !failures.contains(where: { $0.kind == .deadline || $0.kind == .memory }) else { return .none }
        return readings.flatMap(\.readings).flatMap(\.parts).map(\.likeness).min() ?? .all
    }
}

extension ObservedFact {
    /// Who else this comes to the same for; what it stands on is asked by itself.
    var likeness: Likeness {
        guard operands.contains(where: { $0.holder != nil }) else { return .all }
        switch operation {
        case .attribute(let attribute):
            switch attribute {
            case .department, .userType, .kind: return .standing
            case .user: return .assignment
            default: return .none
            }
        case .can, .meets, .covers: return .standing
        // What a function of a plugin makes of a whole token is not known.
        default: return .none
        }
    }
}

/// Numbers the standings of tokens.
struct Standings {
    private struct Standing: Hashable {
        let department: Int
        let userType: Int
        /// The user's own permissions.
        let permissions: [ExactName]
    }

    private let directory: Directory
    private var numbers: [Standing: Int] = [:]
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
            let standing = Standing(
                department: record.department, userType: record.userType,
                permissions: directory.users[record.user].permissions.patterns)
            let number = numbers[standing] ?? numbers.count
            numbers[standing] = number
            known[assignment] = number
        }
        return known[assignment] * 2 + (kind == .api ? 0 : 1)
    }
}

/// What was found out for one token and holds for those that are alike.
struct Alike<Value> {
    private var ofAll: Value?
    private var byStanding: [Value?] = []
    private var byAssignment: [Int: Value] = [:]

    /// - Parameter standing: the number of the token's.
    func value(_ token: Token, standing: Int) -> Value? {
        if let ofAll { return ofAll }
        if standing < byStanding.count, let known = byStanding[standing] { return known }
        return byAssignment.isEmpty ? nil : byAssignment[Self.key(token)]
    }

    mutating func note(_ value: Value, for token: Token, standing: Int, _ likeness: Likeness) {
        switch likeness {
        case .none: break
        case .assignment: byAssignment[Self.key(token)] = value
        case .all: ofAll = value
        case .standing:
            while byStanding.count <= standing { byStanding.append(nil) }
            byStanding[standing] = value
        }
    }

    private static func key(_ token: Token) -> Int { token.assignment * 2 + (token.kind == .api ? 0 : 1) }
}
