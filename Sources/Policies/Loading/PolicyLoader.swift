internal import Glibc
internal import Lua
internal import Model
internal import Syntax

/// Loads a policy set from its files: schema, policies, settings. Reports every fault it finds.
struct PolicyLoader {
    private static let sections = ["actions", "resources", "context", "subjects"]

    private let source: PolicySource
    private let isInstrumented: Bool
    private var diagnostics: [Diagnostic] = []
    private var schema: Schema?
    private var parsed: [ParsedPolicy] = []
    private var libraries: [ParsedLibrary] = []
    private var shared = LibrarySet.none

    private init(_ source: PolicySource, isInstrumented: Bool) {
        self.source = source
        self.isInstrumented = isInstrumented
    }

    private var plugins: PluginSet { source.plugins }

    static func load(_ source: PolicySource, isInstrumented: Bool = false) -> (
        LoadResult, [ParsedPolicy], [ParsedLibrary]
    ) {
        var loader = PolicyLoader(source, isInstrumented: isInstrumented)
        let set = loader.load()
        let result = LoadResult(
            set: loader.hasErrors ? nil : set, schema: loader.schema, libraries: loader.shared,
            diagnostics: loader.diagnostics.inOrder)
        return (result, loader.parsed, loader.libraries)
    }

    private var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    private func path(_ name: ExactName) -> String { "\(source.path)/\(name)" }

    private mutating func report(
        _ message: String, _ name: ExactName, line: Int? = 1, column: Int? = nil, rule: String
    ) {
        diagnostics.append(Diagnostic(message, path: path(name), line: line, column: column, rule: rule))
    }

    private mutating func load() -> PolicySet? {
        checkNames()
        schema = loadSchema()
        reportPlugins()
        let sandbox = DeclarationSandbox()
        let reader = LibraryReader(source, isInstrumented: isInstrumented, sandbox: sandbox)
        (libraries, shared) = (reader.parsed, reader.set)
        parsed = source.files.filter { $0.name.isPolicyFile }.map { file in
            PolicyReader(
                file: file, path: path(file.name), schema: schema, plugins: plugins, libraries: shared,
                isInstrumented: isInstrumented, sandbox: sandbox
            ).read()
        }
        for policy in parsed { diagnostics += policy.diagnostics }
        inferLibraries()
        diagnostics += libraries.flatMap(\.diagnostics)
        reportLostPlugins()
        if parsed.isEmpty {
            report("no policies found: nothing could ever be permitted", "", line: nil, rule: "missing-file")
        }
        let policies = parsed.compactMap(\.policy)
        let before = diagnostics.count
        let settings = loadSettings()
        // Of settings that could not be read, nothing is known.
        if diagnostics.count == before { checkUnset(settings) }
        checkRequired(settings)
        guard let schema, !hasErrors else { return nil }
        return PolicySet(
            schema: schema, policies: policies, version: version(), settings: settings, plugins: plugins,
            libraries: shared)
    }

    /// Infers the types in libraries from the arguments that policies pass, and reports what is wrong with them.
    private mutating func inferLibraries() {
        let arguments = LibraryArguments(policies: parsed, libraries: libraries)
        for index in libraries.indices {
            guard let chunk = libraries[index].chunk else { continue }
            let inferences = arguments.inferences(of: libraries[index].name, chunk, schema: schema, plugins: plugins)
            libraries[index].inference = inferences.first
            var faults: [Diagnostic] = []
            for fault in inferences.flatMap(\.faults) {
                let diagnostic = fault.diagnostic(path: libraries[index].path)
                if !faults.contains(diagnostic) { faults.append(diagnostic) }
            }
            libraries[index].note(faults)
        }
    }

    /// Reports the faults of plugins: as warnings, until a policy uses the plugin.
    private mutating func reportPlugins() {
        diagnostics += plugins.faults.map { fault in
            var warning = fault
            (warning.severity, warning.rule) = (.warning, "plugin")
            return warning
        }
        guard let schema else { return }
        for plugin in plugins.plugins {
            for attribute in plugin.attributes {
                let name = attribute.function.name
                let isTaken =
                    switch attribute.owner {
                    case .resource: Schema.property(name, among: schema.resources) != nil
                    case .context: Schema.property(name, among: [schema.context]) != nil
                    default: false
                    }
                guard isTaken else { continue }
                diagnostics.append(
                    Diagnostic(
                        "the attribute `\(attribute.owner.name).\(name)` is already a property of the schema: one name "
                            + "has one meaning", path: plugin.path, line: 1, rule: "plugin"))
            }
        }
    }

    /// Reports each plugin that policies cannot have once: where it does not load, or where a policy first uses it.
    private mutating func reportLostPlugins() {
        let lost = Dictionary(grouping: parsed.compactMap(\.lostPlugin), by: \.name)
        for (name, uses) in lost.sorted(by: { $0.key < $1.key }) {
            let places = uses.map(\.fault.place)
            if let faults = plugins.broken[name] {
                blame(faults, places)
            } else {
                var fault = uses[0].fault
                fault.affected = Array(places.dropFirst())
                diagnostics.append(fault)
            }
        }
    }

    /// Turns the faults of a plugin that does not load into errors, because policies use it.
    private mutating func blame(_ faults: [Diagnostic], _ uses: [Diagnostic.Place]) {
        for (index, fault) in faults.enumerated() {
            let known = diagnostics.firstIndex {
                $0.rule == "plugin" && $0.place == fault.place && $0.message == fault.message
            }
            var named = known.map { diagnostics.remove(at: $0) } ?? fault
            (named.severity, named.rule) = (.error, "plugin")
            if index == 0 { named.affected += uses }
            diagnostics.append(named)
        }
    }

    private mutating func checkNames() {
        for lost in source.misplaced { report(lost.reason, lost.name, rule: "misplaced-file") }
        let names = Set(source.files.map(\.name))
        if let twins = TwinNames.first(in: names.sorted()) { report(twins.message, twins.other, rule: "file-name") }
        for name in names.sorted() where name.hasSuffix(".lua") {
            let id = name.withoutFolder.withoutExtension
            if name == PolicyFile.sharedTests { continue }
            if name.isTestFile {
                let tested: ExactName = "\(name.testedID).lua"
                if !names.contains(tested) {
                    let what = name.isInLibraryFolder ? "library" : "policy"
                    report("a test without its \(what): `\(tested)` is missing", name, rule: "test-without-policy")
                }
                checkTest(name)
                continue
            }
            if name != PolicyFile.schema, name != PolicyFile.invariants, PolicyFile.reserved.contains(id) {
                let what = name.isInLibraryFolder ? "no library" : "not a policy"
                report("the name `\(id)` is reserved, so this file is \(what): rename it", name, rule: "file-name")
            }
            let isName = id.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
            if !isName || id.isEmpty || id.utf8.count > 100 {
                // One that is named as tests are elsewhere says so itself, once it is read.
                if name.nameOfTests != nil, isTest(name) { continue }
                let whose = name.isInLibraryFolder ? "library" : "policy"
                report("a \(whose)'s file must be named in lower-case letters, digits and `_`", name, rule: "file-name")
            }
        }
    }

    private static func mentions(_ word: StaticString, _ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            var start = 0
            let length = word.utf8CodeUnitCount
            while start + length <= bytes.count {
                let rest = unsafe bytes.baseAddress! + start
                guard let found = unsafe memchr(rest, Int32(word.utf8Start[0]), bytes.count - start) else {
                    return false
                }
                start += unsafe UnsafeRawPointer(found) - rest
                guard start + length <= bytes.count else { return false }
                if unsafe memcmp(bytes.baseAddress! + start, word.utf8Start, length) == 0 { return true }
                start += 1
            }
            return false
        }
    }

    /// True for a file that calls `test`.
    private func isTest(_ name: ExactName) -> Bool {
        guard let file = source.files.first(where: { $0.name == name }), Self.mentions("test", file.bytes),
            let chunk = try? Chunk.parse(file.bytes)
        else { return false }
        return chunk.globals.contains { $0.name == "test" }
    }

    /// Reports a policy that is named like a test: it would never be in force.
    private mutating func checkTest(_ name: ExactName) {
        guard let file = source.files.first(where: { $0.name == name }),
            Self.mentions("decide", file.bytes), Self.mentions("return", file.bytes),
            let chunk = try? Chunk.parse(file.bytes),
            case .return(let values)? = chunk.block.statements.last?.kind, !values.isEmpty
        else { return }
        let position = chunk.block.statements.last?.position
        report(
            "tests return nothing, and a policy whose name ends in `_test` is never in force: rename it", name,
            line: position?.line, column: position?.column, rule: "ineffective-return")
    }

    // MARK: Schema and settings

    private mutating func loadSchema() -> Schema? {
        guard let file = source.files.first(where: { $0.name == PolicyFile.schema }) else {
            report(
                "missing `\(PolicyFile.schema)`: it declares the actions and resources of the policies", "", line: nil,
                rule: "missing-file")
            return nil
        }
        let source: Chunk
        do throws(SyntaxError) { source = try Chunk.parse(file.bytes) } catch {
            report(error.message, file.name, line: error.line, column: error.column, rule: "syntax")
            return nil
        }
        diagnostics += Dialect.ineffective(
            in: source, declaring: Self.sections, path: path(file.name), what: "the schema")
        let faults = Dialect.faults(
            of: source, known: StandardLibrary.globals.union(TypeReader.tags.map(\.name)), path: path(file.name),
            whose: "the schema")
        diagnostics += faults
        guard faults.isEmpty else { return nil }
        do throws(LuaError) {
            var sandbox = try Sandbox(functions: [], tags: TypeReader.tags)
            let chunk = try sandbox.load(file.bytes, name: file.name.text, limits: Limits())
            let outcome = sandbox.run(chunk, host: DeclarationHost(.none), limits: Limits())
            guard outcome.termination == .finished else {
                let (message, line) = PolicyReader.words(outcome.termination)
                report(message, file.name, line: line ?? 1, rule: "schema")
                return nil
            }
            if outcome.results > 1, diagnostics.allSatisfy({ $0.rule != "ineffective-return" }) {
                report(
                    "the schema returns one value, got \(outcome.results): the others have no effect", file.name,
                    rule: "ineffective-return")
            }
            let reader = SchemaReader(outcome.value, path: path(file.name), places: TablePlaces(source))
            diagnostics += reader.diagnostics
            // Half a schema would make faults of policies that are right.
            return reader.diagnostics.isEmpty ? reader.schema : nil
        } catch {
            report(error.message, file.name, rule: "schema")
            return nil
        }
    }

    private mutating func loadSettings() -> [ExactName: SettingValues] {
        guard let bytes = source.files.first(where: { $0.name == PolicyFile.settings })?.bytes else { return [:] }
        let declared = parsed.map { ($0.file.name.withoutExtension, $0.declaration?.settings) }
        let file = SettingsFile(
            bytes, path: path(PolicyFile.settings), declared: Dictionary(declared, uniquingKeysWith: { $1 }))
        diagnostics += file.diagnostics
        return file.values
    }

    /// Reports each required setting without a value, of a policy that is in force for all tenants or for one.
    private mutating func checkUnset(_ settings: [ExactName: SettingValues]) {
        for policy in parsed {
            guard let declaration = policy.declaration else { continue }
            let id = policy.file.name.withoutExtension
            let values = settings[id] ?? SettingValues()
            func isEnabled(_ tenant: ExactName?) -> Bool {
                if case .boolean(let isEnabled)? = values.value("enabled", tenant: tenant) { return isEnabled }
                return declaration.isEnabled
            }
            for (name, setting) in declaration.settings.sorted(by: { $0.key < $1.key }) where setting.isRequired {
                let others = values.tenants.keys.sorted().filter {
                    values.value(name, tenant: $0) == nil && isEnabled($0)
                }
                let isUnset = isEnabled(nil) && values.all[name] == nil
                guard isUnset || !others.isEmpty else { continue }
                let whom = isUnset ? "under `all`" : "for the tenant `\(others[0])`"
                let form = setting.type.example.map { ", such as `\($0)`" } ?? ""
                let place = policy.chunk?.place(of: name.text)
                report(
                    "the setting `\(name)` is required and has no value: set `\(id).\(name)` in `settings.json` \(whom), "
                        + "\(setting.type.withArticle)\(form), or disable the policy there", policy.file.name,
                    line: place?.line, column: place?.column, rule: "settings")
            }
        }
    }

    private mutating func checkRequired(_ settings: [ExactName: SettingValues]) {
        guard let bytes = source.files.first(where: { $0.name == PolicyFile.required })?.bytes else { return }
        let file = RequiredFile(bytes, path: path(PolicyFile.required), parsed: parsed, settings: settings)
        diagnostics += file.diagnostics
    }

    /// BLAKE2b over every file that affects decisions, each after its name and length.
    private func version() -> String {
        var message: [UInt8] = []
        for file in source.files
        where file.name == PolicyFile.schema || file.name == PolicyFile.settings || file.name.isPolicyFile
            || file.name.isLibraryFile
        {
            message += Array("\(file.name)\u{0}\(file.bytes.count)\u{0}".utf8) + file.bytes
        }
        for file in plugins.files {
            message += Array("plugins/\(file.name)\u{0}\(file.bytes.count)\u{0}".utf8) + file.bytes
        }
        return Fingerprint.of(message, bytes: 16)
    }
}

extension PolicySet {
    /// Loads and checks a policy set; nothing of it is used unless all of it is correct.
    /// - Parameter isInstrumented: true when its policies are to report coverage; see `Evaluator.instrumentation`.
    package static func load(_ source: PolicySource, isInstrumented: Bool = false) -> LoadResult {
        PolicyLoader.load(source, isInstrumented: isInstrumented).0
    }

    /// The same, with the file of every policy and library as far as it could be read, for reports of what is wrong with it.
    package static func read(_ source: PolicySource) -> (LoadResult, [ParsedPolicy], [ParsedLibrary]) {
        PolicyLoader.load(source)
    }
}
