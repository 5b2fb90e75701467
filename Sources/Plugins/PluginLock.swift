internal import Model
package import Policies

/// A list of every file of plugins and policies with its hash, as `b2sum -l 256` writes it: what was reviewed.
package enum PluginLock {
    /// The file's name; it lies beside the folder of the policies.
    package static let name = "plugins.lock"

    /// Each file under the name that it has wherever the folders lie: `policies/a.lua`, `plugins/cidr/plugin.lua`.
    private static func entries(_ policies: PolicySource, _ plugins: PluginSource) -> [(name: ExactName, hash: String)]
    {
        let own = policies.files.map { (name: "policies/\($0.name)" as ExactName, hash: Fingerprint.of($0.bytes)) }
        let others = plugins.folders.flatMap { folder in
            folder.files.map {
                (name: "plugins/\(folder.name)/\($0.name)" as ExactName, hash: Fingerprint.of($0.bytes))
            }
        }
        return (own + others).sorted { $0.name < $1.name }
    }

    /// The lock of what is there, and how many files it names.
    package static func made(of policies: PolicySource, _ plugins: PluginSource) -> (bytes: [UInt8], count: Int) {
        let entries = entries(policies, plugins)
        return (Array(entries.map { "\($0.hash)  \($0.name)\n" }.joined().utf8), entries.count)
    }

    /// What is not as a lock says, a sentence each; empty when all is.
    package static func differences(
        _ lock: [UInt8], _ policies: PolicySource, _ plugins: PluginSource
    ) -> [String] {
        var locked: [ExactName: String] = [:]
        var differences: [String] = []
        for line in String(decoding: lock, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].utf8.count == 64, parts[1].hasPrefix(" ") else {
                differences.append("the lock has a line that is no hash and name: `\(line.prefix(80))`")
                continue
            }
            locked[ExactName(parts[1].dropFirst())] = String(parts[0])
        }
        for entry in entries(policies, plugins) {
            guard let hash = locked.removeValue(forKey: entry.name) else {
                differences.append("`\(entry.name)` is not in the lock")
                continue
            }
            if hash != entry.hash { differences.append("`\(entry.name)` is not what was locked") }
        }
        for folder in plugins.folders { if let fault = folder.fault { differences.append(fault) } }
        return differences + locked.keys.sorted().map { "`\($0)` was locked and is missing" }
    }
}
