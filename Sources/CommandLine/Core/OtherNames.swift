internal import Model

/// Names that people try because other programs have them, and the verbs that do it here.
enum OtherNames {
    /// The names, by verb. A name may stand with several verbs.
    static let table: [String: [String]] = {
        var table = [
            "init": ["new", "create", "setup"],
            "import": ["load", "restore", "apply"],
            "export": ["dump", "backup"],
            "store verify": ["store check", "verify", "fsck"],
            "token create": ["token new", "token add", "token issue", "token make", "token generate"],
            "token derive": ["token exchange", "token downscope", "token child", "token delegate"],
            "token narrow": ["token limit", "token restrict", "token downscope", "token shrink"],
            "token list": ["token ls", "token all", "ls"],
            "token show": ["token get", "token info", "token inspect", "token describe", "token view"],
            "token reveal": ["token string", "token print", "token copy"],
            "token amend": [
                "token update", "token edit", "token modify", "token change", "token set", "token rename",
                "token extend", "token renew",
            ],
            "token rotate": ["token regenerate", "token refresh", "token roll", "token reset"],
            "token reassign": ["token transfer", "token move"],
            "token suspend": ["token disable", "token pause", "token deactivate", "token lock"],
            "token resume": ["token enable", "token unpause", "token activate", "token unlock"],
            "token revoke": [
                "token delete", "token del", "token rm", "token remove", "token destroy", "token invalidate",
            ],
            "token purge": ["token clean", "token prune"],
            "token find": ["token search", "token identify", "token lookup", "token scan"],
            "review start": ["review new", "review create", "review begin", "review add"],
            "review status": ["review list", "review ls", "reviews"],
            "review show": ["review get", "review info", "review view", "review tokens"],
            "review attest": ["review approve", "review certify", "review confirm", "review keep"],
            "review revoke": ["review deny", "review reject", "review remove"],
            "review close": ["review end", "review finish", "review complete"],
            "review export": ["review evidence", "review report", "review print"],
            "request list": ["request ls", "requests list", "approvals"],
            "request show": ["request get", "request info", "request view", "request status"],
            "request approve": ["request accept", "request grant", "request allow"],
            "request refuse": ["request deny", "request reject", "request decline"],
            "request cancel": ["request withdraw", "request delete", "request remove"],
            "request fetch": ["request complete", "request take", "request collect", "request redeem"],
            "decide": ["eval", "evaluate", "authorize", "allow", "ask", "is-allowed"],
            "batch": ["bulk"],
            "repl": ["shell", "console", "interactive"],
            "check": ["lint", "validate", "verify"],
            "test": ["tests", "coverage"],
            "vocabulary": ["schema", "reference"],
            "requests": ["generate"],
            "log list": ["log show", "log ls", "log print", "audit", "history"],
            "log verify": ["log check", "verify"],
            "keys add": ["keys new", "keys create", "keys rotate", "keys generate"],
            "keys rewrap": ["keys rotate", "keys migrate"],
            "keys retire": ["keys delete", "keys rm", "keys remove", "keys destroy"],
            "keys list": ["keys ls", "keys show"],
            "plugins": ["plugin", "plugins list", "plugins ls"],
            "plugins show": ["plugins info", "plugins get", "plugins describe"],
            "plugins new": ["plugins create", "plugins init", "plugins add", "plugins install"],
            "bench": ["benchmark"],
        ]
        for family in ["user", "department", "user-type", "tenant"] {
            let added = ["create", "add", "new", "update", "edit"].map { "\(family) \($0)" }
            table["import", default: []] += added
            table["\(family) list"] = ["\(family) ls", "\(family) all"]
            table["\(family) show"] = ["get", "info", "describe", "view"].map { "\(family) \($0)" }
            table["\(family) deactivate"] = ["delete", "del", "rm", "remove", "disable"].map { "\(family) \($0)" }
            table["\(family) activate"] = ["\(family) enable"]
        }
        return table
    }()
}

extension [Verb] {
    /// The verbs of two words that begin with this one.
    func family(_ word: String) -> [Verb] { filter { $0.name.hasPrefix(word + " ") } }
}

extension CommandError {
    /// The error about words that name no verb. It names the verbs that are probably meant.
    package static func unknownVerb(_ word: String, _ second: String?, among verbs: [Verb]) -> CommandError {
        let family = verbs.family(word)
        let both = second.map { "\(word) \($0)" }
        for name in [both, word].compactMap(\.self) {
            let meant = verbs.filter { OtherNames.table[$0.name]?.contains(name) == true }
            guard !meant.isEmpty else { continue }
            let ways = meant.map { "`\($0.name)` \($0.summary)" }
            return .usage("unknown verb `\(name)`: \(ways.joined(separator: "; "))")
        }
        guard !family.isEmpty else {
            let words = verbs.map { String($0.name.prefix { $0 != " " }) }
            return .usage("unknown verb `\(word)`\(Suggestion.hint(for: word, among: words))")
        }
        let names = family.map { String($0.name.dropFirst(word.count + 1)) }
        guard let second, let both else { return .usage("`\(word)` needs one of: \(names.joined(separator: ", "))") }
        let hint = Suggestion.hint(for: second, among: names)
        let known = hint.isEmpty ? "; `\(word)` needs one of: \(names.joined(separator: ", "))" : ""
        return .usage("unknown verb `\(both)`\(hint)\(known)")
    }
}
