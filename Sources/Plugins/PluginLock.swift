internal import Model
package import Policies

/// The list of reviewed files of plugins and policies with their hashes, in the form of `b2sum -l 256`.
package enum PluginLock {
    /// The file's name; it is beside the folder of the policies.
    package static let name = "plugins.lock"

    /// Each file under a name that does not depend on the folders' paths: `policies/a.lua`, `plugins/cidr/plugin.lua`.
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

    /// The lock of the present files, and the number of files.
    package static func made(of policies: PolicySource, _ plugins: PluginSource) -> (bytes: [UInt8], count: Int) {
        let entries = entries(policies, plugins)
        return (Array(entries.map { "\($0.hash)  \($0.name)\n" }.joined().utf8), entries.count)
    }

    /// The differences from a lock, one sentence each; empty when there are none.
    package static func differences(
        _ lock: [UInt8], _ policies: PolicySource, _ plugins: PluginSource
    ) -> [String] {
        var locked: [ExactName: String] = [:]
        var differences: [String] = []
        for line in String(decoding: lock, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].utf8.count == 64, parts[1].hasPrefix(" ") else {
                differences.append("the lock has a line that is not a hash and a name: `\(line.prefix(80))`")
                continue
            }
            locked[ExactName(parts[1].dropFirst())] = String(parts[0])
        }
        for entry in entries(policies, plugins) {
            guard let hash = locked.removeValue(forKey: entry.name) else {
                differences.append("`\(entry.name)` is not in the lock")
                continue
            }
            if hash != entry.hash { differences.append("`\(entry.name)` differs from the lock") }
        }
        for folder in plugins.folders { if let fault = folder.fault { differences.append(fault) } }
        return differences + locked.keys.sorted().map { "`\($0)` was locked and is missing" }
    }
}
