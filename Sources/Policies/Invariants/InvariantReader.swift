internal import Lua
internal import Model
internal import Syntax

/// Reads `invariants.lua`: checks it as a policy's file is checked, and runs it once for its statements.
///
/// Each condition becomes a policy of its own: the file runs as it is, with `never` and `always` that keep the functions, and
/// `decide` calls one of them. So conditions have the same language, limits and facts as policies.
struct InvariantReader {
    private let file: PolicyFile
    private let path: String
    private let set: PolicySet
    private var diagnostics: [Diagnostic] = []

    private static let rule = "invariant"
    private static let names = [Invariant.Claim.never.rawValue, Invariant.Claim.always.rawValue]
    private static let effects = ["permit", "deny"]
    /// The globals of the file.
    static let globals = Dialect.ofLibraries.union(names + effects)

    private init(_ file: PolicyFile, path: String, _ set: PolicySet) {
        (self.file, self.path, self.set) = (file, path, set)
    }

    /// - Parameter set: the policies that the invariants are about.
    static func read(_ source: PolicySource, _ set: PolicySet) -> InvariantFile {
        guard let file = source.files.first(where: { $0.name == PolicyFile.invariants }) else { return .none }
        var reader = InvariantReader(file, path: "\(source.path)/\(file.name)", set)
        return reader.read()
    }

    private mutating func report(_ message: String, _ position: Position? = nil, line: Int? = nil, rule: String = rule)
    {
        diagnostics.append(
            Diagnostic(message, path: path, line: position?.line ?? line ?? 1, column: position?.column, rule: rule))
    }

    private mutating func read() -> InvariantFile {
        guard file.bytes.count <= 65_536 else {
            report("the file of the invariants has at most 64 KiB", rule: "syntax")
            return result([], [])
        }
        let chunk: Chunk
        do throws(SyntaxError) { chunk = try Chunk.parse(file.bytes) } catch {
            report(error.message, line: error.line, rule: "syntax")
            return result([], [])
        }
        diagnostics += Dialect.faults(of: chunk, known: Self.globals, path: path, whose: "invariants")
        if case .return? = chunk.block.statements.last?.kind {
            report("invariants return nothing: remove the `return`", chunk.block.statements.last?.position)
        }
        let uses = chunk.libraryUses
        diagnostics += LibraryReader.faults(of: uses, among: set.libraries, path: path)
        guard diagnostics.isEmpty, let libraries = set.libraries.closure(of: uses.map(\.name)) else {
            return result([], [])
        }
        let calls = chunk.calls.filter { call in
            if case .global(let name) = call.callee { Self.names.contains(name) } else { false }
        }
        guard let (claims, host) = claims(libraries) else { return result([], []) }
        guard claims.count == calls.count else {
            report("`never` and `always` are called at the top of the file, once each: outside of functions and loops")
            return result([], [])
        }
        if claims.isEmpty { report("no invariants found: write `never(permit, \"…\", function(request) … end)`") }
        var invariants: [Invariant] = []
        var policies: [Policy] = []
        for (number, (claim, call)) in zip(1..., zip(claims, calls)) {
            guard let (invariant, declaration) = invariant(claim, call.position, policies.count, host) else { continue }
            invariants.append(invariant)
            policies.append(
                Policy(
                    id: ExactName("\(PolicyFile.invariants.withoutExtension) \(policies.count + 1)"), path: path,
                    declaration, program: program(condition: number), libraries: libraries,
                    keepsState: chunk.keepsState, texts: Set(chunk.strings.map(\.bytes)),
                    memberNames: [], templates: []))
        }
        return result(invariants, policies)
    }

    private func result(_ invariants: [Invariant], _ policies: [Policy]) -> InvariantFile {
        let isSound = !diagnostics.contains { $0.severity == .error }
        let conditions = PolicySet(
            schema: set.schema, policies: policies, version: set.version, settings: [:], plugins: set.plugins,
            libraries: set.libraries)
        return InvariantFile(
            invariants: isSound ? invariants : [], conditions: isSound && !policies.isEmpty ? conditions : nil,
            diagnostics: diagnostics.inOrder)
    }

    // MARK: Programs

    /// The file with something before its first line and after its last, so that its own lines stay where they are.
    private func program(_ head: String, _ tail: String) -> [UInt8] {
        let source = Array(head.utf8) + file.bytes + Array("\n\(tail)\n".utf8)
        // The file was parsed before, and the rest is this type's own.
        return (try? Chunk.parse(source))?.rewritten() ?? []
    }

    private var declaring: [UInt8] {
        program(
            "local __claims = {} local permit, deny = \"permit\", \"deny\" "
                + "local function __claim(claim) return function(effect, text, options, condition, ...) "
                + "__claims[#__claims + 1] = { claim = claim, effect = effect, text = text, options = options, "
                + "condition = condition, surplus = select(\"#\", ...) } end end "
                + "local never, always = __claim(\"never\"), __claim(\"always\") ",
            "return __claims")
    }

    /// The policy that denies where a condition holds.
    /// - Parameter number: counted from 1.
    private func program(condition number: Int) -> [UInt8] {
        program(
            "local __conditions, __deny = {}, deny local permit, deny = \"permit\", \"deny\" "
                + "local function never(_, _, options, condition) "
                + "__conditions[#__conditions + 1] = condition or options end local always = never ",
            "return { decide = function(request) if __conditions[\(number)](request) then __deny(\"holds\") end end }")
    }

    // MARK: Statements

    /// The arguments of each statement, in the order of the calls.
    private mutating func claims(_ libraries: [Library]) -> ([[ExactName: LuaValue]], DeclarationHost)? {
        let host = DeclarationHost(set.plugins, libraries: set.libraries)
        let outcome: CallResult
        do throws(LuaError) {
            outcome = try DeclarationSandbox().run(declaring, name: file.name.text, host: host, libraries: libraries)
        } catch {
            report(error.message, rule: "syntax")
            return nil
        }
        guard outcome.termination == .finished, case .table(let entries) = outcome.value else {
            let (message, line) = PolicyReader.words(outcome.termination)
            report(message, line: line, rule: "failing-load")
            return nil
        }
        let claims = entries.map { entry -> [ExactName: LuaValue] in
            guard case .table(let fields) = entry.value else { return [:] }
            return Dictionary(fields.compactMap { field in field.key.name.map { ($0, field.value) } }) { $1 }
        }
        return (claims, host)
    }

    private mutating func invariant(
        _ fields: [ExactName: LuaValue], _ place: Position, _ number: Int, _ host: DeclarationHost
    ) -> (Invariant, PolicyDeclaration)? {
        let before = diagnostics.count
        guard case .string(let name)? = fields["claim"], let claim = Invariant.Claim(rawValue: name) else { return nil }
        let form = "`\(name)(permit, \"…\", function(request) … end)`"
        var effect: String?
        if case .string(let text)? = fields["effect"], Self.effects.contains(text) { effect = text }
        if effect == nil { report("`\(name)` takes `permit` or `deny` first: \(form)", place) }
        var text = ""
        if case .string(let given)? = fields["text"], (1...1_000).contains(given.utf8.count) { text = given }
        if text.isEmpty { report("`\(name)` takes a sentence second, which says what holds: \(form)", place) }
        var (options, condition) = (fields["options"] ?? .nil, fields["condition"] ?? .nil)
        if condition == .nil, options == .function { (options, condition) = (.nil, .function) }
        if condition != .function { report("`\(name)` takes a function of the request last: \(form)", place) }
        if case .integer(let surplus)? = fields["surplus"], surplus > 0 {
            report("`\(name)` takes at most 4 arguments", place)
        }
        var declared: [LuaValue.Entry] = [.init(key: .string("decide"), value: .function)]
        var subject = Invariant.Subject.decision
        var isKindStated = false
        switch options {
        case .nil: break
        case .table(let entries):
            for entry in entries {
                switch entry.key.name {
                case "on"?:
                    isKindStated = true
                    declared.append(entry)
                case "subject"?: declared.append(entry)
                case "about"?:
                    guard case .string(let text) = entry.value, let about = Invariant.Subject(rawValue: text) else {
                        report("`about` must be \"decision\" or \"policies\", got \(entry.value.shown)", place)
                        continue
                    }
                    subject = about
                default:
                    let known: [ExactName] = ["on", "subject", "about"]
                    let hint = entry.key.name.map { Suggestion.hint(for: $0, among: known) } ?? ""
                    report("unknown option \(entry.key.shown)\(hint)", place)
                }
            }
        case let other: report("`\(name)` takes a table of options third, got \(other.kindName)", place)
        }
        if !isKindStated { declared.append(.init(key: .string("on"), value: .string(DecisionKind.access.rawValue))) }
        var reader = DeclarationReader(chunk: Self.empty, path: path, schema: set.schema)
        let declaration = reader.read(.table(declared), host)
        for fault in reader.diagnostics { report(fault.message, place, rule: fault.rule ?? Self.rule) }
        guard diagnostics.count == before, let declaration, let effect else { return nil }
        let invariant = Invariant(
            claim: claim, isAboutPermits: effect == "permit", text: text, subject: subject, line: place.line,
            shape: declaration.shape, condition: number)
        return (invariant, declaration)
    }

    // An empty file is valid Lua.
    private static let empty = try! Chunk.parse([])
}

extension PolicySet {
    /// The invariants beside the policies of this set.
    /// - Parameter source: the source of the set.
    package func invariants(_ source: PolicySource) -> InvariantFile { InvariantReader.read(source, self) }
}
