package import Model

/// The host that a script queries; called back synchronously on the sandbox's thread.
///
/// It must not use the sandbox it is called from.
package protocol SandboxHost: AnyObject {
    /// The kind of a field of a handle; asked once for each handle and key unless it fails.
    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer
    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer
    /// Calls a host function or method; `line` is the caller's current line.
    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer
    func typeName(_ handle: UInt32) -> String
    /// The host's fast callbacks; `nil` for a host that answers everything in full.
    var port: FastCallbacks? { get }
}

extension SandboxHost {
    package var port: FastCallbacks? { nil }
}

/// The host's answer to a script.
package enum HostAnswer: Equatable, Sendable {
    case nothing
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case handle(UInt32)
    /// The truth of a fact. When the same question is asked again, only this fact is read.
    case fact(UInt32, holds: Bool)
    /// A handle that stays the answer as long as the fact holds, as it does now.
    case handleWhile(UInt32, fact: UInt32)
    /// The table that a loaded chunk returns: the chunk is run once for each run of the program that asks.
    case chunk(Int)
    /// An error raised in the script, at the line that asked.
    case failure(String)
}

/// The kind of a field of a handle.
package enum AttributeAnswer: Equatable, Sendable {
    /// Another handle; cached.
    case expression(UInt32)
    /// A fact; cached. Each use of the field asks for `.read` with this handle.
    case fact(UInt32)
    /// A function; cached. Calling it calls the host with this code.
    case method(UInt32)
    /// A method of a list, which calls a function with each element until it returns this; cached.
    case walk(until: Bool)
    /// The function of the string library with that name, which gets the handle's content; cached.
    case text
    /// An error raised in the script; not cached.
    case failure(String)
}

/// An operation of a script on a handle.
package enum HostOperation: UInt32, Sendable {
    case read
    case content
    case equal
    case less
    case lessEqual
    case length
    case element
    /// Answered by `.nothing` for numbers, which Lua adds and subtracts itself.
    case add
    case subtract
    /// Of a list, an element that need not be there.
    case index
    /// Of a map, the key and the value of an entry by its place.
    case key, value
}

/// A global through which scripts call the host.
package struct HostFunction: Sendable {
    package let name: String
    package let code: UInt32

    package init(name: String, code: UInt32) {
        self.name = name
        self.code = code
    }
}

/// A global that marks its arguments, such as `optional`: see `LuaValue.tagged`.
package struct HostTag: Sendable, ExpressibleByStringLiteral {
    package let name: String
    /// The most arguments that it takes, 1 or 2.
    package let most: Int

    package init(_ name: String, most: Int = 1) {
        self.name = name
        self.most = most
    }

    package init(stringLiteral name: String) { self.init(name) }
}
