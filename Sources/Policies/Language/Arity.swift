internal import Lua
internal import Model

/// How many arguments the functions of the host take. One too many is an error: it would have no effect, and whoever wrote it
/// meant one.
enum Arity {
    /// Refuses arguments that would not be looked at.
    /// - Parameters:
    ///   - arguments: all of them, the value whose method is called too.
    ///   - before: how many of them are not counted: 1 for a method.
    static func hold(
        _ arguments: LuaArguments, to most: Int, of name: String, before: Int = 0
    ) throws(Resolver.Fault) {
        guard arguments.count > most + before, arguments.stated > most + before else { return }
        throw Resolver.Fault(message: surplus(name, most, got: arguments.stated - before))
    }

    static func surplus(_ name: String, _ most: Int, got count: Int) -> String {
        let takes =
            switch most {
            case 0: "nothing"
            case 1: "one argument"
            default: "at most \(most) arguments"
            }
        return "`\(name)` takes \(takes), got \(count)"
    }
}

extension Method {
    /// How many arguments it takes.
    var arity: Int { self == .endOfDay ? 0 : 1 }
}

extension EvaluationHost.Function {
    /// How many arguments it takes at most.
    var arity: Int {
        switch self {
        case .permit, .settings, .use, .data: 1
        case .deny, .advise, .oblige: 2
        }
    }

    init?(name: String) {
        guard let function = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = function
    }
}
