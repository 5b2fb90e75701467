internal import CLua
internal import Model

/// The functions through which C calls the host; `context` points to an `any SandboxHost` that outlives the call.
enum Callbacks {
    /// Lends the host to C for one evaluation.
    static func lend(
        _ host: any SandboxHost,
        to body: (UnsafePointer<clua_host>) -> clua_outcome
    ) -> clua_outcome {
        let port = unsafe host.port
        return unsafe withUnsafePointer(to: host) { context in
            // INVARIANT: C forgets the table and the context before `body` returns.
            var table = unsafe clua_host(
                context: UnsafeRawPointer(context),
                attribute: { unsafe Callbacks.attribute($0, $1, $2, $3, $4) },
                operate: { unsafe Callbacks.operate($0, $1, $2, $3, $4) },
                call: { unsafe Callbacks.call($0, $1, $2, $3, $4, $5, $6) },
                type_name: { unsafe Callbacks.typeName($0, $1, $2) },
                port: port?.context, fact: port?.fact, begin: port?.begin)
            return unsafe withUnsafePointer(to: &table) { unsafe body($0) }
        }
    }

    private static func host(_ context: UnsafeRawPointer?) -> any SandboxHost {
        unsafe context!.assumingMemoryBound(to: (any SandboxHost).self).pointee
    }

    private static func attribute(
        _ context: UnsafeRawPointer?, _ handle: UInt32, _ key: UnsafePointer<CChar>?, _ length: Int,
        _ answer: UnsafeMutablePointer<clua_answer>?
    ) {
        let name = unsafe String(decoding: UnsafeRawBufferPointer(start: key, count: length), as: UTF8.self)
        let answer = unsafe answer!
        switch unsafe host(context).attribute(handle, ExactName(name)) {
        case .expression(let id):
            unsafe answer.pointee.attribute = CLUA_EXPRESSION
            unsafe answer.pointee.id = id
        case .fact(let id):
            unsafe answer.pointee.attribute = CLUA_FACT
            unsafe answer.pointee.id = id
        case .method(let id):
            unsafe answer.pointee.attribute = CLUA_METHOD
            unsafe answer.pointee.id = id
        case .walk(let wanted):
            unsafe answer.pointee.attribute = CLUA_WALK
            unsafe answer.pointee.id = wanted ? 1 : 0
        case .text: unsafe answer.pointee.attribute = CLUA_TEXT
        case .failure(let message): unsafe give(message, as: CLUA_FAILURE, to: answer)
        }
    }

    private static func operate(
        _ context: UnsafeRawPointer?, _ operation: clua_operation, _ arguments: UnsafePointer<clua_value>?,
        _ count: Int, _ answer: UnsafeMutablePointer<clua_answer>?
    ) {
        let operation = HostOperation(rawValue: operation.rawValue)!
        let arguments = unsafe LuaArguments(arguments, count: count, all: count)
        unsafe give(host(context).operate(operation, arguments), to: answer!)
    }

    private static func call(
        _ context: UnsafeRawPointer?, _ function: UInt32, _ arguments: UnsafePointer<clua_value>?,
        _ count: Int, _ all: Int, _ line: Int32, _ answer: UnsafeMutablePointer<clua_answer>?
    ) {
        let arguments = unsafe LuaArguments(arguments, count: count, all: all)
        unsafe give(host(context).call(function, arguments, line: Int(line)), to: answer!)
    }

    private static func typeName(
        _ context: UnsafeRawPointer?, _ handle: UInt32, _ answer: UnsafeMutablePointer<clua_answer>?
    ) {
        unsafe give(host(context).typeName(handle), as: CLUA_STRING, to: answer!)
    }

    private static func give(_ reply: HostAnswer, to answer: UnsafeMutablePointer<clua_answer>) {
        switch reply {
        case .nothing: unsafe answer.pointee.kind = CLUA_NIL
        case .boolean(let value):
            unsafe answer.pointee.kind = CLUA_BOOLEAN
            unsafe answer.pointee.integer = value ? 1 : 0
        case .integer(let value):
            unsafe answer.pointee.kind = CLUA_INTEGER
            unsafe answer.pointee.integer = value
        case .number(let value):
            unsafe answer.pointee.kind = CLUA_NUMBER
            unsafe answer.pointee.number = value
        case .handle(let id):
            unsafe answer.pointee.kind = CLUA_HANDLE
            unsafe answer.pointee.id = id
        case .fact(let fact, let holds):
            unsafe answer.pointee.kind = CLUA_BOOLEAN
            unsafe answer.pointee.integer = holds ? 1 : 0
            unsafe answer.pointee.fact = fact + 1
        case .handleWhile(let id, let fact):
            unsafe answer.pointee.kind = CLUA_HANDLE
            unsafe answer.pointee.id = id
            unsafe answer.pointee.fact = fact + 1
        case .chunk(let number):
            unsafe answer.pointee.kind = CLUA_CHUNK
            unsafe answer.pointee.id = UInt32(number)
        case .string(let text): unsafe give(text, as: CLUA_STRING, to: answer)
        case .failure(let message): unsafe give(message, as: CLUA_FAILURE, to: answer)
        }
    }

    private static func give(_ text: String, as kind: clua_kind, to answer: UnsafeMutablePointer<clua_answer>) {
        var text = text
        text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe clua_answer_text(answer, kind, characters.baseAddress, characters.count)
            }
        }
    }
}
