internal import Lua
internal import Model
internal import Syntax

/// Reads one policy's file: parses it, checks it against the dialect, runs it once and reads its declaration.
struct PolicyReader {
    /// The faults of a declaration, as many as can be found at once.
    struct Faults: Error {
        var diagnostics: [Diagnostic] = []
        var lostPlugin: LostPlugin?
        /// True when the file returns a table that declares nothing.
        var declaresNothing = false
    }

    let file: PolicyFile
    let path: String
    /// `nil` when the schema does not load: then only what does not depend on it is checked.
    let schema: Schema?
    var plugins = PluginSet.none
    var libraries = LibrarySet.none
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
        let uses = chunk.libraryUses
        let lost = LibraryReader.faults(of: uses, among: libraries, path: path)
        parsed.diagnostics += lost
        parsed.libraryUses = uses.map(\.name)
        guard let schema else { return parsed }
        parsed.diagnostics += permissions(chunk, schema)
        // A library that does not load is reported in its own file.
        guard lost.isEmpty, let used = libraries.closure(of: parsed.libraryUses) else { return parsed }
        let program = chunk.rewritten()
        var declaresNothing = false
        switch declare(program, chunk, schema, used) {
        case .success(let declaration): parsed.declaration = declaration
        case .failure(let error):
            // What the source shows to be refused is refused at run time, too.
            let refused = Set(parsed.diagnostics.filter { $0.rule != "duplicate-key" }.map(\.line))
            parsed.diagnostics += error.diagnostics.filter {
                $0.rule != "failing-load" || !refused.contains($0.line)
            }
            parsed.lostPlugin = error.lostPlugin
            declaresNothing = error.declaresNothing
        }
        guard let declaration = parsed.declaration else {
            if let other = notAPolicy(chunk, declaresNothing: declaresNothing) {
                let isTest = other.rule == "file-name"
                let rest = isTest ? [] : parsed.diagnostics.filter { $0.rule != "declaration" }
                return ParsedPolicy(file: file, diagnostics: rest + [other])
            }
            parsed.note(TypeInference(script: chunk).faults.map { $0.diagnostic(path: path) })
            return parsed
        }
        let inference = TypeInference(chunk, declaration, schema: schema, plugins: plugins, libraries: libraries)
        parsed.inference = inference
        parsed.diagnostics += inference.faults.map { $0.diagnostic(path: path) }
        let literals = templates(chunk)
        let expressions = Expressions(plugins: plugins)
        for literal in literals { parsed.diagnostics += unknown(in: literal, chunk, declaration, expressions, schema) }
        guard parsed.diagnostics.isEmpty else { return parsed }
        let instrumentation = isInstrumented ? PolicyInstrumentation(chunk, name: file.name.text) : nil
        parsed.policy = Policy(
            id: file.name.withoutExtension, path: path, declaration, program: instrumentation?.program ?? program,
            libraries: used, instrumentation: instrumentation, keepsState: chunk.keepsState,
            target: chunk.keepsState || !used.isEmpty ? nil : TargetReader.target(of: inference),
            texts: Set(chunk.strings.map(\.bytes)), memberNames: Set(chunk.memberNames.map { ExactName($0) }),
            templates: Set(literals.map { ExactName(text($0)) }))
        return parsed
    }

    /// The fault of a file that declares nothing that a policy declares: it has tests, or code that others share.
    private func notAPolicy(_ chunk: Chunk, declaresNothing: Bool) -> Diagnostic? {
        guard chunk.place(of: "decide") == nil, chunk.place(of: "on") == nil else { return nil }
        let last = chunk.block.statements.last?.position
        if let test = chunk.globals.first(where: { $0.name == "test" && !$0.isAssigned }) {
            let name = file.name.nameOfTests ?? "NAME_test.lua"
            return fault(
                "the tests of a policy `NAME.lua` are in `NAME_test.lua` beside it: rename this file to `\(name)`",
                test.position, rule: "file-name")
        }
        // A file that was to be a policy calls an effect, or has one of the fields.
        let calls = Set(chunk.globals.map(\.name))
        guard declaresNothing, calls.isDisjoint(with: PolicyStatement.Effect.names),
            !DeclarationReader.keys.contains(where: { chunk.place(of: $0.text) != nil })
        else { return nil }
        return fault(
            "every `.lua` file here is a policy, and this one has neither `on` nor `decide`: code that policies share "
                + "is in `lib/` (`use \"lib.\(file.name.withoutExtension)\"`) or a plugin, tests are in `NAME_test.lua`",
            last, rule: "declaration")
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

    /// The literals of reasons with braces.
    private func templates(_ chunk: Chunk) -> [Expression] {
        chunk.expressions.compactMap { expression in
            guard case .call(let callee, let arguments) = expression.kind, let first = arguments.first,
                case .name(let name) = chunk[callee].kind, name.target == .global, name.name != "oblige",
                PolicyStatement.Effect.names.contains(name.name), case .string(let bytes) = chunk[first].kind,
                bytes.contains(UInt8(ascii: "{")) || bytes.contains(UInt8(ascii: "}"))
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
        let roots = Template.Roots(
            request: expressions.intern(.request, type: .request), policy: 0, in: expressions)
        let text = text(literal)
        // In a literal with escapes, the position is that of the whole literal.
        let isPlain = chunk.source[literal.start..<literal.end].dropFirst().dropLast().elementsEqual(text.utf8)
        func fault(_ message: String, _ offset: Int) -> Diagnostic {
            let position = isPlain ? chunk.position(at: literal.start + 1 + offset) : literal.position
            return self.fault(message, position, rule: "unknown-in-reason")
        }
        return Template.pieces(of: text).compactMap { piece in
            switch piece {
            case .text: return nil
            case .unclosed(let offset):
                return fault("`{` is never closed: write `}` after the name, or `{{` for a brace", offset)
            case .path(let path, let offset):
                do throws(Resolver.Fault) {
                    _ = try Template.expression(path, roots, resolver, expressions)
                    return nil
                } catch {
                    let names = path.split(separator: ".")
                    let isSetting = names.last.map { declaration.settings[ExactName($0)] != nil } ?? false
                    let note = isSetting ? "" : variable(path, chunk)
                    return fault("in `{\(path)}`: \(error.message)\(note)", offset)
                }
            }
        }
    }

    /// The end of the message about a name in a reason that is a variable.
    private func variable(_ path: String, _ chunk: Chunk) -> String {
        let first = path.prefix { $0 != "." }
        guard path != "request", chunk.declarations.contains(where: { $0.name == first }) else { return "" }
        return "; a reason shows values of the request and `settings`, and no variables"
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
        _ program: [UInt8], _ source: Chunk, _ schema: Schema, _ used: [Library]
    ) -> Result<PolicyDeclaration, Faults> {
        let host = DeclarationHost(plugins, libraries: libraries)
        let outcome: CallResult
        do throws(LuaError) {
            outcome = try sandbox.run(program, name: file.name.text, host: host, libraries: used)
        } catch {
            return .failure(Faults(diagnostics: [fault(error.message, rule: "syntax")]))
        }
        guard outcome.termination == .finished else {
            let (message, line) = Self.words(outcome.termination)
            let place = host.faultySetting.flatMap { source.place(of: $0.text) }
            let fault = fault(message, place, line: line, rule: "failing-load")
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
        let faults = Faults(diagnostics: reader.diagnostics, declaresNothing: reader.declaresNothing)
        return declaration.map(Result.success) ?? .failure(faults)
    }
}
