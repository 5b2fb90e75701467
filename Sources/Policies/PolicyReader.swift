internal import Lua
internal import Model
internal import Syntax

/// Reads one policy's file: parses it, holds it to the dialect, runs it once and reads what it declares.
struct PolicyReader {
    /// What is wrong, all of it that can be told at once.
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

    private func fault(
        _ message: String, _ position: Position? = nil, line: Int? = nil, rule: String
    ) -> Diagnostic {
        Diagnostic(message, path: path, line: position?.line ?? line ?? 1, column: position?.column, rule: rule)
    }

    func read() -> PolicyReading {
        let chunk: Chunk
        do throws(SyntaxError) {
            guard file.bytes.count <= 65_536 else {
                return PolicyReading(file: file, diagnostics: [fault("a policy has at most 64 KiB", rule: "syntax")])
            }
            chunk = try Chunk.parse(file.bytes)
        } catch {
            let diagnostic = Diagnostic(
                error.message, path: path, line: error.line, column: error.column, rule: "syntax")
            return PolicyReading(file: file, diagnostics: [diagnostic])
        }
        var reading = PolicyReading(file: file, chunk: chunk, diagnostics: dialect(chunk) + permissions(chunk))
        let program = chunk.rewritten()
        switch declare(program, chunk) {
        case .success(let declaration): reading.declaration = declaration
        case .failure(let error): reading.diagnostics += error.diagnostics
        }
        guard let declaration = reading.declaration else { return reading }
        reading.inference = Inference(chunk, declaration, schema: schema)
        let literals = templates(chunk)
        for literal in literals {
            let expressions = Expressions()
            let resolver = Resolver(schema: schema, roots: [declaration.root], settings: [declaration.settings])
            do throws(Resolver.Fault) {
                _ = try Template(
                    literal.text, root: expressions.intern(.request, type: .request), resolver: resolver,
                    in: expressions)
            } catch {
                reading.diagnostics.append(
                    fault("in `\(literal.text)`: \(error.message)", literal.position, rule: "unknown-in-reason"))
            }
        }
        guard reading.diagnostics.isEmpty else { return reading }
        reading.policy = Policy(
            id: String(file.name.dropLast(4)), path: path, declaration, program: program,
            keepsState: chunk.keepsState, texts: Set(chunk.strings.map(\.bytes)), templates: Set(literals.map(\.text)))
        return reading
    }

    // MARK: The source

    /// What the sandbox would refuse, found before anything runs.
    private func dialect(_ chunk: Chunk) -> [Diagnostic] {
        let known = Self.globals.union(EvaluationHost.Function.allCases.map(\.name)).union(EvaluationHost.tags)
        let names = known.sorted()
        var faults: [Diagnostic] = []
        for use in chunk.globals {
            if use.name == "_ENV" || use.name.hasPrefix("__") {
                faults.append(fault("`\(use.name)` is not for policies", use.position, rule: "reserved-name"))
            } else if use.isAssigned {
                faults.append(
                    fault(
                        "assignment to the global `\(use.name)`: say `local \(use.name)`", use.position,
                        rule: "global-assignment"))
            } else if !known.contains(use.name) {
                let hint = Suggestion.hint(for: use.name, among: names)
                faults.append(fault("there is no `\(use.name)` here\(hint)", use.position, rule: "undeclared-global"))
            }
        }
        for position in chunk.miscompiled {
            faults.append(
                fault(
                    "a bitwise operator in a function with more than 200 constants, which Lua 5.4.4 compiles wrongly: "
                        + "move one or the other into a function of its own", position, rule: "miscompiled"))
        }
        for name in chunk.declaredNames where name.name == "_ENV" || name.name.hasPrefix("__") {
            faults.append(fault("the name `\(name.name)` is reserved", name.position, rule: "reserved-name"))
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
                    faults.append(
                        fault(
                            "`\(text)` is no permission of the catalogue\(hint)", call.position,
                            rule: "unknown-permission"))
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

    static func words(_ ending: Outcome.Ending) -> (message: String, line: Int?) {
        switch ending {
        case .finished: ("", nil)
        case .failed(let message, let line): (message, line)
        case .fuelExhausted: ("runs on without end while loading: its budget is exhausted", nil)
        case .memoryExhausted: ("takes more memory than it may while loading", nil)
        case .deadlineExceeded: ("takes longer than it may while loading", nil)
        }
    }

    private func declare(_ program: [UInt8], _ source: Chunk) -> Result<PolicyDeclaration, Faults> {
        let host = DeclarationHost()
        let outcome: Outcome
        do throws(LuaError) {
            var sandbox = try Sandbox(functions: EvaluationHost.functions, tags: EvaluationHost.tags)
            let chunk = try sandbox.load(program, name: file.name, limits: Limits())
            outcome = sandbox.run(chunk, host: host, limits: Limits())
        } catch {
            return .failure(Faults(diagnostics: [fault(error.message, rule: "syntax")]))
        }
        guard outcome.ending == .finished else {
            let (message, line) = Self.words(outcome.ending)
            return .failure(Faults(diagnostics: [fault(message, line: line, rule: "failing-load")]))
        }
        var reader = DeclarationReader(chunk: source, path: path, schema: schema)
        let declaration = reader.read(outcome.value, settings: host.settings)
        return declaration.map(Result.success) ?? .failure(Faults(diagnostics: reader.diagnostics))
    }
}
