internal import CommandLine
internal import Files
internal import Glibc
internal import Model
internal import Policies
internal import Presentation

extension ReplCommand {
    /// `policies`: the policies in force.
    static let policies = ReplCommand(
        name: "policies",
        summary: "lists the policies in force, with their modes for the tenant, and their effects in this session",
        inside: { repl, invocation throws(CommandError) in
            let loaded = try repl.rules()
            let tenant = repl.state.tenant
            var listing = Listing(.policies)
            for policy in loaded.set.policies {
                let said = loaded.hits[policy.id]?.values.reduce(0, +) ?? 0
                let isEnabled = loaded.set.isEnabled(policy, tenant: tenant)
                let mode = isEnabled ? policy.isObserving ? "observe" : "decides" : "off"
                let purpose = loaded.purpose(of: policy.id)
                listing.add(
                    [
                        policy.id.text, policy.on.map(\.rawValue).joined(separator: " "),
                        policy.grants.joined(separator: " "), mode, "\(said)", purpose,
                    ],
                    [
                        .init("policy", .string(policy.id)), .init("on", .strings(policy.on.map(\.rawValue))),
                        .init("grants", .strings(policy.grants)), .init("mode", .string(mode)),
                        .init("said", .integer(Int64(said))), .init("purpose", .string(purpose)),
                    ])
            }
            try listing.print(invocation, "policy", plural: "policies")
            guard !invocation[.json] else { return ExitStatus.done }
            let whose =
                tenant.map { "the tenant `\(Terminal.escaped($0))`" } ?? "all tenants without settings of their own"
            invocation.terminal.note("modes of \(whose); version \(loaded.set.version)")
            return ExitStatus.done
        })

    /// `policy NAME`: its source.
    static let policy = ReplCommand(
        name: "policy", summary: "shows the source of a policy, with how many effects each line had in this session",
        positionals: [.init(name: "POLICY", help: "its name")],
        examples: ["policy department_scope"],
        inside: { repl, invocation throws(CommandError) in
            let loaded = try repl.rules()
            let name = try repl.policyName(invocation.positionals[0])
            let lines = loaded.lines(of: "\(name).lua") ?? []
            let hits = loaded.hits[name] ?? [:]
            if invocation[.json] {
                let counts = hits.sorted { $0.key < $1.key }.map { JSON.Member("\($0.key)", .integer(Int64($0.value))) }
                let members: [JSON.Member] = [
                    .init("policy", .string(name)), .init("source", .string(lines.joined(separator: "\n"))),
                    .init("said", .object(counts)),
                ]
                invocation.terminal.print(JSON.object(members).pretty)
                return ExitStatus.done
            }
            let text = HighlightedSource(lines.joined(separator: "\n"))
            let width = "\(text.count)".count
            for number in 1...max(1, text.count) {
                let count = hits[number].map { "\($0)×" } ?? ""
                let digits = String(repeating: " ", count: width - "\(number)".count) + "\(number)"
                let margin = String(repeating: " ", count: max(0, 5 - count.count)) + count
                invocation.terminal.show("\(margin) \(digits)  \(text[number])")
            }
            return ExitStatus.done
        })

    /// `reload`: loads the policies again.
    static let reload = ReplCommand(
        name: "reload",
        summary: "loads the policies again; if they do not load, reports why and keeps the last good set",
        inside: { repl, invocation throws(CommandError) in repl.reloadAll(invocation) })

    /// `edit NAME`: in `$EDITOR`.
    static let edit = ReplCommand(
        name: "edit", summary: "opens a policy in $EDITOR, then loads the policies again",
        positionals: [.init(name: "POLICY", help: "the name of a policy, or of a new one")],
        examples: ["edit department_scope"],
        inside: { repl, invocation throws(CommandError) in
            guard repl.isInteractive else { throw .usage("`edit` works only at a terminal") }
            let name =
                invocation.positionals[0].hasSuffix(".lua")
                ? String(invocation.positionals[0].dropLast(4)) : invocation.positionals[0]
            guard !name.contains("/"), !name.hasPrefix(".") else { throw .usage("`\(name)` is not a policy name") }
            let path = "\(repl.loaded?.path ?? invocation.policyFolder)/\(name).lua"
            let known = repl.loaded?.set.policies.map(\.id) ?? []
            if !File.exists(path), let near = Suggestion.nearest(to: ExactName(name), among: known) {
                throw .usage(
                    "there is no policy `\(name)` (did you mean `\(near)`?); "
                        + "to create one with so similar a name, write its file and its test file in your editor")
            }
            let editor =
                [invocation.environment["VISUAL"], invocation.environment["EDITOR"]]
                .compactMap(\.self).first { !$0.isEmpty } ?? "vi"
            // The path is passed in a variable: the shell does not interpret it.
            unsafe setenv("DEMILUNE_EDITED", path, 1)
            let status = unsafe system("\(editor) \"$DEMILUNE_EDITED\"")
            unsafe unsetenv("DEMILUNE_EDITED")
            guard status == 0 else { throw CommandError("`\(editor)` exited with status \(status >> 8)") }
            return repl.reloadAll(invocation)
        })

    /// `watch on`: reloads the policies whenever they change.
    static let watch = ReplCommand(
        name: "watch", summary: "loads the policies again whenever one of their files changes: on or off",
        positionals: [.init(name: "on|off", help: "left out, shows the setting", isOptional: true)],
        details: ["A broken policy is reported at once, and the last good set stays in force until it is fixed."],
        suggest: { _, words in words.isEmpty ? Repl.switches : [] },
        inside: { repl, invocation throws(CommandError) in
            if let isOn = try Repl.isOn(invocation) { repl.watch(isOn) }
            return Repl.tell("watching", repl.watching != nil, invocation)
        })

    /// `trace on`: shows with every answer the facts that were read.
    static let trace = ReplCommand(
        name: "trace", summary: "shows with every answer the facts that each policy read: on or off",
        positionals: [.init(name: "on|off", help: "left out, shows the setting", isOptional: true)],
        suggest: { _, words in words.isEmpty ? Repl.switches : [] },
        inside: { repl, invocation throws(CommandError) in
            if let isOn = try Repl.isOn(invocation) { repl.isTracing = isOn }
            return Repl.tell("tracing", repl.isTracing, invocation)
        })

    /// `try DIR`: decides by other policies beside those in force.
    static let trying = ReplCommand(
        name: "try",
        summary: "decides every request by another folder of policies as well, and compares the answers",
        positionals: [.init(name: "DIR", help: "the folder; `off` to stop", isOptional: true)],
        examples: ["try proposal/policies", "try off"],
        inside: { repl, invocation throws(CommandError) in
            switch invocation.positionals.first {
            case nil: break
            case "off"?: repl.tried = nil
            case let path?:
                repl.tried = try repl.load(path, invocation.terminal)
                invocation.terminal.note("every request is now decided by both; `try off` ends it")
            }
            if repl.watching != nil { repl.watch(true) }
            if invocation[.json] {
                let members: [JSON.Member] = [
                    .init("trying", .optional(repl.tried?.path)), .init("version", .optional(repl.tried?.set.version)),
                ]
                invocation.terminal.print(JSON.object(members).compact)
            } else if invocation.positionals.isEmpty {
                let words = repl.tried.map { "trying \(Terminal.escaped($0.path)): \($0.set.version.prefix(8))" }
                invocation.terminal.print(words ?? "no other policies are tried")
            }
            return ExitStatus.done
        })
}

extension Repl {
    static let switches = [
        Candidate(text: "on", help: "from now on"), Candidate(text: "off", help: "no longer"),
    ]

    /// The new setting of a switch; `nil` when the command only shows it.
    static func isOn(_ invocation: Invocation) throws(CommandError) -> Bool? {
        switch invocation.positionals.first {
        case nil: nil
        case "on"?: true
        case "off"?: false
        case let word?: throw .usage("`\(invocation.verb)` takes on or off, got `\(word)`")
        }
    }

    /// Prints the setting of a switch.
    fileprivate static func tell(_ name: String, _ isOn: Bool, _ invocation: Invocation) -> Int32 {
        invocation.terminal.print(
            invocation[.json]
                ? JSON.object([.init(ExactName(name), .boolean(isOn))]).compact : "\(name) is \(isOn ? "on" : "off")")
        return ExitStatus.done
    }

    /// `reload` as a command.
    fileprivate func reloadAll(_ invocation: Invocation) -> Int32 {
        let status = reloadAll(invocation.terminal)
        if invocation[.json] {
            let members: [JSON.Member] = [
                .init("loaded", .boolean(status == ExitStatus.done)),
                .init("version", .optional(loaded?.set.version)),
                .init("trying", .optional(tried?.set.version)),
            ]
            invocation.terminal.print(JSON.object(members).compact)
        }
        return status
    }

    /// The name of a policy in force, which may be abbreviated.
    func policyName(_ word: String) throws(CommandError) -> ExactName {
        let names = try rules().set.policies.map(\.id)
        let name = ExactName(word.hasSuffix(".lua") ? String(word.dropLast(4)) : word)
        if names.contains(name) { return name }
        let near = names.filter { $0.hasPrefix(name) }
        if near.count == 1 { return near[0] }
        throw CommandError(
            near.isEmpty
                ? "there is no policy `\(word)`\(Suggestion.hint(for: name, among: names))"
                : "`\(word)` may be \(near.map { "`\($0)`" }.joined(separator: ", "))")
    }
}
