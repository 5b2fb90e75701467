internal import Lua
internal import Model
internal import Syntax

/// Reads one policy's file: parses it, holds it to the dialect, runs it once and reads what it declares.
struct PolicyReader {
    struct Faults: Error {
        var diagnostics: [Diagnostic]
    }

    let file: PolicySource.File
    let path: String
    let schema: Schema

    /// What the environment of a policy holds besides the effects.
    static let globals: Set<String> = [
        "type", "ipairs", "pairs", "select", "assert", "error", "tostring", "tonumber", "string", "table", "math",
        "utf8",
    ]

    private static let effects: Set<String> = ["permit", "deny", "advise", "oblige"]
    private static let keys = ["on", "subject", "grants", "mode", "enabled", "decide", "about", "owner"]

    private func fault(_ message: String, _ position: Position? = nil, line: Int? = nil) -> Diagnostic {
        Diagnostic(message, path: path, line: position?.line ?? line ?? 1, column: position?.column)
    }

    func policy() -> Result<Policy, Faults> {
        let chunk: Chunk
        do throws(SyntaxError) {
            guard file.bytes.count <= 65_536 else {
                return .failure(Faults(diagnostics: [fault("a policy has at most 64 KiB")]))
            }
            chunk = try Chunk.parse(file.bytes)
        } catch {
            let diagnostic = Diagnostic(error.message, path: path, line: error.line, column: error.column)
            return .failure(Faults(diagnostics: [diagnostic]))
        }
        var faults = dialect(chunk) + permissions(chunk)
        let program = chunk.rewritten()
        let declaration: Declaration
        switch declare(program) {
        case .success(let value): declaration = value
        case .failure(let error): return .failure(Faults(diagnostics: faults + error.diagnostics))
        }
        let literals = templates(chunk)
        for literal in literals {
            let expressions = Expressions()
            let resolver = Resolver(schema: schema, roots: [declaration.root], settings: [declaration.settings])
            do throws(Resolver.Fault) {
                _ = try Template(
                    literal.text, root: expressions.intern(.request, type: .request), resolver: resolver,
                    in: expressions)
            } catch {
                faults.append(fault("in `\(literal.text)`: \(error.message)", literal.position))
            }
        }
        guard faults.isEmpty else { return .failure(Faults(diagnostics: faults)) }
        return .success(
            Policy(
                id: String(file.name.dropLast(4)), path: path, root: declaration.root, grants: declaration.grants,
                isObserving: declaration.isObserving, isEnabled: declaration.isEnabled,
                settings: declaration.settings, program: program, keepsState: chunk.keepsState,
                texts: Set(chunk.strings.map(\.bytes)), templates: Set(literals.map(\.text))))
    }

    // MARK: The source

    /// What the sandbox would refuse, found before anything runs.
    private func dialect(_ chunk: Chunk) -> [Diagnostic] {
        let known = Self.globals.union(EvaluationHost.Function.allCases.map(\.name)).union(EvaluationHost.tags)
        var faults: [Diagnostic] = []
        for use in chunk.globals {
            if use.name == "_ENV" || use.name.hasPrefix("__") {
                faults.append(fault("`\(use.name)` is not for policies", use.position))
            } else if use.isAssigned {
                faults.append(
                    fault("assignment to the global `\(use.name)`: say `local \(use.name)`", use.position))
            } else if !known.contains(use.name) {
                let hint = Suggestion.hint(for: use.name, among: known.sorted())
                faults.append(fault("there is no `\(use.name)` here\(hint)", use.position))
            }
        }
        for position in chunk.miscompiled {
            faults.append(
                fault(
                    "a bitwise operator in a function with more than 200 constants, which Lua 5.4.4 compiles wrongly: "
                        + "move one or the other into a function of its own", position))
        }
        for name in chunk.declaredNames where name.name == "_ENV" || name.name.hasPrefix("__") {
            faults.append(fault("the name `\(name.name)` is reserved", name.position))
        }
        return faults
    }

    /// Permission literals must be in the catalogue.
    private func permissions(_ chunk: Chunk) -> [Diagnostic] {
        let methods: Set<String> = ["can", "can_any", "can_all", "permits"]
        var faults: [Diagnostic] = []
        for call in chunk.calls {
            guard case .method(let name) = call.callee, methods.contains(name) else { continue }
            for argument in call.arguments {
                let texts: [[UInt8]]
                switch argument {
                case .string(let bytes): texts = [bytes]
                case .table(let list): texts = list
                default: texts = []
                }
                for text in texts.map({ String(decoding: $0, as: UTF8.self) }) where schema.actions[text] == nil {
                    let hint = Suggestion.hint(for: text, among: schema.actions.keys.sorted())
                    faults.append(fault("`\(text)` is no permission of the catalogue\(hint)", call.position))
                }
            }
        }
        return faults
    }

    private func templates(_ chunk: Chunk) -> [(text: String, position: Position)] {
        chunk.calls.compactMap { call in
            guard case .global(let name) = call.callee, Self.effects.contains(name), name != "oblige",
                case .string(let bytes)? = call.arguments.first, bytes.contains(UInt8(ascii: "{"))
            else { return nil }
            return (String(decoding: bytes, as: UTF8.self), call.position)
        }
    }

    // MARK: What it declares

    private struct Declaration {
        var root: Root
        var grants: [String]
        var isObserving: Bool
        var isEnabled: Bool
        var settings: [String: Setting]
    }

    static func words(_ ending: Outcome.Ending) -> (message: String, line: Int?) {
        switch ending {
        case .finished: ("", nil)
        case .failed(let message, let line): (message, line)
        case .fuelExhausted: ("runs on without end while loading: its budget is exhausted", nil)
        case .memoryExhausted: ("takes more memory than it may while loading", nil)
        case .deadlineExceeded: ("takes longer than it may while loading", nil)
        }
    }

    private func declare(_ program: [UInt8]) -> Result<Declaration, Faults> {
        let host = DeclarationHost()
        let outcome: Outcome
        do throws(LuaError) {
            var sandbox = try Sandbox(functions: EvaluationHost.functions, tags: EvaluationHost.tags)
            let chunk = try sandbox.load(program, name: file.name, limits: Limits())
            outcome = sandbox.run(chunk, host: host, limits: Limits())
        } catch {
            return .failure(Faults(diagnostics: [fault(error.message)]))
        }
        guard outcome.ending == .finished else {
            let (message, line) = Self.words(outcome.ending)
            return .failure(Faults(diagnostics: [fault(message, line: line)]))
        }
        guard case .table(let entries) = outcome.value else {
            return .failure(
                Faults(diagnostics: [fault("a policy must return a table, got \(outcome.value.kindName)")]))
        }
        return read(entries, settings: host.settings)
    }

    private func read(_ entries: [LuaValue.Entry], settings: [String: Setting]) -> Result<Declaration, Faults> {
        var faults: [Diagnostic] = []
        var fields: [String: LuaValue] = [:]
        for entry in entries {
            if case .string(let name) = entry.key, Self.keys.contains(name) {
                fields[name] = entry.value
            } else if case .string(let name) = entry.key, case .function = entry.value {
                _ = name  // A helper function kept on the policy's table is the author's own.
            } else {
                var hint = ""
                if case .string(let name) = entry.key { hint = Suggestion.hint(for: name, among: Self.keys) }
                faults.append(fault("a policy declares no \(entry.key.shown)\(hint)"))
            }
        }
        if fields["decide"] != .function {
            faults.append(fault("a policy needs a function `decide`, got \((fields["decide"] ?? .nil).kindName)"))
        }
        let points = points(fields["on"], &faults)
        let subject = subject(fields["subject"], points, &faults)
        let grants = grants(fields["grants"], points, &faults)
        var isObserving = false
        switch fields["mode"] {
        case nil, .nil?, .string("decide")?: break
        case .string("observe")?: isObserving = true
        case let other?: faults.append(fault("`mode` is \"observe\" or left out, got \(other.shown)"))
        }
        var isEnabled = true
        switch fields["enabled"] {
        case nil, .nil?: break
        case .boolean(let value)?: isEnabled = value
        case let other?: faults.append(fault("`enabled` is true or false, got \(other.shown)"))
        }
        guard faults.isEmpty else { return .failure(Faults(diagnostics: faults)) }
        return .success(
            Declaration(
                root: Root(points: points, subject: subject), grants: grants, isObserving: isObserving,
                isEnabled: isEnabled, settings: settings))
    }

    /// One name or a list of names.
    private static func names(_ value: LuaValue?) -> [String]? {
        switch value {
        case .string(let name)?: return [name]
        case .table(let entries)? where !entries.isEmpty:
            var names: [String] = []
            for (index, entry) in entries.enumerated() {
                guard entry.key == .integer(Int64(index + 1)), case .string(let name) = entry.value else { return nil }
                names.append(name)
            }
            return names
        default: return nil
        }
    }

    private func points(_ value: LuaValue?, _ faults: inout [Diagnostic]) -> Set<Point> {
        guard let names = Self.names(value) else {
            faults.append(fault("`on` names a decision point or a list of them: `on = \"access\"`"))
            return []
        }
        var points: Set<Point> = []
        for name in names {
            guard let point = Point(rawValue: name) else {
                let hint = Suggestion.hint(for: name, among: Point.allCases.map(\.rawValue))
                faults.append(fault("`\(name)` is no decision point\(hint)"))
                continue
            }
            points.insert(point)
        }
        return points
    }

    private func subject(
        _ value: LuaValue?, _ points: Set<Point>, _ faults: inout [Diagnostic]
    ) -> Root.SubjectKind {
        switch value {
        case nil, .nil?: return .token
        case .string(let name)?:
            if !points.contains(.access) {
                faults.append(fault("`subject` is for policies on `access`; elsewhere an administrator acts"))
            }
            if name == "token" { return .token }
            if name == "any" { return .any }
            if let index = schema.subject(name) { return .external(index) }
            let known = ["token", "any"] + schema.subjects.map(\.name)
            faults.append(fault("`\(name)` is no subject type\(Suggestion.hint(for: name, among: known))"))
        case let other?: faults.append(fault("`subject` is the name of a subject type, got \(other.shown)"))
        }
        return .token
    }

    private func grants(_ value: LuaValue?, _ points: Set<Point>, _ faults: inout [Diagnostic]) -> [String] {
        if value == nil || value == .nil { return [] }
        guard let names = Self.names(value) else {
            faults.append(fault("`grants` is a list of actions: `grants = { \"orders.*\" }`"))
            return []
        }
        let known = schema.actions.keys.sorted() + Point.allCases.filter(\.isAdministrative).map(\.rawValue)
        for name in names {
            if let reason = PermissionSet.fault(name, wildcard: true) {
                faults.append(fault("`grants`: `\(name)`: \(reason)"))
            } else if !known.contains(where: PermissionSet([name]).permits) {
                faults.append(
                    fault("`grants`: no action is called `\(name)`\(Suggestion.hint(for: name, among: known))"))
            }
        }
        return names
    }
}

/// What a policy talks to while it is loaded: it may declare settings, and nothing else.
private final class DeclarationHost: SandboxHost {
    private(set) var settings: [String: Setting] = [:]
    private let expressions = Expressions()
    private var hasDeclared = false

    func attribute(_ handle: UInt32, _ key: String) -> AttributeAnswer {
        guard let setting = settings[key] else {
            return .failure(
                "this policy has no setting `\(key)`" + Suggestion.hint(for: key, among: settings.keys.sorted()))
        }
        let name = expressions.name(key)
        let id = expressions.intern(.setting, 0, name, type: setting.type)
        return setting.type == .boolean ? .fact(id) : .expression(id)
    }

    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer {
        guard let handle = arguments.handle(0) else { return .failure("a setting is not compared while loading") }
        let node = expressions.nodes[Int(handle)]
        guard node.operation == .setting, let setting = settings[expressions.names[Int(node.b)]] else {
            return .failure("there is nothing to read while loading")
        }
        switch (operation, setting.initial) {
        case (.read, .boolean(let value)), (.content, .boolean(let value)): return .boolean(value)
        case (.content, .integer(let value)): return .integer(value)
        case (.content, .number(let value)): return .number(value)
        case (.content, .string(let value)): return .string(value)
        case (.length, .list(let list)): return .integer(Int64(list.count))
        default: return .failure("a setting is read inside `decide`, not while loading")
        }
    }

    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        guard function == EvaluationHost.Function.settings.rawValue else {
            return .failure("effects are called inside `decide`, not while loading")
        }
        guard !hasDeclared else { return .failure("`settings` is called once") }
        hasDeclared = true
        do throws(TypeReader.Fault) {
            settings = try SettingsReader.declared(arguments[0])
            return .handle(expressions.intern(.settings, 0, type: .settings))
        } catch {
            return .failure(error.message)
        }
    }

    func typeName(_ handle: UInt32) -> String { expressions.types[Int(handle)].name }
}
