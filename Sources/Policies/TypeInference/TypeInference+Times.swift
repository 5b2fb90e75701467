internal import Lua
internal import Model
package import Syntax

/// Constants that a source writes by a function, `date "2026-12-31"`, and sums and differences of times.
extension TypeInference {
    /// The type of the constants that a call of this function writes; `nil` for any other function.
    package func constantType(_ callee: Expression.ID) -> ValueType? {
        guard case .name(let name) = chunk[resolved(callee)].kind, name.target == .global else { return nil }
        return BuiltinFunction(name: name.name)?.constantType
    }

    /// The constant that a call writes, where its argument is written correctly.
    func constant(_ type: ValueType, _ arguments: [Expression.ID]) -> Meaning {
        var id: Expressions.ID?
        if let first = arguments.first, let written = written(first),
            let value = try? Value(constant: written, of: type)
        {
            id = expressions.constant(value, type: type)
        }
        return .value(Known(type: type, expression: id, isHandle: true, absence: nil, isOfRequest: false))
    }

    /// True for an expression that is a constant written by a function.
    package func isConstant(_ id: Expression.ID) -> Bool {
        guard let known = value(id), known.isHandle, let expression = known.expression else { return false }
        return expressions.nodes[Int(expression)].operation == .constant
    }

    /// The place of a constant among the values of its type, and the constant as a source writes it; `nil` for one of a
    /// type without an order, and for any other expression.
    package func orderedConstant(_ id: Expression.ID) -> (place: Double, shown: String)? {
        guard isConstant(id), let known = value(id), let expression = known.expression else { return nil }
        let value = expressions.constants[Int(expressions.nodes[Int(expression)].a)]
        let place: Int64
        switch value {
        case .date(let date): place = date.daysSinceEpoch
        case .instant(let instant): place = instant.microseconds
        case .time(let time): place = time.microseconds
        case .duration(let span): place = span.microseconds
        default: return nil
        }
        return Double(exactly: place).map { ($0, "\(known.type.name) \"\(value.words(in: .empty))\"") }
    }

    /// The fault of a call that writes a constant.
    func misuse(ofConstant callee: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard let type = constantType(callee) else { return nil }
        func fault(_ message: String, _ place: Expression.ID) -> Fault {
            Fault(rule: "wrong-argument", message: message, position: chunk[place].position)
        }
        guard let first = arguments.first else {
            return fault("`\(type.name)` takes a string, as in `\(type.exampleConstant!)`", callee)
        }
        guard let written = written(first) else { return fault(Value.computed(type), first) }
        do throws(ValueFault) { _ = try Value(constant: written, of: type) } catch {
            return fault(error.message, first)
        }
        return nil
    }

    /// An argument that is written in the source: a literal, or a table of numbers; `nil` for one that is computed.
    private func written(_ id: Expression.ID) -> LuaValue? {
        if let bytes = literal(id) { return .string(String(decoding: bytes, as: UTF8.self)) }
        switch chunk[resolved(id)].kind {
        case .integer(let number): return .integer(number)
        case .float(let number): return .number(number)
        case .boolean(let flag): return .boolean(flag)
        case .nil: return .nil
        case .unary(.minus, let inner):
            guard case .integer(let number) = chunk[inner].kind else { return nil }
            return .integer(0 &- number)
        case .table(let fields):
            var entries: [LuaValue.Entry] = []
            for field in fields {
                switch field {
                case .named(let name, let value):
                    guard let value = written(value) else { return nil }
                    entries.append(.init(key: .string(name.name), value: value))
                case .item(let value):
                    guard let value = written(value) else { return nil }
                    entries.append(.init(key: .integer(Int64(entries.count + 1)), value: value))
                case .keyed: return nil
                }
            }
            return .table(entries)
        default: return nil
        }
    }

    // MARK: Sums and differences

    /// True for a value of the request, a setting or a constant that is a time.
    private func isTime(_ id: Expression.ID) -> Bool {
        value(id).map { TimeArithmetic.concerns($0.type) } ?? false
    }

    /// The result of `+` and `-`: a time or a number; `nil` where that depends on what the source does not determine.
    func sum(_ operation: BinaryOperator, _ left: Expression.ID, _ right: Expression.ID) -> Meaning? {
        let (one, other) = (value(left), value(right))
        guard isTime(left) || isTime(right) else {
            return one != nil || other != nil || luaKind(left) != nil || luaKind(right) != nil ? plain(.number) : nil
        }
        let isSum = operation == .add
        let kind: TimeArithmetic = isSum ? .sum : .difference
        guard let one, let other, let type = try? kind.result(one.type, other.type) else { return nil }
        var id: Expressions.ID?
        if let left = one.expression, let right = other.expression {
            id = expressions.intern(isSum ? .sum : .difference, left, right, type: type)
        }
        return .value(
            Known(
                type: type, expression: id, isHandle: true, absence: nil,
                isOfRequest: one.isOfRequest || other.isOfRequest))
    }

    /// True for a sum or a difference of times, which reads no content.
    package func isOfTimes(_ operation: BinaryOperator, _ left: Expression.ID, _ right: Expression.ID) -> Bool {
        (operation == .add || operation == .subtract) && (isTime(left) || isTime(right))
    }

    /// The reason why operands cannot be added or subtracted, of which one is a time; `nil` when they can, or when the
    /// source does not determine it.
    func mismatch(ofTimes operation: BinaryOperator, _ left: Expression.ID, _ right: Expression.ID) -> String? {
        let kind: TimeArithmetic = operation == .add ? .sum : .difference
        guard let one = value(left)?.type, let other = value(right)?.type else {
            let unknown = value(left) == nil ? left : right
            return luaKind(unknown).map {
                "cannot \(operation == .add ? "add" : "subtract") a time and \($0.withArticle)"
            }
        }
        do throws(ValueFault) { _ = try kind.result(one, other) } catch { return error.message }
        return nil
    }

    /// The reason why a value is compared with a string in vain, with the constant to write instead; `nil` for any
    /// other comparison.
    func textComparison(_ one: Expression.ID, _ other: Expression.ID, isOrder: Bool) -> String? {
        for (side, opposite) in [(one, other), (other, one)] {
            guard let type = value(side)?.type, type.example != nil, let bytes = literal(opposite) else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(ValueFault) { _ = try Value(text, in: type) } catch {
                return "\(error.message); write `\(type.exampleConstant!)`"
            }
            return "cannot \(isOrder ? "order" : "compare") \(type.withArticle) with a string: write "
                + "`\(type.name) \"\(text)\"`"
        }
        return nil
    }

    // MARK: Arguments

    /// The reason why an argument is no network; `nil` when it may be one.
    func network(_ id: Expression.ID) -> String? {
        if let bytes = literal(id) {
            do throws(ValueFault) { _ = try Value(String(decoding: bytes, as: UTF8.self), in: .network) } catch {
                return error.message
            }
            return nil
        }
        if let type = value(id)?.type, type == .network || type == .ip { return nil }
        return kind(of: id).map { "a network is a string, `10.0.0.0/8`, or a value of the type `network`; got \($0)" }
    }

    /// The reason why the ends of `between` are no times of day; `nil` when they may be.
    func ends(_ arguments: [Expression.ID]) -> (message: String, place: Expression.ID)? {
        var times: [TimeOfDay] = []
        for argument in arguments {
            if let bytes = literal(argument) {
                do throws(ValueFault) {
                    if case .time(let time) = try Value(String(decoding: bytes, as: UTF8.self), in: .time) {
                        times.append(time)
                    }
                } catch { return (error.message, argument) }
            } else if value(argument)?.type == .time {
                guard let id = value(argument)?.expression, case let node = expressions.nodes[Int(id)],
                    node.operation == .constant, case .time(let time) = expressions.constants[Int(node.a)]
                else { continue }
                times.append(time)
            } else if let got = kind(of: argument) {
                return ("`between` takes two times such as `06:00`, got \(got)", argument)
            }
        }
        if times.count == 2, times[0] == times[1] { return (BetweenEnds.same, arguments[1]) }
        if arguments.count == 1, !chunk.isMultiple(arguments[0]) {
            return ("`between` takes two times: `:between(\"06:00\", \"21:00\")`", arguments[0])
        }
        return nil
    }
}
