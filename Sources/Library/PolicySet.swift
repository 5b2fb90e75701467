internal import Decisions
internal import Model
internal import Plugins
internal import Policies

/// Policies that are loaded: checked, and ready to decide. A value that any thread may use.
public struct PolicySet: Sendable {
    let loaded: Policies.PolicySet
    /// The warnings about the files. None of them stops a policy from deciding.
    public let warnings: [PolicyDiagnostic]

    /// Loads the policies of a folder: every `*.lua` in it, with `schema.lua`, `settings.json` and `required.json`.
    /// - Parameters:
    ///   - folder: the path of the folder.
    ///   - plugins: the path of the folder of plugins; `nil` for `plugins` beside the policies, if it exists.
    /// - Throws: `.policies`, with every finding, when one file cannot be read or one policy does not load. Nothing is
    ///   in force in part. `.resources` when there is not a thread to load them on.
    public init(folder: String, plugins: String? = nil) throws(DemiluneError) {
        let files: PolicyFiles
        do throws(PolicyError) {
            files = try PolicyFiles.read(folder, plugins: plugins ?? PolicyFiles.usualPlugins(beside: folder))
        } catch { throw DemiluneError(.policies, error.message) }
        // Loading parses and runs what others wrote, and the caller's stack may be small.
        let loaded = InterpreterThread.run(stack: Self.stack) { Policies.PolicySet.load(files.loadedPlugins().source) }
        guard let result = loaded else {
            throw DemiluneError(.resources, "there is not a thread to load the policies on")
        }
        let diagnostics = result.diagnostics.map(PolicyDiagnostic.init)
        guard let set = result.set else {
            throw DemiluneError(.policies, "the policies in `\(folder)` do not load", diagnostics)
        }
        self.loaded = set
        warnings = diagnostics
    }

    /// The bytes of stack that loading gets, as in the program `demilune`.
    private static let stack = 8 << 20

    /// 32 hexadecimal digits: a hash of every source, of the schema, the settings, and of plugins and their data. Each
    /// decision names it.
    public var version: String { loaded.version }

    /// The ids of the policies, sorted: their file names without `.lua`.
    public var policies: [String] { loaded.policies.map(\.id.text) }
}

/// One finding about a file of policies.
public struct PolicyDiagnostic: Sendable, CustomStringConvertible {
    /// The file, as the folder was named.
    public let path: String
    /// The line, from 1; `nil` when the finding is about the whole file.
    public let line: Int?
    /// The column in bytes, from 1; `nil` when unknown.
    public let column: Int?
    /// True for a finding that stops the set from loading.
    public let isError: Bool
    /// A sentence for people.
    public let message: String
    /// The rule that found it; `demilune check --explain RULE` describes it.
    public let rule: String?
    /// `path:line:column: severity: message [rule]`, without the parts that are unknown.
    public let description: String

    init(_ diagnostic: Diagnostic) {
        (path, line, column) = (diagnostic.path, diagnostic.line, diagnostic.column)
        (isError, message, rule) = (diagnostic.severity == .error, diagnostic.message, diagnostic.rule)
        description = diagnostic.description
    }
}
