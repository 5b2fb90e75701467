package import Model
internal import Policies

extension PolicySource {
    /// The ids of the policies in the folder: the files that are neither tests nor reserved.
    package var policyIDs: [ExactName] {
        files.map(\.name).filter(\.isPolicyFile).map(\.withoutExtension).sorted()
    }

    /// The files that decisions need, without the tests; with one policy alone if `only` names it.
    func withoutTests(only policy: ExactName?) -> PolicySource {
        let ids = Set(policyIDs)
        let kept = files.filter { file in
            // A test may turn off, or leave out, a policy that the folder requires.
            if file.name.isTestFile || file.name == PolicyFile.required { return false }
            guard let policy, file.name.hasSuffix(".lua") else { return true }
            let id = file.name.withoutExtension
            return !ids.contains(id) || id == policy
        }
        var source = PolicySource(path: path, files: kept, plugins: plugins, misplaced: misplaced)
        if let policy { source.keepSettings(of: policy) }
        return source
    }

    /// Sets a test's values for all tenants, whatever the settings file has.
    mutating func override(_ overrides: TestTable, policies: [ExactName]) throws(TestFault) {
        var settings = try settingsByPolicy()
        for member in try overrides.members() {
            guard policies.contains(member.key) else {
                throw TestFault(
                    "`settings`: there is no policy `\(member.key)`"
                        + Suggestion.hint(for: member.key, among: policies))
            }
            guard case .object(let values) = member.value else {
                throw TestFault("`settings.\(member.key)` must be a table")
            }
            let old = settings.firstIndex { $0.key == member.key }
            let sections = old.map { settings[$0].value } ?? .object([])
            let new = JSON.Member(member.key, sections.overridden(by: values))
            if let old { settings[old] = new } else { settings.append(new) }
        }
        replaceSettings(settings)
    }

    private mutating func keepSettings(of policy: ExactName) {
        guard let settings = try? settingsByPolicy() else { return }
        replaceSettings(settings.filter { $0.key == policy })
    }

    private func settingsByPolicy() throws(TestFault) -> [JSON.Member] {
        guard let file = files.first(where: { $0.name == PolicyFile.settings }) else { return [] }
        guard case .object(let members)? = try? JSONReader.parse(file.bytes) else {
            throw TestFault("`\(PolicyFile.settings)` is not a JSON object")
        }
        return members
    }

    private mutating func replaceSettings(_ settings: [JSON.Member]) {
        files.removeAll { $0.name == PolicyFile.settings }
        let text = JSON.object(settings).compact
        files.append(PolicyFile(name: PolicyFile.settings, bytes: Array(text.utf8)))
    }
}

extension JSON {
    /// A policy's settings with some values for every tenant: set under `all`, and removed from each tenant.
    fileprivate func overridden(by values: [JSON.Member]) -> JSON {
        guard case .object(var sections) = self else { return self }
        let names = Set(values.map(\.key))
        var all = values
        for index in sections.indices.reversed() {
            guard case .object(let members) = sections[index].value else { continue }
            if sections[index].key == "all" {
                all += members.filter { !names.contains($0.key) }
                sections.remove(at: index)
            } else if sections[index].key == "tenants" {
                sections[index].value = .object(
                    members.map { tenant in
                        guard case .object(let own) = tenant.value else { return tenant }
                        return JSON.Member(tenant.key, .object(own.filter { !names.contains($0.key) }))
                    })
            }
        }
        return .object(sections + [JSON.Member("all", .object(all))])
    }
}
