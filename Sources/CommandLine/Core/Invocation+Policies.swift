internal import Model
internal import Plugins
internal import Policies

/// The policies that a command line names.
extension Invocation {
    /// The files of `--policies` and `--plugins`, read but not yet run.
    func policySource() throws(CommandError) -> PolicyFiles { try policyFiles(policyFolder) }

    /// Loads the policies of `--policies` and prints their warnings.
    /// - Throws: with status 3 when they do not load; the causes are printed.
    func policies() throws(CommandError) -> PolicySet { try policies(try policySource()) }

    func policies(_ files: PolicyFiles) throws(CommandError) -> PolicySet { try loaded(files).policies }

    /// Loads policies together with the plugins that they use.
    func loaded(
        _ files: PolicyFiles
    ) throws(CommandError) -> (policies: PolicySet, plugins: LoadedPlugins) {
        let (source, plugins) = files.loadedPlugins()
        let result = PolicySet.load(source)
        terminal.report(result.diagnostics)
        guard let set = result.set else {
            throw CommandError(
                "the policies in `\(policyFolder)` do not load", status: ExitStatus.policies)
        }
        return (set, plugins)
    }
}
