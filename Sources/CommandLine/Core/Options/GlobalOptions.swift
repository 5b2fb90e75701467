package import Model

/// The options of every verb, before or after its name. The environment can set the default of those with a value.
package enum GlobalOptions {
    package static let all: [any OptionDeclaration] = [
        Option.store, Option.keys, Option.policies, Option.plugins, Option.locked, Option.tenant, Option.at, Option.as,
        Option.onRollback, Option.json, Option.color, Option.version, Option.help,
    ]
}

extension Option<String?> {
    package static var store: Self {
        Self("store", "FILE", "the token store, or an exported organisation as FILE.json (demilune.db)")
    }
    package static var keys: Self {
        Self("keys", "FILE", "the store's key file (by the store's id, in ~/.local/share/demilune/keys)")
    }
    package static var policies: Self {
        Self(
            "policies", "DIR",
            "the folder of the policies; \(ShippedPolicies.word): those that came with the program (policies)",
            absent: nil
        ) { text throws(CommandError) in
            try text == ShippedPolicies.word ? ShippedPolicies.folder() : text
        }
    }
    package static var plugins: Self {
        Self("plugins", "DIR", "the folder of the plugins (plugins, beside the policies)")
    }
    package static var `as`: Self {
        Self(
            "as", "USER[/ASSIGNMENT]", "the acting user; `-`: the token on standard input (the operator)")
    }
}

extension Option<ExactName?> {
    package static var tenant: Option<ExactName?> { Self("tenant", "ID", "the tenant, when no token determines it") }
}

extension Option<Instant?> {
    package static var at: Self {
        Self("at", "TIME", "the current time, such as 2026-11-22T12:00:00Z, a day (UTC), or +30d (now)", absent: nil) {
            text throws(CommandError) in
            try TimeArgument.present(text, for: "--at", now: .now(), in: .utc)
        }
    }
}

/// The treatment of a store that was rolled back.
package enum RollbackResponse: String, CaseIterable {
    case deny
    case decide
}

extension Option<RollbackResponse> {
    package static var onRollback: Self {
        Self(
            "on-rollback", "WHAT", "for a store that was rolled back: deny everything, or decide anyway",
            default: .deny)
    }
}

extension Option<Terminal.ColorMode> {
    package static var color: Self { Self("color", "WHEN", "auto, always or never", default: .auto) }
}

extension Option<Bool> {
    static var locked: Self { Self(flag: "locked", "load only files that match the file of `plugins lock`") }
    package static var json: Self { Self(flag: "json", "print results as JSON") }
    package static var version: Self { Self(flag: "version", "print the version, and do nothing else") }
    package static var help: Self { Self(flag: "help", "show help, and do nothing else", letter: "h") }
}
