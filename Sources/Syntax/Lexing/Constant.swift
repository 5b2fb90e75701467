internal import Glibc

/// The value that Lua's compiler knows for an expression; a `<const>` variable that has one is never an upvalue.
enum Constant {
    case integer(Int64)
    case float(Double)
    case other(isTrue: Bool)

    private var isTrue: Bool {
        if case .other(let isTrue) = self { return isTrue }
        return true
    }

    private var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .float(let value): value
        case .other: nil
        }
    }

    private var whole: Int64? {
        switch self {
        case .integer(let value): value
        case .float(let value): Int64(exactly: value)
        case .other: nil
        }
    }

    static func fold(_ unary: UnaryOperator, _ operand: Constant) -> Constant? {
        switch unary {
        case .not: .other(isTrue: !operand.isTrue)
        case .minus:
            if case .integer(let value) = operand { .integer(0 &- value) } else { checked(operand.number.map { -$0 }) }
        case .bitNot: operand.whole.map { .integer(~$0) }
        case .length: nil
        }
    }

    static func fold(_ binary: BinaryOperator, _ left: Constant, _ right: Constant) -> Constant? {
        switch binary {
        case .and: return left.isTrue ? right : nil
        case .or: return left.isTrue ? nil : right
        case .bitOr, .bitXor, .bitAnd, .shiftLeft, .shiftRight:
            guard let a = left.whole, let b = right.whole else { return nil }
            return bits(binary, a, b).map(Constant.integer)
        default: break
        }
        if case .integer(let a) = left, case .integer(let b) = right {
            switch binary {
            case .add: return .integer(a &+ b)
            case .subtract: return .integer(a &- b)
            case .multiply: return .integer(a &* b)
            case .floorDivide, .modulo:
                if b == 0 { return nil }
                if b == -1 { return .integer(binary == .modulo ? 0 : 0 &- a) }
                let isBelow = a % b != 0 && (a ^ b) < 0
                return .integer(binary == .modulo ? a % b + (isBelow ? b : 0) : a / b - (isBelow ? 1 : 0))
            default: break
            }
        }
        guard let a = left.number, let b = right.number else { return nil }
        return checked(real(binary, a, b))
    }

    /// The constant for a value, which Lua does not fold when it is zero or NaN.
    private static func checked(_ value: Double?) -> Constant? {
        guard let value, !value.isNaN, value != 0 else { return nil }
        return .float(value)
    }

    private static func bits(_ binary: BinaryOperator, _ a: Int64, _ b: Int64) -> Int64? {
        switch binary {
        case .bitOr: a | b
        case .bitXor: a ^ b
        case .bitAnd: a & b
        case .shiftLeft: Int64(bitPattern: UInt64(bitPattern: a) << b)
        case .shiftRight: Int64(bitPattern: UInt64(bitPattern: a) >> b)
        default: nil
        }
    }

    private static func real(_ binary: BinaryOperator, _ a: Double, _ b: Double) -> Double? {
        switch binary {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .power: return pow(a, b)
        case .divide: return b == 0 ? nil : a / b
        case .floorDivide: return b == 0 ? nil : (a / b).rounded(.down)
        case .modulo:
            if b == 0 { return nil }
            let rest = fmod(a, b)
            return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
        default: return nil
        }
    }
}
