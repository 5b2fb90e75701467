internal import Files
internal import Model
package import Plugins
internal import Policies

extension Invocation {
    /// The folder of the policies.
    package var policyFolder: String { self[.policies] ?? "policies" }

    /// The folder of the plugins: `--plugins`, or `plugins` beside the policies if it exists.
    package func pluginFolder(beside policies: String) -> String? {
        self[.plugins] ?? PolicyFiles.usualPlugins(beside: policies)
    }

    /// The files of a folder of policies and of its plugins. With `--locked` they must match the lock file.
    /// - Throws: with status 3 when they cannot be read, or do not match.
    package func policyFiles(_ folder: String) throws(CommandError) -> PolicyFiles {
        guard File.exists(folder) else {
            throw CommandError(
                "there is no folder `\(folder)`: `demilune init --policies` writes a first policy set, and "
                    + "`--policies \(ShippedPolicies.word)` uses the shipped policies", status: ExitStatus.policies)
        }
        return try policyFiles(folder, plugins: pluginFolder(beside: folder))
    }

    /// The same with another folder of plugins.
    /// - Parameters:
    ///   - folder: the folder of the policies; `nil` for none.
    ///   - plugins: the folder of the plugins; `nil` for none.
    func policyFiles(_ folder: String?, plugins: String?) throws(CommandError) -> PolicyFiles {
        let files: PolicyFiles
        do throws(PolicyError) {
            files = try PolicyFiles.read(folder, plugins: plugins)
        } catch { throw CommandError(error.message, status: ExitStatus.policies) }
        // The lock file is beside the policies, and so beside the plugins.
        if self[.locked], let place = folder ?? plugins {
            let lock = PolicyFiles.beside(place, PluginLock.name)
            guard File.exists(lock) else {
                throw CommandError(
                    "`--locked`: there is no `\(lock)`; `demilune plugins lock` writes it", status: ExitStatus.policies)
            }
            try hold(files, to: try File.contents(of: lock), lock)
        }
        return files
    }

    /// Refuses files that differ from the locked ones.
    /// - Parameters:
    ///   - lock: the content of the lock file.
    ///   - path: its path, for messages.
    func hold(_ files: PolicyFiles, to lock: [UInt8], _ path: String) throws(CommandError) {
        let differences = PluginLock.differences(lock, files.policies, files.plugins)
        guard differences.isEmpty else {
            throw CommandError(
                messages: differences.map { "\(path): \($0)" }
                    + ["the files differ from the locked ones; nothing was loaded"], status: ExitStatus.policies)
        }
    }
}
