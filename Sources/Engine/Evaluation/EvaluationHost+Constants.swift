internal import Lua
internal import Model
internal import Policies

/// Constants, sums and differences of times, and networks.
extension EvaluationHost {
    /// A constant that the policy or the plugin writes.
    func constant(_ type: ValueType, _ argument: LuaValue) throws(Resolver.Fault) -> HostAnswer {
        do throws(ValueFault) {
            return .handle(expressions.constant(try Value(constant: argument, of: type), type: type))
        } catch { throw Resolver.Fault(message: error.message) }
    }

    /// True when an operand is a time, so that `+` and `-` are not for numbers.
    func isOfTimes(_ arguments: LuaArguments) -> Bool {
        for index in 0..<2 {
            if let handle = arguments.handle(index), TimeArithmetic.concerns(type(handle)) { return true }
        }
        return false
    }

    func arithmetic(_ operation: Expressions.Operation, _ arguments: LuaArguments) -> HostAnswer {
        do throws(Resolver.Fault) {
            let one = try operand(arguments, 0)
            let other = try operand(arguments, 1)
            guard expressions.carries(one), expressions.carries(other) else {
                throw Resolver.Fault(message: Self.tooDeep)
            }
            do throws(ValueFault) {
                let kind: TimeArithmetic = operation == .sum ? .sum : .difference
                let result = try kind.result(type(one), type(other))
                return .handle(expressions.intern(operation, one, other, type: result))
            } catch { throw Resolver.Fault(message: error.message) }
        } catch { return .failure(error.message) }
    }

    /// An end of `between`: a time of day as a string, or one of a constant, a setting or a property.
    func timeOfDay(_ arguments: LuaArguments, _ index: Int) throws(Resolver.Fault) -> Expressions.ID {
        if let handle = arguments.handle(index), type(handle) == .time { return handle }
        guard arguments.handle(index) == nil, case .string = arguments[index] else {
            let got = arguments.handle(index).map { type($0).withArticle } ?? arguments[index].kindName
            throw Resolver.Fault(message: "`between` takes two times such as `06:00`, got \(got)")
        }
        do throws(ValueFault) {
            return expressions.constant(try Value(constant: arguments[index], of: .time), type: .time)
        } catch { throw Resolver.Fault(message: error.message) }
    }

    /// A network: as a string, or one of a constant, a setting, a property or a column. An address is a network of one.
    func network(_ value: LuaValue, _ method: Method) throws(Resolver.Fault) -> Expressions.ID {
        if case .handle(let id) = value {
            guard type(id) == .network || type(id) == .ip else {
                throw Resolver.Fault(message: "`\(method.name)` takes a network, got \(type(id).withArticle)")
            }
            guard expressions.carries(id) else { throw Resolver.Fault(message: Self.tooDeep) }
            return id
        }
        guard case .string = value else {
            throw Resolver.Fault(
                message: "`\(method.name)` takes a network, `10.0.0.0/8`, got \(value.kindName)")
        }
        do throws(ValueFault) {
            return expressions.constant(try Value(constant: value, of: .network), type: .network)
        } catch { throw Resolver.Fault(message: error.message) }
    }
}
