internal import CommandLine
internal import Decisions
internal import Files
internal import Model
internal import Policies

/// Known names, each with a description.
extension Completion {
    private var directory: Directory { repl.snapshot.directory }

    /// The index of the tenant whose names are offered; `nil` for the names of all tenants.
    var tenant: Int? {
        if let tenant = repl.state.tenant.flatMap(directory.tenant) { return tenant }
        return directory.tenants.count == 1 ? 0 : nil
    }

    var tokens: [Candidate] {
        let most = 50
        let now = repl.state.at ?? .now()
        let found = repl.snapshot.search(partial, tenant: repl.state.tenant, now: now, size: most + 1)
        let names = Dictionary(grouping: found, by: \.name)
        let read = found.prefix(most).map { token in
            let isUnique = names[token.name]!.count == 1 && !token.name.isEmpty
            return Candidate(text: isUnique ? token.name.text : token.id.description, help: repl.owner(of: token))
        }
        return read + (found.count > most ? [.unread] : [])
    }

    var users: [Candidate] {
        directory.users.filter { tenant == nil || $0.tenant == tenant }.map { user in
            Candidate(text: user.name.text, help: user.fullName.text + (user.isActive ? "" : ", not active"))
        }
    }

    var departments: [Candidate] {
        directory.departments.filter { tenant == nil || $0.tenant == tenant }.map { department in
            let place = department.parent.map { "under \(directory.departments[$0].name)" } ?? "at the top"
            return Candidate(text: department.name.text, help: place + (department.isActive ? "" : ", not active"))
        }
    }

    var userTypes: [Candidate] {
        directory.userTypes.filter { tenant == nil || $0.tenant == tenant }.map {
            Candidate(text: $0.name.text, help: "a user type\($0.isActive ? "" : ", not active")")
        }
    }

    var tenants: [Candidate] { directory.tenants.map { Candidate(text: $0.id.text, help: $0.name.text) } }

    var schema: Schema? { repl.loaded?.set.schema }

    var actions: [Candidate] {
        (schema?.actionNames ?? []).map { Candidate(text: $0.text, help: schema?.actions[$0]?.kind.rawValue ?? "") }
    }

    /// The types of resource that an action applies to.
    func resourceTypes(of action: ExactName) -> [Candidate] {
        (schema?.resources(of: action) ?? []).map { type in
            let names = type.properties.map(\.name).joined(separator: ", ")
            return Candidate(text: type.name.text, help: names.isEmpty ? "a resource" : "has \(names)")
        }
    }

    var policies: [Candidate] {
        guard let loaded = repl.loaded else { return [] }
        return loaded.set.policies.map { Candidate(text: $0.id.text, help: loaded.purpose(of: $0.id)) }
    }

    func commands(_ words: [String]) -> [Candidate] {
        let name = words.joined(separator: " ")
        return Repl.verbs.filter { name.isEmpty || $0.name.hasPrefix(name + " ") }.map { verb in
            let text = name.isEmpty ? verb.name : String(verb.name.dropFirst(name.count + 1))
            return Candidate(text: text, help: verb.summary)
        }.filter { !$0.text.contains(" ") }
    }

    /// Files and folders whose path begins with `partial`.
    static func files(_ partial: String) -> [Candidate] {
        let slash = partial.lastIndex(of: "/")
        let folder = slash.map { String(partial[...$0]) } ?? ""
        let name = slash.map { String(partial[partial.index(after: $0)...]) } ?? partial
        guard let entries = try? Folder.entries(in: folder.isEmpty ? "." : folder) else { return [] }
        var result: [Candidate] = []
        for entry in entries {
            let (file, isFolder) = (entry.name.text, entry.isFolder)
            guard file.hasPrefix(name), !file.hasPrefix(".") || name.hasPrefix(".") else { continue }
            result.append(
                Candidate(
                    text: folder + file + (isFolder ? "/" : ""), help: isFolder ? "a folder" : "", isWhole: !isFolder))
        }
        return result.sorted { $0.text < $1.text }
    }

    // MARK: Sentences

    /// `ACTION [on TYPE[:ID]] [in DEPARTMENT] [with NAME=VALUE …]`.
    func access(_ words: [String]) -> [Candidate] {
        guard !words.isEmpty else { return actions }
        let action = ExactName(words[0])
        let type = words.dropFirst().compactMap { word in
            schema?.resource(ExactName(word.prefix { $0 != ":" })).map { schema!.resources[$0] }
        }.first
        let last = words.dropFirst().last
        if last == "on" { return resourceTypes(of: action) }
        if last == "in" { return departments }
        if let equals = partial.firstIndex(of: "=") {
            return values(of: ExactName(partial[..<equals]), properties(action, type))
        }
        var result: [Candidate] = []
        if type == nil, !words.contains("on") {
            result.append(Candidate(text: "on", help: "the resource: TYPE or TYPE:ID"))
            if words.count == 1 { result += resourceTypes(of: action) }
        }
        if type?.slot("department") != nil, !words.contains("in") {
            result.append(Candidate(text: "in", help: "the resource's department"))
        }
        if !words.contains("with") { result.append(Candidate(text: "with", help: "properties, as NAME=VALUE")) }
        let stated = properties(action, type)
        let supported = Candidate(
            text: "\(AuthorizationRequest.supportedName)=", help: "obligations that the client can fulfil",
            isWhole: false)
        return result
            + stated.map { name, type, owner in
                Candidate(text: "\(name)=", help: "\(type.name), \(owner)", isWhole: false)
            } + (stated.contains { $0.name == AuthorizationRequest.supportedName } ? [] : [supported])
    }

    /// `TYPE:ID [NAME=VALUE …]`.
    func subject(_ words: [String]) -> [Candidate] {
        let types = schema?.subjects ?? []
        guard let first = words.first else {
            return types.map { Candidate(text: "\($0.name):", help: "a subject type of the schema", isWhole: false) }
        }
        let type = types.first { $0.name == ExactName(first.prefix { $0 != ":" }) }
        let stated = (type?.properties ?? []).map { ($0.name, $0.type, "of the subject") } as [Stated]
        if let equals = partial.firstIndex(of: "=") { return values(of: ExactName(partial[..<equals]), stated) }
        return stated.map { name, type, owner in
            Candidate(text: "\(name)=", help: "\(type.name), \(owner)", isWhole: false)
        }
    }

    /// A property that a request may state, as it is written.
    private typealias Stated = (name: ExactName, type: ValueType, owner: String)

    private func properties(_ action: ExactName, _ type: Schema.RecordType?) -> [Stated] {
        let own = (type?.properties ?? []).map { ($0.name, $0.type, "of the \(type!.name)") }
        let context = (schema?.context.properties ?? []).map { ($0.name, $0.type, "of the context") }
        let action = (schema?.action(action)?.properties ?? []).map {
            ("action.\($0.name)" as ExactName, $0.type, "of the action")
        }
        return own + context + action
    }

    private func values(of name: ExactName, _ all: [Stated]) -> [Candidate] {
        let values: [Candidate]
        switch all.first(where: { $0.name == name })?.type {
        case .boolean: values = ["true", "false"].map { Candidate(text: $0, help: "") }
        case .department: values = departments
        case .user: values = users
        default: values = []
        }
        return values.map { Candidate(text: "\(name)=\($0.text)", help: $0.help) }
    }

    /// `USER ACT [TOKEN] [NAME=VALUE …]`.
    func administration(_ words: [String]) -> [Candidate] {
        switch words.count {
        case 0: return users + [Candidate(text: "operator", help: "whoever holds the store and the key file")]
        case 1:
            return DecisionKind.allCases.filter(\.isAdministrative).map { kind in
                Candidate(text: String(kind.rawValue.dropFirst("token.".count)), help: kind.rawValue)
            }
        default:
            let proposals = ["name=", "kind=", "assignment=", "expires=", "last_day="].map {
                Candidate(text: $0, help: "a proposed value", isWhole: false)
            }
            return (words.count == 2 ? tokens : []) + (["amend", "issue"].contains(words[1]) ? proposals : [])
        }
    }
}
