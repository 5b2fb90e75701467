internal import Analysis
internal import CommandLine
internal import Model
internal import Policies

/// Parses the words of `suppose` as a change, and resolves names to ids.
struct ScenarioParser {
    let repl: Repl
    let invocation: Invocation
    private let names: NameResolver

    init(_ repl: Repl, _ invocation: Invocation) throws(CommandError) {
        self.repl = repl
        self.invocation = invocation
        names = try repl.names(invocation)
    }

    var tenant: ExactName { names.directory.tenants[names.tenant].id }

    /// The possible forms of a change, for help and completion.
    static let forms: [(words: String, help: String)] = [
        ("department move DEPARTMENT under DEPARTMENT", "or `to the top`"),
        ("department activate DEPARTMENT", "or deactivate"),
        ("department require DEPARTMENT ACTION", "of whoever enters; or release"),
        ("user activate USER", "or deactivate"),
        ("user grant USER ACTION", "of their own; or withdraw"),
        ("user-type activate TYPE", "or deactivate"),
        ("user-type grant TYPE ACTION", "or withdraw"),
        ("tenant deactivate", "or activate"),
        ("token TOKEN expires DAY", "its last valid day, 90d from today, or a moment"),
        ("token TOKEN description TEXT", "or contact; an empty text removes it"),
        ("token TOKEN limited LIMIT=VALUE …", "only=, within=, from=, hours=, uses=, purpose=; or unlimited"),
        ("token TOKEN revoked", "or suspended, resumed"),
        ("setting POLICY NAME VALUE", "for this tenant"),
    ]

    func change(_ words: [String]) throws(CommandError) -> Change {
        switch (words.first, words.dropFirst().first, words.count) {
        case ("department", "move"?, 5) where words[3] == "under":
            return .departmentMoved(try department(words[2]), under: try department(words[4]))
        case ("department", "move"?, 6) where words[3...] == ["to", "the", "top"]:
            return .departmentMoved(try department(words[2]), under: nil)
        case ("department", let act?, 3) where Self.activity[act] != nil:
            return .departmentActive(try department(words[2]), Self.activity[act]!)
        case ("department", let act?, 4) where ["require", "release"].contains(act):
            return .departmentRequires(
                try department(words[2]), permission: try permission(words[3]), act == "require")
        case ("user", let act?, 3) where Self.activity[act] != nil:
            return .userActive(try user(words[2]), Self.activity[act]!)
        case ("user", let act?, 4) where ["grant", "withdraw"].contains(act):
            return .userHolds(try user(words[2]), permission: try permission(words[3]), act == "grant")
        case ("user-type", let act?, 3) where Self.activity[act] != nil:
            return .userTypeActive(try userType(words[2]), Self.activity[act]!)
        case ("user-type", let act?, 4) where ["grant", "withdraw"].contains(act):
            return .userTypeHolds(try userType(words[2]), permission: try permission(words[3]), act == "grant")
        case ("tenant", let act?, 2) where Self.activity[act] != nil: return .tenantActive(Self.activity[act]!)
        case ("token", _?, 4) where words[2] == "expires":
            let now = try repl.now(invocation)
            let expires = try TimeArgument.expiry(words[3], for: "expires", from: now, in: zone)
            return .tokenExpires(try token(words[1]), expires)
        case ("token", _?, 4) where words[2] == "description":
            return .tokenDescription(try token(words[1]), words[3].isEmpty ? nil : ExactName(words[3]))
        case ("token", _?, 4) where words[2] == "contact":
            return .tokenContact(try token(words[1]), words[3].isEmpty ? nil : ExactName(words[3]))
        case ("token", _?, 4...) where words[2] == "limited":
            return .tokenCeiling(try token(words[1]), try ceiling(words.dropFirst(3)))
        case ("token", _?, 3) where words[2] == "unlimited": return .tokenCeiling(try token(words[1]), nil)
        case ("token", _?, 3) where words[2] == "revoked": return .tokenRevoked(try token(words[1]))
        case ("token", _?, 3) where words[2] == "suspended": return .tokenSuspended(try token(words[1]), true)
        case ("token", _?, 3) where words[2] == "resumed": return .tokenSuspended(try token(words[1]), false)
        case ("setting", _?, 4):
            return .setting(
                policy: try repl.policyName(words[1]), name: ExactName(words[2]), value: .init(Self.json(words[3])),
                tenant: tenant
            )
        default:
            let forms = Self.forms.filter { $0.words.hasPrefix((words.first ?? "") + " ") }
            let shown = (forms.isEmpty ? Self.forms : forms).map { "  suppose \($0.words)  (\($0.help))" }
            throw CommandError(messages: ["unknown change; use one of"] + shown, status: ExitStatus.usage)
        }
    }

    /// The ceiling of `only=orders.read within=Sales`.
    private func ceiling(_ words: ArraySlice<String>) throws(CommandError) -> Ceiling? {
        var ceiling = Ceiling()
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let text = parts.count == 2 ? parts[1] : ""
            switch parts[0] {
            case "only": ceiling.permissions = try CeilingOptions.permissions(text, for: "only")
            case "within":
                var departments: [ExactName] = []
                for name in try CeilingOptions.parts(text, for: "within") { departments.append(try department(name)) }
                ceiling.departments = departments
            case "from": ceiling.networks = try CeilingOptions.networks(text, for: "from")
            case "hours": ceiling.hours = try CeilingOptions.hours(text, for: "hours")
            case "uses":
                guard let uses = Int(text), (1...Ceiling.mostUses).contains(uses) else {
                    throw .usage("`uses` must be a whole number of at least 1, got `\(text)`")
                }
                ceiling.uses = uses
            case "purpose": ceiling.purpose = ExactName(text)
            default:
                let known = ["only", "within", "from", "hours", "uses", "purpose"]
                throw .usage(
                    "there is no limit `\(parts[0])`\(Suggestion.hint(for: parts[0], among: known)): use "
                        + known.map { "\($0)=" }.joined(separator: ", "))
            }
        }
        if let empty = [
            ("only", ceiling.permissions?.isEmpty), ("within", ceiling.departments?.isEmpty),
            ("from", ceiling.networks?.isEmpty), ("purpose", ceiling.purpose?.isEmpty),
        ].first(where: { $0.1 == true }) {
            throw .usage("`\(empty.0)=` needs a value")
        }
        return ceiling.isEmpty ? nil : ceiling
    }

    private static let activity = ["activate": true, "deactivate": false, "active": true, "inactive": false]

    private var zone: Zone { names.directory.tenants[names.tenant].zone }

    private func department(_ word: String) throws(CommandError) -> ExactName {
        names.directory.departments[try names.department(word)].id
    }

    private func user(_ word: String) throws(CommandError) -> ExactName {
        names.directory.users[try names.user(word)].id
    }

    private func userType(_ word: String) throws(CommandError) -> ExactName {
        names.directory.userTypes[try names.userType(word)].id
    }

    private func token(_ word: String) throws(CommandError) -> TokenID { try repl.token(word, invocation).id }

    private func permission(_ word: String) throws(CommandError) -> ExactName {
        let schema = try repl.rules().set.schema
        guard schema.actions[ExactName(word)] != nil else {
            throw .usage("there is no permission `\(word)`\(Suggestion.hint(for: word, among: schema.actionNames))")
        }
        return ExactName(word)
    }

    /// The typed value of a setting: JSON, or else a string.
    private static func json(_ word: String) -> JSON { (try? JSONReader.parse(Array(word.utf8))) ?? .string(word) }
}
