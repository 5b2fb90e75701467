internal import Lua
internal import Model
internal import Syntax

/// Reads one policy's file: parses it, checks it against the dialect, runs it once and reads its declaration.
struct PolicyReader {
    /// The faults of a declaration, as many as can be found at once.
    struct Faults: Error {
        var diagnostics: [Diagnostic] = []
        var lostPlugin: LostPlugin?
    }

    let file: PolicyFile
    let path: String
    /// `nil` when the schema does not load: then only what does not depend on it is checked.
    let schema: Schema?
    var plugins = PluginSet.none
    /// True when the policy is to report coverage.
    var isInstrumented = false
    /// The sandbox that runs the policy for its declaration.
    let sandbox: DeclarationSandbox

    private func fault(
        _ message: String, _ position: Position? = nil, line: Int? = nil, rule: String
    ) -> Diagnostic {
        Diagnostic(message, path: path, line: position?.line ?? line ?? 1, column: position?.column, rule: rule)
    }

    func read() -> ParsedPolicy {
        let chunk: Chunk
        do throws(SyntaxError) {
            guard file.bytes.count <= 65_536 else {
                return ParsedPolicy(file: file, diagnostics: [fault("a policy has at most 64 KiB", rule: "syntax")])
            }
            chunk = try Chunk.parse(file.bytes)
        } catch {
            let diagnostic = Diagnostic(
                error.message, path: path, line: error.line, column: error.column, rule: "syntax")
            return ParsedPolicy(file: file, diagnostics: [diagnostic])
        }
        var parsed = ParsedPolicy(file: file, chunk: chunk, diagnostics: dialect(chunk) + ineffective(chunk))
        guard let schema else { return parsed }
        parsed.diagnostics += permissions(chunk, schema)
        let program = chunk.rewritten()
        switch declare(program, chunk, schema) {
        case .success(let declaration): parsed.declaration = declaration
        case .failure(let error):
            parsed.diagnostics += error.diagnostics
            parsed.lostPlugin = error.lostPlugin
        }
        guard let declaration = parsed.declaration else {
            parsed.note(TypeInference(script: chunk).faults.map { $0.diagnostic(path: path) })
            return parsed
        }
        let inference = TypeInference(chunk, declaration, schema: schema, plugins: plugins)
        parsed.inference = inference
        parsed.diagnostics += inference.faults.map { $0.diagnostic(path: path) }
        let literals = templates(chunk)
        let expressions = Expressions(plugins: plugins)
        for literal in literals { parsed.diagnostics += unknown(in: literal, chunk, declaration, expressions, schema) }
        guard parsed.diagnostics.isEmpty else { return parsed }
        let instrumentation = isInstrumented ? PolicyInstrumentation(chunk, name: file.name.text) : nil
        parsed.policy = Policy(
            id: file.name.withoutExtension, path: path, declaration, program: instrumentation?.program ?? program,
            instrumentation: instrumentation, keepsState: chunk.keepsState, texts: Set(chunk.strings.map(\.bytes)),
            templates: Set(literals.map { ExactName(text($0)) }))
        return parsed
    }

    // MARK: The source

    /// The parts of the source that the sandbox would refuse, found before anything runs.
    private func dialect(_ chunk: Chunk) -> [Diagnostic] {
        Dialect.faults(of: chunk, known: Dialect.ofPolicies, path: path, whose: "policies")
    }

    /// The parts of the file that would not be in force.
    private func ineffective(_ chunk: Chunk) -> [Diagnostic] {
        let names = DeclarationReader.keys.map(\.text)
        let faults = Dialect.ineffective(in: chunk, declaring: names, path: path, what: "a policy's file")
        let known = Set(faults.map(\.line))
        let others = chunk.places(ofFunction: "decide").dropFirst().filter { !known.contains($0.line) }
        return faults
            + others.map { position in
                fault(
                    "`decide` is defined twice: only the one in the table that the file returns is in force; move the "
                        + "other into a file of its own", position, rule: "duplicate-key")
            }
    }

    /// The permissions that methods are called with and that are not declared.
    private func permissions(_ chunk: Chunk, _ schema: Schema) -> [Diagnostic] {
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
                for text in texts.map({ ExactName(String(decoding: $0, as: UTF8.self)) })
                where schema.actions[text] == nil {
                    let hint = Suggestion.hint(for: text, among: schema.actions.keys.sorted())
                    faults.append(
                        fault(
                            "`\(text)` is not a declared permission\(hint)", call.position,
                            rule: "unknown-permission"))
                }
            }
        }
        return faults
    }

    /// The literals of reasons with names in braces.
    private func templates(_ chunk: Chunk) -> [Expression] {
        chunk.expressions.compactMap { expression in
            guard case .call(let callee, let arguments) = expression.kind, let first = arguments.first,
                case .name(let name) = chunk[callee].kind, name.target == .global, name.name != "oblige",
                PolicyStatement.Effect.names.contains(name.name), case .string(let bytes) = chunk[first].kind,
                bytes.contains(UInt8(ascii: "{"))
            else { return nil }
            return chunk[first]
        }.sorted { $0.start < $1.start }
    }

    private func text(_ literal: Expression) -> String {
        if case .string(let bytes) = literal.kind { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    /// The names in a reason that have no meaning, each at its position.
    private func unknown(
        in literal: Expression, _ chunk: Chunk, _ declaration: PolicyDeclaration, _ expressions: Expressions,
        _ schema: Schema
    ) -> [Diagnostic] {
        let resolver = Resolver(
            schema: schema, shapes: [declaration.shape], settings: [declaration.settings], plugins: plugins)
        let source = chunk.source[literal.start..<literal.end]
        let root = expressions.intern(.request, type: .request)
        return Template.names(in: text(literal)).compactMap { name in
            do throws(Resolver.Fault) {
                _ = try Template("{\(name)}", root: root, resolver: resolver, in: expressions)
                return nil
            } catch {
                // In a literal with escapes, the position is that of the whole literal.
                let place = source.firstRange(of: Array("{\(name)}".utf8))?.lowerBound
                let position = place.map { chunk.position(at: $0 + 1) } ?? literal.position
                return fault("in `{\(name)}`: \(error.message)", position, rule: "unknown-in-reason")
            }
        }
    }

    // MARK: The declaration

    static func words(_ termination: CallResult.Termination) -> (message: String, line: Int?) {
        switch termination {
        case .finished: ("", nil)
        case .failed(let message, let line): (message, line)
        case .exceeded(let limit): (limit.excessWhileLoading, nil)
        }
    }

    private func declare(
        _ program: [UInt8], _ source: Chunk, _ schema: Schema
    ) -> Result<PolicyDeclaration, Faults> {
        let host = DeclarationHost(plugins)
        let outcome: CallResult
        do throws(LuaError) {
            outcome = try sandbox.run(program, name: file.name.text, host: host)
        } catch {
            return .failure(Faults(diagnostics: [fault(error.message, rule: "syntax")]))
        }
        guard outcome.termination == .finished else {
            let (message, line) = Self.words(outcome.termination)
            let fault = fault(message, line: line, rule: "failing-load")
            guard let lost = host.lost else { return .failure(Faults(diagnostics: [fault])) }
            return .failure(Faults(lostPlugin: LostPlugin(name: lost, fault: fault)))
        }
        // `ineffective` reports it where the source shows it.
        if outcome.results > 1, source.lostResults.isEmpty {
            let position = source.block.statements.last?.position
            return .failure(
                Faults(diagnostics: [
                    fault(
                        "a policy's file returns one value, got \(outcome.results): the others have no effect",
                        position,
                        rule: "ineffective-return")
                ]))
        }
        var reader = DeclarationReader(chunk: source, path: path, schema: schema)
        let declaration = reader.read(outcome.value, host)
        return declaration.map(Result.success) ?? .failure(Faults(diagnostics: reader.diagnostics))
    }
}
