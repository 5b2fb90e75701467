internal import Model
internal import Syntax

/// The course of a policy for all requests that have one string in common: every branch that such a request may take.
///
/// INVARIANT: in doubt, the policy may say something. It follows only what can neither have an effect nor fail as long
/// as the values in `needed` are present.
struct TargetWalk {
    /// The policy may have an effect, may fail, or does something that is not followed.
    struct MaySpeak: Error {}

    /// The truth of a condition, as far as it is the same for all those requests.
    private enum KnownTruth {
        case no, yes, unknown

        static prefix func ! (truth: KnownTruth) -> KnownTruth {
            switch truth {
            case .no: .yes
            case .yes: .no
            case .unknown: .unknown
            }
        }
    }

    /// The ways in which a block may end.
    struct BlockExit: OptionSet {
        let rawValue: UInt8

        static let goesOn = BlockExit(rawValue: 1)
        static let returns = BlockExit(rawValue: 2)
    }

    /// Deeper expressions are not followed.
    static let mostDepth = 100

    private let chunk: Chunk
    private let inference: TypeInference
    private let parts: RequestParts
    /// The value that the requests have in common: it is present, and this string.
    private let path: PolicyTarget.Path
    /// `nil` for a string that the source does not name.
    private let text: ExactName?
    /// The other values that are read.
    private(set) var needed: [PolicyTarget.Path] = []
    private var depth = 0

    init(_ inference: TypeInference, _ parts: RequestParts, _ path: PolicyTarget.Path, _ text: ExactName?) {
        chunk = inference.chunk
        (self.inference, self.parts) = (inference, parts)
        (self.path, self.text) = (path, text)
    }

    // MARK: Statements

    mutating func run(_ block: Block) throws(MaySpeak) -> BlockExit {
        var exits: BlockExit = []
        for statement in block.statements {
            let exit = try run(statement)
            exits.formUnion(exit.subtracting(.goesOn))
            guard exit.contains(.goesOn) else { return exits }
        }
        return exits.union(.goesOn)
    }

    private mutating func run(_ statement: Statement) throws(MaySpeak) -> BlockExit {
        switch statement.kind {
        case .empty, .localFunction: return .goesOn
        // A variable to be closed fails for most values.
        case .local(let names, let values) where names.allSatisfy({ chunk[$0].attribute?.name != "close" }):
            for value in values { try define(value) }
            return .goesOn
        case .block(let block): return try nested { walk throws(MaySpeak) in try walk.run(block) }
        case .if(let branches, let otherwise):
            return try nested { walk throws(MaySpeak) in try walk.run(branches, otherwise) }
        case .return(let values) where values.isEmpty: return .returns
        default: throw MaySpeak()
        }
    }

    private mutating func run(_ branches: [Statement.Branch], _ otherwise: Block?) throws(MaySpeak) -> BlockExit {
        var exits: BlockExit = []
        for branch in branches {
            let truth = try truth(of: branch.condition)
            if truth != .no { exits.formUnion(try run(branch.block)) }
            if truth == .yes { return exits }
        }
        guard let otherwise else { return exits.union(.goesOn) }
        return exits.union(try run(otherwise))
    }

    /// Follows the value of a variable: a constant, a function, a part of the request or a condition.
    private mutating func define(_ value: Expression.ID) throws(MaySpeak) {
        switch chunk[value].kind {
        case .nil, .boolean, .integer, .float, .string, .function: return
        default: break
        }
        if let part = parts.part(value) {
            if part.known.type.isComparable { return try read(part) }
            for owner in part.owners { try requirePresence(of: owner.known, owner.path) }
            return try requirePresence(of: part.known, part.path)
        }
        _ = try truth(of: value)
    }

    // MARK: Conditions

    private mutating func truth(of id: Expression.ID) throws(MaySpeak) -> KnownTruth {
        try nested { walk throws(MaySpeak) in try walk.find(id) }
    }

    private mutating func find(_ id: Expression.ID) throws(MaySpeak) -> KnownTruth {
        switch chunk[id].kind {
        case .boolean(let value): return value ? .yes : .no
        case .parenthesized(let inner): return try truth(of: inner)
        case .unary(.not, let inner): return !(try truth(of: inner))
        case .binary(.and, let left, let right, _):
            let first = try truth(of: left)
            if first == .no { return .no }
            let second = try truth(of: right)
            return first == .yes || second == .no ? second : .unknown
        case .binary(.or, let left, let right, _):
            let first = try truth(of: left)
            if first == .yes { return .yes }
            let second = try truth(of: right)
            return first == .no || second == .yes ? second : .unknown
        case .binary(.equal, let left, let right, _): return try equality(left, right)
        case .binary(.notEqual, let left, let right, _): return !(try equality(left, right))
        case .binary(.less, let left, let right, _), .binary(.lessEqual, let left, let right, _),
            .binary(.greater, let left, let right, _), .binary(.greaterEqual, let left, let right, _):
            try compare(left, right)
            return .unknown
        case .method(let base, let name, let arguments) where name.name == "has" && arguments.count == 1:
            return try presence(base, arguments[0])
        case .name:
            if let value = definition(of: id) { return try truth(of: value) }
            throw MaySpeak()
        case .member, .index:
            guard let part = parts.part(id), part.known.type == .boolean else { throw MaySpeak() }
            try read(part)
            return .unknown
        default: throw MaySpeak()
        }
    }

    /// The part of the request and the string that two sides compare; `nil` for any other comparison.
    func comparison(_ left: Expression.ID, _ right: Expression.ID) -> (path: PolicyTarget.Path, text: ExactName)? {
        for (value, constant) in [(left, right), (right, left)] {
            guard let bytes = inference.literal(constant), let part = parts.part(value), part.known.type == .string
            else {
                continue
            }
            let text = String(decoding: bytes, as: UTF8.self)
            // Bytes that are no text are equal to nothing that a request can have; comparing them may fail.
            guard text.utf8.elementsEqual(bytes) else { return nil }
            // So does comparing a value with a string that it can never be.
            let choices = part.known.expression.flatMap { inference.expressions.declared($0).choices }
            guard choices?.contains(ExactName(text)) != false else { return nil }
            return (part.path, ExactName(text))
        }
        return nil
    }

    private mutating func equality(_ left: Expression.ID, _ right: Expression.ID) throws(MaySpeak) -> KnownTruth {
        guard let (path, text) = comparison(left, right) else {
            try compare(left, right)
            return .unknown
        }
        for side in [left, right] { if let part = parts.part(side) { try read(part) } }
        guard path == self.path else { return .unknown }
        return text == self.text ? .yes : .no
    }

    /// Follows a comparison of parts of the request, or of one with a constant: it does not fail when all are present.
    private mutating func compare(_ left: Expression.ID, _ right: Expression.ID) throws(MaySpeak) {
        guard let one = inference.value(left)?.type, one == inference.value(right)?.type, one.isComparable else {
            throw MaySpeak()
        }
        for side in [left, right] {
            if let part = parts.part(side) { try read(part) } else if !isNumber(side) { throw MaySpeak() }
        }
    }

    /// Of the known value and its owners alone it is certain that they are present.
    private func presence(_ base: Expression.ID, _ name: Expression.ID) throws(MaySpeak) -> KnownTruth {
        guard let bytes = inference.literal(name), let part = parts.part(base) else { throw MaySpeak() }
        let asked = PolicyTarget.Path(part.path.names + [ExactName(String(decoding: bytes, as: UTF8.self))])
        guard path.starts(with: asked) else { throw MaySpeak() }
        return .yes
    }

    private func isNumber(_ id: Expression.ID) -> Bool {
        switch chunk[id].kind {
        case .integer: return true
        case .float(let value): return value.isFinite
        case .unary(.minus, let inner), .parenthesized(let inner):
            if case .integer = chunk[inner].kind { return true }
            return false
        default: return false
        }
    }

    // MARK: Parts of the request

    /// The value of a variable that is never assigned to; `nil` for any other expression.
    private func definition(of id: Expression.ID) -> Expression.ID? {
        guard case .name(let name) = chunk[id].kind, case .local(let variable) = name.target else { return nil }
        return inference.definition(of: variable)
    }

    /// Reads the content of a part.
    private mutating func read(_ part: RequestParts.Part) throws(MaySpeak) {
        for owner in part.owners { try requirePresence(of: owner.known, owner.path) }
        if part.path != path, !needed.contains(part.path) { needed.append(part.path) }
    }

    /// Follows a part that has parts of its own, which is only named: it is always present, or has the known value.
    private func requirePresence(of known: TypeInference.Known, _ path: PolicyTarget.Path) throws(MaySpeak) {
        guard known.absence == nil || self.path.starts(with: path) else { throw MaySpeak() }
    }

    // MARK: Depth

    private mutating func nested<Result>(
        _ body: (inout TargetWalk) throws(MaySpeak) -> Result
    ) throws(MaySpeak) -> Result {
        guard depth < Self.mostDepth, parts.mayStep() else { throw MaySpeak() }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }
}

extension ValueType {
    /// True for values of which two of the same type, both present, can always be compared.
    fileprivate var isComparable: Bool {
        switch self {
        case .string, .number, .boolean, .instant, .date, .time, .duration, .department, .user, .userType: true
        default: false
        }
    }
}
