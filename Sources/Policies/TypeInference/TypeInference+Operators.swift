internal import Model
internal import Syntax

/// Operands that an operator does not take.
extension TypeInference {
    func mismatch(_ operation: BinaryOperator, _ left: Expression.ID, _ right: Expression.ID) -> String? {
        switch operation {
        case .and, .or: return nil
        case .equal, .notEqual: return mismatch(left, right, isOrder: false)
        case .less, .lessEqual, .greater, .greaterEqual: return mismatch(left, right, isOrder: true)
        case .concat:
            for side in [left, right] { if let message = notText(side) { return message } }
        case _ where isOfTimes(operation, left, right): return mismatch(ofTimes: operation, left, right)
        default:
            for side in [left, right] where operation == .add {
                guard case .string(let bytes) = chunk[side].kind, Double(String(decoding: bytes, as: UTF8.self)) == nil
                else { continue }
                return "`+` adds numbers: join strings with `..`"
            }
            for side in [left, right] {
                if let message = notNumber(side, isBitwise: operation.isBitwise) { return message }
            }
        }
        return nil
    }

    func mismatch(_ operation: UnaryOperator, _ operand: Expression.ID) -> String? {
        switch operation {
        case .not: return nil
        case .length:
            switch luaKind(operand) {
            case .boolean?, .number?, .function?, .nothing?: return "\(luaKind(operand)!.withArticle) has no length"
            default: break
            }
            guard let known = value(operand), known.isHandle else { return nil }
            return known.type.hasLength ? nil : "\(known.typeName) has no length"
        case .minus: return notNumber(operand)
        case .bitNot: return notNumber(operand, isBitwise: true)
        }
    }

    /// The reason why two values cannot be compared; `nil` when they can, or when it is not known.
    private func mismatch(_ one: Expression.ID, _ other: Expression.ID, isOrder: Bool) -> String? {
        for (side, opposite) in [(one, other), (other, one)] {
            guard let known = value(side), known.isHandle, known.type != .boolean else { continue }
            switch luaKind(opposite) {
            case .nothing?: return "a value of the request is never nil: test with `:has` whether it is present"
            case .table?, .function?, .library?: return "cannot compare \(known.typeName) with a table or a function"
            default: break
            }
        }
        if !isOrder, let message = oddChoice(one, other) ?? oddChoice(other, one) { return message }
        if let message = textComparison(one, other, isOrder: isOrder) { return message }
        if let left = value(one), let right = value(other), left.isHandle || right.isHandle {
            if left.type == right.type {
                if left.type.hasParts { return "\(left.typeName) has parts: compare those" }
                return isOrder && !left.type.isOrdered ? "\(left.typeName) has no order" : nil
            }
            do throws(Resolver.Fault) {
                try Resolver.same(left.type, right.type, isOrder ? "order" : "compare")
            } catch { return error.message }
            return nil
        }
        return mismatch(luaKind(one), luaKind(other), isOrder: isOrder)
    }

    /// The reason why the result of a plugin's function, one of a few strings, is never a certain string.
    private func oddChoice(_ one: Expression.ID, _ other: Expression.ID) -> String? {
        guard let bytes = literal(other), let (name, choices) = pluginChoices(one) ?? declaredChoices(one) else {
            return nil
        }
        let text = ExactName(String(decoding: bytes, as: UTF8.self))
        return choices.contains(text)
            ? nil : "`\(name)` is never `\(text)`" + Suggestion.hint(for: text, among: choices)
    }

    /// The same for values of Lua's own, of kinds that may be unknown.
    private func mismatch(_ one: LuaKind?, _ other: LuaKind?, isOrder: Bool) -> String? {
        if isOrder {
            for kind in [one, other] {
                switch kind {
                case .nothing?, .boolean?, .table?, .function?, .library?: return "\(kind!.withArticle) has no order"
                default: continue
                }
            }
        }
        guard let one, let other, !one.mayEqual(other), isOrder || one != .nothing && other != .nothing else {
            return nil
        }
        return "cannot \(isOrder ? "order" : "compare") \(one.withArticle) with \(other.withArticle)"
            + ([one, other].contains(.string) && [one, other].contains(.number) ? ": write `tonumber(…)`" : "")
    }

    /// The reason why an expression is no string and no number; `nil` when it may be one.
    func notText(_ id: Expression.ID) -> String? {
        switch luaKind(id) {
        case .boolean?, .table?, .function?, .library?:
            return "\(luaKind(id)!.withArticle) is not a string"
                + (luaKind(id) == .boolean ? ": write `tostring(…)`" : "")
        case .nothing?: return "nil is not a string"
        case .string?, .number?: return nil
        case nil: break
        }
        guard let known = value(id), known.isHandle else { return nil }
        switch known.type {
        case .string, .number, .instant, .date, .time, .duration, .ip, .network: return nil
        case .department, .user, .userType: return "\(known.typeName) is not a string: write `.id` or `.name`"
        default: return "\(known.typeName) is not a string"
        }
    }

    /// The reason why an expression is no number; `nil` when it may be one.
    func notNumber(_ id: Expression.ID, isBitwise: Bool = false) -> String? {
        switch luaKind(id) {
        case .number?: return nil
        case .string?: return "a string is not a number: write `tonumber(…)`"
        case let kind?: return "\(kind.withArticle) is not a number"
        case nil: break
        }
        guard let known = value(id), known.isHandle else { return nil }
        switch known.type {
        case .number:
            return isBitwise ? "a bitwise operator takes numbers of Lua: write `(x + 0)`" : nil
        case .string: return "a string is not a number: write `tonumber(…)`"
        case .instant, .date: return "\(known.typeName) is not a number: use `:plus { … }`"
        case .duration: return "a duration is not a number: use its `.days`, `.hours`, `.minutes` or `.seconds`"
        default: return "\(known.typeName) is not a number"
        }
    }
}
