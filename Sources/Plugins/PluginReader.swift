internal import Lua
internal import Model
internal import Policies
internal import Syntax

/// A reader of one plugin's folder, which runs `plugin.lua` once and checks the manifest that it returns.
///
/// No part of a plugin is used unless all of it is valid.
struct PluginReader {
    static let file: ExactName = "plugin.lua"
    private static let keys: [ExactName] = ["name", "version", "about", "needs", "requires", "provides"]
    private static let mostBytes = 65_536

    let folder: PluginSource.Folder
    /// The paths of `plugin.lua` and of the folder, as messages show them.
    let path: String
    let folderPath: String
    var faults: [Diagnostic] = []
    var outline: PluginOutline?
    /// The capabilities of the host that the manifest needs.
    var needs: [ExactName] = []

    init(_ source: PluginSource.Folder, path: String, folder: String) {
        self.folder = source
        self.path = path
        folderPath = folder
    }

    mutating func report(_ message: String, at name: String? = nil, line: Int? = nil) {
        let line = line ?? outline?.place(name ?? "").line ?? 1
        faults.append(Diagnostic(message, path: path, line: line))
    }

    /// - Returns: `nil`, or an incomplete plugin, when there are `faults`.
    mutating func read() -> ReadPlugin? {
        if let twins = TwinNames.first(in: folder.files.map(\.name)) { report(twins.message) }
        guard let file = folder.file(Self.file) else {
            report("there is no `\(Self.file)`: it declares what the plugin provides")
            return nil
        }
        guard file.bytes.count <= Self.mostBytes else {
            report("`\(Self.file)` has more than 64 KiB: move data to a file of its own")
            return nil
        }
        let chunk: Chunk
        do throws(SyntaxError) { chunk = try Chunk.parse(file.bytes) } catch {
            faults.append(Diagnostic(error.message, path: path, line: error.line, column: error.column))
            return nil
        }
        let outline = PluginOutline(chunk)
        self.outline = outline
        faults += Dialect.faults(of: chunk, known: Dialect.ofPlugins, path: path, whose: "plugins")
        faults += TypeInference(script: chunk).faults.map { $0.diagnostic(path: path) }
        faults += Dialect.ineffective(in: chunk, declaring: Self.keys.map(\.text), path: path, what: "a plugin's file")
        for other in folder.files where other.name.hasSuffix(".lua") && other.name != Self.file {
            if other.name.isTestFile || other.name == PolicyFile.testSchema { continue }
            report(
                "`\(folderPath)/\(other.name)` is not read: all Lua code of a plugin is in `\(Self.file)`; "
                    + "move it there, or out of the folder")
        }
        guard faults.isEmpty else { return nil }
        let program = chunk.rewritten()
        let host = ManifestHost()
        guard let manifest = run(program, host) else { return nil }
        var result = ReadPlugin(plugin: Plugin(name: folder.name), chunk: chunk, outline: outline)
        result.plugin.path = path
        result.plugin.program = Plugin.Program(bytes: program, keepsState: chunk.keepsState)
        result.uses = host.uses
        result.files = [file]
        read(manifest, into: &result)
        hold(host, to: result.plugin)
        return result
    }

    private mutating func run(_ program: [UInt8], _ host: ManifestHost) -> [ExactName: LuaValue]? {
        let outcome: CallResult
        do throws(LuaError) {
            var sandbox = try Sandbox(functions: PluginScript.functions, tags: TypeReader.tags)
            // Rewriting makes the program longer.
            let chunk = try sandbox.load(program, name: Self.file.text, limits: Limits(sourceBytes: 1 << 18))
            outcome = sandbox.run(chunk, host: host, limits: Limits())
        } catch {
            report(error.message)
            return nil
        }
        switch outcome.termination {
        case .finished: break
        case .failed(let message, let line):
            report(message, line: line)
            return nil
        case .exceeded(let limit):
            report("it \(limit.excessWhileLoading)")
            return nil
        }
        if outcome.results > 1 {
            report("a plugin's file must return one value, got \(outcome.results): the others have no effect")
            return nil
        }
        guard case .table = outcome.value else {
            report("a plugin must return a table, its manifest, got \(outcome.value.kindName)")
            return nil
        }
        return fields(outcome.value, "the manifest", Self.keys)
    }

    /// The entries of a table whose keys are known names.
    mutating func fields(_ value: LuaValue?, _ place: String, _ known: [ExactName]?, at name: String? = nil)
        -> [ExactName: LuaValue]
    {
        guard let value, value != .nil else { return [:] }
        guard case .table(let entries) = value else {
            report("\(place) must be a table, got \(value.kindName)", at: name)
            return [:]
        }
        var fields: [ExactName: LuaValue] = [:]
        for entry in entries {
            guard let key = entry.key.name else {
                report("\(place) must have names as keys, got \(entry.key.shown)", at: name)
                continue
            }
            if let known, !known.contains(key) {
                report("\(place) has no `\(key)`\(Suggestion.hint(for: key, among: known))", at: key.text)
                continue
            }
            fields[key] = entry.value
        }
        return fields
    }

    private mutating func read(_ manifest: [ExactName: LuaValue], into result: inout ReadPlugin) {
        let name = ExactName(text(manifest["name"], "name"))
        if name != folder.name, !name.isEmpty {
            report("its name is `\(name)`, but its folder is `\(folder.name)`: use one name", at: "name")
        }
        if !Self.isName(folder.name) {
            report("a plugin's folder is named in lower-case letters, digits and `_`, and begins with a letter")
        }
        if Capabilities.all.contains(where: { $0.name == folder.name }) {
            report("`\(folder.name)` is the name of a capability of the host: choose another name", at: "name")
        }
        result.plugin.version = text(manifest["version"], "version")
        result.plugin.about = text(manifest["about"], "about")
        let capabilities = Capabilities.all.map(\.name)
        needs = names(manifest["needs"], "needs")
        for need in needs where !capabilities.contains(need) {
            report(
                "the host has no capability `\(need)`\(Suggestion.hint(for: need, among: capabilities)); there are "
                    + capabilities.joined(separator: ", "), at: "needs")
        }
        result.plugin.needs = needs
        result.plugin.requires = names(manifest["requires"], "requires")
        readProvided(manifest["provides"], into: &result)
    }

    /// Checks that the plugin uses only what it declares.
    private mutating func hold(_ host: ManifestHost, to plugin: Plugin) {
        for use in host.uses where !(plugin.needs + plugin.requires).contains(use.name) {
            let isCapability = Capabilities.all.contains { $0.name == use.name }
            report(
                "it uses `\(use.name)` without declaring it: add it to `\(isCapability ? "needs" : "requires")`",
                line: use.line)
        }
        for table in host.tables where !plugin.tables.contains(where: { $0.name == table.name }) {
            let known = plugin.tables.map(\.name)
            report(
                "it provides no data `\(table.name)`\(Suggestion.hint(for: table.name, among: known))", line: table.line
            )
        }
    }

    // MARK: Parts

    mutating func text(_ value: LuaValue?, _ name: String, most: Int = 200) -> String {
        if case .string(let text)? = value, !text.isEmpty, text.utf8.count <= most { return text }
        report("`\(name)` must be a string of at most \(most) bytes, got \((value ?? .nil).kindName)", at: name)
        return ""
    }

    mutating func names(_ value: LuaValue?, _ name: String) -> [ExactName] {
        guard let value, value != .nil else { return [] }
        var names: [ExactName] = []
        if case .table(let entries) = value {
            for (index, entry) in entries.enumerated() {
                guard entry.key == .integer(Int64(index + 1)), let text = entry.value.name,
                    !names.contains(text)
                else {
                    report("`\(name)` must be a list of different names, got \(entry.value.shown)", at: name)
                    return []
                }
                names.append(text)
            }
            return names
        }
        report("`\(name)` must be a list of names, got \(value.kindName)", at: name)
        return []
    }

    /// True for a name that policies can write after a dot.
    static func isName(_ name: ExactName) -> Bool {
        guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return name.utf8.count <= 60
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            } && !keywords.contains(name)
    }

    private static let keywords: Set<ExactName> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
        "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]
}
