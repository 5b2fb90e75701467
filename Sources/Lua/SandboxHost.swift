package import Model

/// The world a script can ask about; called back synchronously on the sandbox's thread.
///
/// It must not use the sandbox it is called from.
package protocol SandboxHost: AnyObject {
    /// What a field of a handle is; asked once for each handle and key unless it fails.
    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer
    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer
    /// Calls a host function or method; `line` is the caller's current line.
    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer
    func typeName(_ handle: UInt32) -> String
    /// Where the host is asked without a detour; `nil` for a host that answers everything in full.
    var port: FastCallbacks? { get }
}

extension SandboxHost {
    package var port: FastCallbacks? { nil }
}

/// What the host gives back to a script.
package enum HostAnswer: Equatable, Sendable {
    case nothing
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case handle(UInt32)
    /// What a fact came to. The same question, asked again, is asked of that fact alone.
    case fact(UInt32, holds: Bool)
    /// A handle that is the answer while a fact holds, as it does now.
    case handleWhile(UInt32, fact: UInt32)
    /// Raises in the script, at the line that asked.
    case failure(String)
}

/// What a field of a handle is.
package enum AttributeAnswer: Equatable, Sendable {
    /// Another handle, remembered.
    case expression(UInt32)
    /// A fact, remembered: each reading asks `.read` with this handle.
    case fact(UInt32)
    /// A function, remembered: calling it asks the host with this code.
    case method(UInt32)
    /// The function of that name of the string library, which takes the handle's content; remembered.
    case text
    /// Raises in the script and is not remembered.
    case failure(String)
}

/// What a script does with a handle.
package enum HostOperation: UInt32, Sendable {
    case read
    case content
    case equal
    case less
    case lessEqual
    case length
    case element
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
