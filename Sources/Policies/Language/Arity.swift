package import Lua

/// The argument counts of the host's functions. A surplus argument is an error: it would have no effect, and its author
/// meant it to have one.
package enum Arity {
    /// Refuses surplus arguments.
    /// - Parameters:
    ///   - arguments: all of them, including the value whose method is called.
    ///   - before: the number of leading arguments that are not counted: 1 for a method.
    package static func hold(
        _ arguments: LuaArguments, to most: Int, of name: String, before: Int = 0
    ) throws(Resolver.Fault) {
        guard arguments.count > most + before, arguments.stated > most + before else { return }
        throw Resolver.Fault(message: surplus(name, most, got: arguments.stated - before))
    }

    package static func surplus(_ name: String, _ most: Int, got count: Int) -> String {
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
    /// The number of arguments that the method takes at most.
    package var arity: Int {
        switch self {
        case .endOfDay: 0
        // As many as the index of the table has columns.
        case .all: PluginTable.mostIndexed
        default: 1
        }
    }
}
