internal import CLua
internal import Model

/// One interpreter that runs chunks of untrusted Lua within limits.
///
/// It belongs to one thread at a time, which needs a stack of 1 MiB.
@safe package struct Sandbox: ~Copyable {
    private let state: OpaquePointer
    /// The names of the chunks, by number.
    private var names: [String?] = []
    /// The last calls, with the fuel and bytes that each used.
    private var turns: [clua_turn] = []

    /// Opens an interpreter with these globals; the result of a tag is read by `LuaValue.tagged`.
    /// - Throws: `.memory`.
    package init(functions: [HostFunction], tags: [HostTag]) throws(LuaError) {
        unsafe state = try Self.open(functions, tags)
    }

    deinit { unsafe clua_close(state) }

    /// True once a budget ran out, after which the sandbox runs nothing.
    package var isSpent: Bool { unsafe clua_is_spent(state) }

    package var bytesInUse: Int { unsafe clua_bytes_in_use(state) }

    /// Compiles a chunk and returns its number.
    /// - Throws: `.syntax` with `name:line: …`, `.source`, `.memory`, `.deadline`, `.fuel`, `.spent`.
    package mutating func load(_ source: [UInt8], name: String, limits: Limits) throws(LuaError) -> Int {
        guard !isSpent else { throw LuaError(.spent, "the sandbox is spent") }
        guard source.count <= limits.sourceBytes else {
            throw LuaError(.source, "\(name): the source is longer than \(limits.sourceBytes) bytes")
        }
        guard !source.contains(0), !source.contains(0x1B) else {
            throw LuaError(.source, "\(name): the source is not text")
        }
        var chunk: Int32 = 0
        let outcome = unsafe source.withUnsafeBufferPointer { bytes in
            unsafe clua_load(state, bytes.baseAddress, bytes.count, name, limits.flat, &chunk)
        }
        defer { unsafe clua_finish(state) }
        switch unsafe outcome.ending {
        case CLUA_FINISHED:
            while names.count <= Int(chunk) { names.append(nil) }
            names[Int(chunk)] = name
            return Int(chunk)
        case CLUA_FAILED: throw LuaError(.syntax, unsafe Self.message(of: outcome))
        case CLUA_FUEL: throw LuaError(.fuel, "\(name): compiling took too much fuel")
        case CLUA_MEMORY: throw LuaError(.memory, "\(name): compiling took too much memory")
        case CLUA_DEADLINE: throw LuaError(.deadline, "\(name): compiling took too long")
        default: throw LuaError(.syntax, "\(name): unknown ending")
        }
    }

    /// Runs a chunk; the value of the outcome is the chunk's first result. Handles of earlier runs are forgotten, so a
    /// host may number its own from 0.
    package mutating func run(_ chunk: Int, host: any SandboxHost, limits: Limits) -> CallResult {
        let limits = unsafe limits.flat
        return unsafe outcome(of: chunk) { state in
            unsafe Callbacks.lend(host) { unsafe clua_run(state, Int32(chunk), $0, limits) }
        }
    }

    /// Runs a chunk once for all its calls, which from now on call this field of the table it returned. Has no effect
    /// if the chunk made an iterator, which would keep its position. The resources of this run are charged to every
    /// call.
    ///
    /// For a chunk whose functions keep no state. A host that was asked during the run must `release` the chunk if its
    /// answers may change.
    package mutating func keep(_ chunk: Int, _ field: String, host: any SandboxHost, limits: Limits) -> CallResult {
        let limits = unsafe limits.flat
        return unsafe outcome(of: chunk, field, host) { state, name, host in
            unsafe clua_keep(state, Int32(chunk), name.baseAddress, name.count, host, limits)
        }
    }

    /// Undoes `keep`: the chunk is run anew for each call.
    package mutating func release(_ chunk: Int) { unsafe clua_release(state, Int32(chunk)) }

    /// Calls the kept function with one handle, or runs the chunk anew and calls this field of the table it returns;
    /// results are ignored.
    package mutating func call(
        _ chunk: Int, _ field: String, argument: UInt32, host: any SandboxHost, limits: Limits
    ) -> CallResult {
        let (_, termination) = call([Call(chunk, argument: argument)][...], field, host: host, limits: limits)
        let used = used(0)
        return CallResult(termination: termination, fuel: used.fuel, bytes: used.bytes, value: .nil)
    }

    /// Makes several calls in order, each within these limits, and stops after the first that fails. The host is
    /// notified before each of them.
    /// - Parameter calls: at least one.
    /// - Returns: the number of calls made and the termination of the last; `used` gives the resources of each.
    package mutating func call(
        _ calls: ArraySlice<Call>, _ field: String, host: any SandboxHost, limits: Limits
    ) -> (called: Int, termination: CallResult.Termination) {
        turns.removeAll(keepingCapacity: true)
        for call in calls {
            guard names.indices.contains(Int(call.chunk)), names[Int(call.chunk)] != nil else {
                preconditionFailure("there is no chunk \(call.chunk)")
            }
            turns.append(clua_turn(chunk: call.chunk, argument: call.argument, fuel: 0, bytes: 0))
        }
        var called = 0
        let limits = unsafe limits.flat
        var field = field
        let outcome = unsafe turns.withUnsafeMutableBufferPointer { turns in
            field.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) { name in
                    unsafe Callbacks.lend(host) {
                        unsafe clua_call(
                            state, turns.baseAddress, turns.count, &called, name.baseAddress, name.count, $0, limits)
                    }
                }
            }
        }
        defer { unsafe clua_finish(state) }
        guard unsafe outcome.ending != CLUA_FINISHED else { return (called, .finished) }
        return unsafe (called, termination(of: outcome, in: names[Int(turns[called - 1].chunk)]!))
    }

    /// The resources that one of the last calls used.
    package func used(_ call: Int) -> (fuel: Int, bytes: Int) { (Int(turns[call].fuel), Int(turns[call].bytes)) }

    /// Runs a chunk once for all its calls by `apply`, which from now on use the table it returned; else as `keep`.
    package mutating func keepTable(_ chunk: Int, host: any SandboxHost, limits: Limits) -> CallResult {
        let limits = unsafe limits.flat
        return unsafe outcome(of: chunk) { state in
            unsafe Callbacks.lend(host) { unsafe clua_keep_table(state, Int32(chunk), $0, limits) }
        }
    }

    /// Calls a function inside the table that a chunk returns.
    /// - Parameters:
    ///   - path: names with dots between them: `provides.functions.f.run`.
    ///   - arguments: scalars and handles; anything else arrives as nil.
    package mutating func apply(
        _ chunk: Int, _ path: String, _ arguments: [LuaValue], host: any SandboxHost, limits: Limits
    ) -> CallResult {
        let limits = unsafe limits.flat
        // One buffer holds all strings while C borrows them.
        let bytes = arguments.flatMap { if case .string(let text) = $0 { Array(text.utf8) } else { [UInt8]() } }
        return unsafe bytes.withUnsafeBytes { texts in
            var offset = 0
            let flat = unsafe arguments.map { argument in
                var value = unsafe clua_value(kind: CLUA_NIL, id: 0, integer: 0, number: 0, bytes: nil)
                switch argument {
                case .boolean(let boolean): unsafe (value.kind, value.integer) = (CLUA_BOOLEAN, boolean ? 1 : 0)
                case .integer(let integer): unsafe (value.kind, value.integer) = (CLUA_INTEGER, integer)
                case .number(let number): unsafe (value.kind, value.number) = (CLUA_NUMBER, number)
                case .handle(let id): unsafe (value.kind, value.id) = (CLUA_HANDLE, id)
                case .string(let text):
                    unsafe (value.kind, value.integer) = (CLUA_STRING, Int64(text.utf8.count))
                    unsafe value.bytes = texts.baseAddress.map {
                        unsafe ($0 + offset).assumingMemoryBound(to: CChar.self)
                    }
                    offset += text.utf8.count
                default: break
                }
                return unsafe value
            }
            return unsafe flat.withUnsafeBufferPointer { flat in
                unsafe outcome(of: chunk, path, host) { state, path, host in
                    unsafe clua_apply(
                        state, Int32(chunk), path.baseAddress, path.count, flat.baseAddress, flat.count, host, limits)
                }
            }
        }
    }

    /// Evaluates with the name of a field and a host in C's form.
    private func outcome(
        of chunk: Int, _ field: String, _ host: any SandboxHost,
        _ evaluate: (OpaquePointer, UnsafeBufferPointer<CChar>, UnsafePointer<clua_host>) -> clua_outcome
    ) -> CallResult {
        var field = field
        return unsafe outcome(of: chunk) { state in
            field.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) { name in
                    unsafe Callbacks.lend(host) { unsafe evaluate(state, name, $0) }
                }
            }
        }
    }

    private func outcome(of chunk: Int, _ evaluate: (OpaquePointer) -> clua_outcome) -> CallResult {
        guard names.indices.contains(chunk), let name = names[chunk] else {
            return CallResult(
                termination: .failed(message: "there is no chunk \(chunk)", line: nil), fuel: 0, value: .nil)
        }
        let outcome = unsafe evaluate(state)
        defer { unsafe clua_finish(state) }
        let value = if let values = unsafe outcome.values { unsafe LuaValue(values, at: 0) } else { LuaValue.nil }
        return unsafe CallResult(
            termination: termination(of: outcome, in: name), fuel: Int(outcome.fuel), bytes: Int(outcome.bytes),
            value: value,
            results: Int(outcome.results))
    }

    private func termination(of outcome: clua_outcome, in chunk: String) -> CallResult.Termination {
        switch unsafe outcome.ending {
        case CLUA_FINISHED: .finished
        case CLUA_FAILED: unsafe .failure(Self.message(of: outcome), in: chunk)
        case CLUA_FUEL: .exceeded(.fuel)
        case CLUA_MEMORY: .exceeded(.memory)
        case CLUA_DEADLINE: .exceeded(.deadline)
        default: .failed(message: "unknown ending", line: nil)
        }
    }

    private static func open(_ functions: [HostFunction], _ tags: [HostTag]) throws(LuaError) -> OpaquePointer {
        guard let state = unsafe clua_open() else { throw LuaError(.memory, "no memory for an interpreter") }
        var complete = true
        for function in functions where complete {
            complete = unsafe withName(function.name, function.code) { unsafe clua_add_function(state, $0) }
        }
        for tag in tags where complete {
            complete = unsafe withName(tag.name, UInt32(tag.most)) { unsafe clua_add_tag(state, $0) }
        }
        if complete { return unsafe state }
        unsafe clua_close(state)
        throw LuaError(.memory, "no memory for the globals")
    }

    private static func message(of outcome: clua_outcome) -> String {
        let bytes = unsafe UnsafeRawBufferPointer(start: outcome.message, count: outcome.length)
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    private static func withName(_ name: String, _ code: UInt32, _ body: (clua_name) -> Bool) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe body(clua_name(bytes: characters.baseAddress, length: characters.count, code: code))
            }
        }
    }
}

@available(*, unavailable, message: "one thread at a time")
extension Sandbox: Sendable {}
