internal import Files
internal import Linting
internal import Model
internal import Plugins
internal import Policies
internal import Presentation
internal import Tokens

extension Verb {
    /// `check`: finds mistakes in policies before they decide anything.
    static let check = Verb(
        name: "check", summary: "finds mistakes in policies, without deciding anything",
        positionals: [
            .init(
                name: "PATH", help: "files, or the folder of the policies (that of --policies)", isOptional: true,
                isRepeated: true)
        ],
        options: [
            Option.format, Option.failOn, Option.trace.described("show every finding and every place (the first)"),
            Option.rules, Option.explain, Option.deep, Option.isolate, Option.watch,
        ],
        uses: .all.removing(Option.as, Option.tenant, Option.at),
        details: [
            "With --store, it also finds names and ids in policies and settings that no tenant of the store has.",
            "With --deep, it walks every branch of the policies, and finds what only all of them together show, such as a policy "
                + "that changes no decision.",
            "A finding is allowed by a comment on its line or the one before: `-- check: allow RULE: why`.",
            "exit status: 0 no failure, 3 errors, 5 only warnings and --fail-on warning, 64 wrong usage",
        ],
        run: { invocation throws(CommandError) in
            if invocation[.rules] { return try list(invocation) }
            if let name = invocation[.explain] { return try explain(name, invocation) }
            let (folder, files) = try place(invocation)
            let isChild = Isolation.isChild(invocation.environment)
            guard invocation[.watch], !isChild else { return try check(folder, files, invocation) }
            let folders = [folder] + (invocation.pluginFolder(beside: folder).map { [$0] } ?? [])
            return Watching.run(invocation, folders: folders) { () throws(CommandError) in
                try check(folder, files, invocation)
            }
        })

    private static func check(
        _ folder: String, _ files: [String], _ invocation: Invocation
    ) throws(CommandError) -> Int32 {
        if try Isolation.isAsked(invocation, without: []) { return try isolated(invocation) }
        let read = try invocation.policyFiles(folder)
        for name in files where !read.policies.files.contains(where: { $0.name == ExactName(name) }) {
            throw CommandError(
                "there is no file `\(name)` in `\(folder)`\(Suggestion.hint(for: name, among: read.policies.files.map(\.name)))",
                status: ExitStatus.policies)
        }
        let format = invocation[.json] ? .json : invocation[.format]
        if invocation[.trace], format != .text {
            throw .usage("`--trace` has no effect: the format \(format.rawValue) has every finding")
        }
        let directory = try directory(invocation)
        if invocation[.isolate] { try Isolation.confine(memory: 1 << 30, threads: 0) }
        let start = SteadyClock.nanoseconds()
        let (source, plugins) = read.loadedPlugins()
        let schema = source.files.first { $0.name == PolicyFile.schema }?.bytes
        let rules = Rule.all + Rule.brought(by: plugins, schema: schema)
        var findings = Linter(
            source, directory: directory, rules: rules,
            deepUntil: invocation[.deep] ? SteadyClock.limit(seconds: deepSeconds) : nil
        ).run()
        if !files.isEmpty { findings = findings.concerning(files.map { "\(folder)/\($0)" }, folder) }
        let terminal = invocation.terminal
        var options = CheckReport.Options()
        options.files = files.isEmpty ? nil : Set(files.map { ExactName($0) })
        options.showsSource = terminal.streams.isOutputTerminal
        options.isWhole = invocation[.trace]
        options.failsOnWarnings = invocation[.failOn] == .warning
        options.nanoseconds = SteadyClock.nanoseconds() - start
        let report = CheckReport(findings, source, rules: rules, options: options)
        terminal.show(report.lines(format))
        if findings.contains(where: { $0.severity == .error }) { return ExitStatus.policies }
        return invocation[.failOn] == .warning && !findings.isEmpty ? ExitStatus.gate : ExitStatus.done
    }

    /// The most time for walking branches; what was not walked by then is reported.
    private static let deepSeconds = 30

    /// The directory of `--store`, without its tokens; `nil` without the option.
    private static func directory(_ invocation: Invocation) throws(CommandError) -> Directory? {
        guard invocation.isGiven(Option.store) else { return nil }
        return try invocation.directory(.none)
    }

    /// The folder to check as a whole, and the files whose findings are reported; empty for all.
    private static func place(_ invocation: Invocation) throws(CommandError) -> (folder: String, files: [String]) {
        let paths = invocation.positionals
        guard let first = paths.first else { return (invocation.policyFolder, []) }
        if paths.count == 1, !first.hasSuffix(".lua"), !first.hasSuffix(".json") { return (first, []) }
        let parts = paths.map(PolicyFilePath.init)
        let folders = Set(parts.map(\.folder))
        guard folders.count == 1, let folder = folders.first else {
            throw .usage("the files must be in one folder; a folder must be the only argument")
        }
        return (folder, parts.map(\.name.text))
    }

    /// The rules of `check` itself and of the plugins. A plugin that does not load is reported.
    private static func rules(_ invocation: Invocation) throws(CommandError) -> [Rule] {
        guard let folder = invocation.pluginFolder(beside: invocation.policyFolder) else { return Rule.all }
        do throws(PolicyError) {
            let plugins = PluginLoader.load(try PluginSource.folder(folder))
            invocation.terminal.report(plugins.faults)
            let schema = "\(invocation.policyFolder)/\(PolicyFile.schema)"
            let bytes = File.exists(schema) ? try PolicySource.read(schema, most: 1 << 20) : nil
            return Rule.all + Rule.brought(by: plugins, schema: bytes)
        } catch { throw CommandError(error.message, status: ExitStatus.policies) }
    }

    private static func list(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let rules = try rules(invocation)
        if invocation[.json] {
            let rows = rules.map { rule in
                JSON.object([
                    .init("rule", .string(rule.name)), .init("severity", .string(rule.severity.rawValue)),
                    .init("purpose", .string(rule.purpose)),
                    .init("can_be_allowed", .boolean(rule.canBeAllowed)),
                    .init("plugin", .optional(rule.plugin)),
                ])
            }
            invocation.terminal.print(JSON.array(rows).pretty)
            return ExitStatus.done
        }
        var table = Table(.rules)
        for rule in rules {
            let purpose = rule.purpose + (rule.plugin.map { " (plugin \($0))" } ?? "")
            table.add([rule.name, rule.severity.rawValue, purpose])
        }
        table.print(to: invocation.terminal)
        return ExitStatus.done
    }

    private static func explain(_ name: String, _ invocation: Invocation) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        let rules = try rules(invocation)
        guard let rule = rules.first(where: { $0.name == name }) else {
            throw .usage("there is no rule `\(name)`\(Suggestion.hint(for: name, among: rules.map(\.name)))")
        }
        let by = rule.plugin.map { ", by the plugin \($0)" } ?? ""
        terminal.print(Terminal.escaped("\(rule.name) (\(rule.severity.rawValue)\(by)): \(rule.purpose)"))
        if !rule.canBeAllowed { terminal.print("A policy with such a mistake does not load; no comment allows it.") }
        guard rule.hasExamples else {
            terminal.print("Its plugin gives no examples.")
            return ExitStatus.done
        }
        for (title, example) in [("it finds nothing in", rule.good), ("it finds something in", rule.bad)] {
            terminal.print()
            terminal.print("\(title):")
            for file in example.shown {
                terminal.print()
                if example.shown.count > 1 { terminal.print("  \(file.name)") }
                let text = String(decoding: file.bytes, as: UTF8.self)
                for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                    terminal.print("    \(Terminal.escaped(String(line)))")
                }
            }
        }
        terminal.print()
        let linter = Linter(
            rule.bad.source, directory: rule.bad.directory, rules: rules,
            deepUntil: rule.isDeep ? Linter.unlimited : nil)
        for finding in linter.run() where finding.rule == rule.name {
            terminal.print(Terminal.escaped(finding.description))
        }
        return ExitStatus.done
    }

    /// Checks in a child process. If it crashes, the policies count as not loading.
    private static func isolated(_ invocation: Invocation) throws(CommandError) -> Int32 {
        try Isolation.report(
            invocation, statuses: [0, 1, 3, 5, 64], silence: 600_000, loss: "nothing was checked",
            status: ExitStatus.policies)
    }
}

extension [Diagnostic] {
    /// The findings about some files, and those that keep these files from being read: the schema's, and those of
    /// plugins that they use.
    fileprivate func concerning(_ paths: [String], _ folder: String) -> [Diagnostic] {
        filter { finding in
            let isOfAll = finding.severity == .error && finding.path == "\(folder)/\(PolicyFile.schema)"
            return isOfAll || ([finding.place] + finding.affected).contains { paths.contains($0.path) }
        }
    }
}

extension Option<CheckReport.Format> {
    fileprivate static var format: Self {
        Self("format", "FORMAT", "text, json, sarif, github or junit", default: .text)
    }
}

/// The least severity of a finding that fails the run.
private enum FailingSeverity: String, CaseIterable {
    case error
    case warning
}

extension Option<FailingSeverity> {
    fileprivate static var failOn: Self {
        Self("fail-on", "SEVERITY", "the least severity that fails, error or warning", default: .error)
    }
}

extension Option<Bool> {
    fileprivate static var rules: Self { Self(flag: "rules", "list the rules") }
    fileprivate static var deep: Self { Self(flag: "deep", "walk every branch of the policies, too") }
}

extension Option<String?> {
    fileprivate static var explain: Self {
        Self("explain", "RULE", "show a rule, with a policy that follows it and one that breaks it")
    }
}
