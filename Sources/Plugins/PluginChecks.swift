internal import Engine
package import Model
package import Policies

/// The rules about policies that plugins add to `check`.
package final class PluginChecks {
    /// A rule, with the name that reports and comments use: `cidr.whole_internet`.
    package struct Rule: Sendable {
        package let name: ExactName
        package let about: String
        package let severity: Diagnostic.Severity
        /// `nil` when the plugin gives none.
        package let examples: PluginExtras.Check.Examples?
        package let plugin: ExactName
        let path: String
    }

    package struct Finding {
        package let rule: ExactName
        package let severity: Diagnostic.Severity
        package let message: String
        /// The line of the finding; 1 when the check gives none.
        package let line: Int
        /// True when the rule itself failed.
        package var isFailure = false
    }

    private static let mostFindings = 200

    /// Sorted by name.
    package let rules: [Rule]
    private let set: PluginSet
    private let schema: Schema
    /// The sessions by plugin; `nil` for a plugin that could not be started.
    private var sessions: [ExactName: PluginSession] = [:]

    /// - Parameter only: the name of the one rule to run; `nil` for all.
    package init(_ loaded: LoadedPlugins, schema: Schema, only: ExactName? = nil) {
        set = loaded.set
        self.schema = schema
        rules = Self.rules(of: loaded).filter { only == nil || $0.name == only }
    }

    /// The rules of all plugins, without running any.
    package static func rules(of loaded: LoadedPlugins) -> [Rule] {
        loaded.extras.flatMap { plugin, extras in
            extras.checks.map { check in
                Rule(
                    name: "\(plugin).\(check.name)", about: check.about, severity: check.isError ? .error : .warning,
                    examples: check.examples, plugin: plugin, path: check.path)
            }
        }.sorted { $0.name < $1.name }
    }

    /// The findings of the rules in a policy.
    ///
    /// A failed rule is a finding itself, an error, since its result is unknown.
    /// - Parameter policy: the policy as rules see it: `id`, `about`, `owner`, `on`, `grants`, `texts` …
    package func findings(in policy: JSON) -> [Finding] {
        rules.flatMap { rule -> [Finding] in
            func failed(_ message: String) -> [Finding] {
                [
                    Finding(
                        rule: rule.name, severity: .error, message: "the rule failed: \(message)", line: 1,
                        isFailure: true)
                ]
            }
            do {
                let session = try session(rule.plugin)
                return try read(try session.call(rule.path, [.document(policy)]), rule)
                    ?? failed("it must return a list of findings")
            } catch let error as NativeFault {
                sessions[rule.plugin] = nil
                return failed(error.message)
            } catch let error as PolicyError { return failed(error.message) } catch { return failed("\(error)") }
        }
    }

    private func session(_ plugin: ExactName) throws(PolicyError) -> PluginSession {
        if let known = sessions[plugin] { return known }
        let session = try PluginSession(plugin, of: set, schema: schema)
        sessions[plugin] = session
        return session
    }

    /// Reads findings such as `{ { message = "…", line = 3 }, … }`; nil means no findings.
    private func read(_ json: JSON, _ rule: Rule) throws(NativeFault) -> [Finding]? {
        if json == .null { return [] }
        guard case .array(let items) = json else { return nil }
        guard items.count <= Self.mostFindings else {
            throw NativeFault("it has more than \(Self.mostFindings) findings")
        }
        var findings: [Finding] = []
        for item in items {
            guard let message = item["message"]?.string else { return nil }
            var line = 1
            if let stated = item["line"] {
                guard case .integer(let number) = stated, (1...1_000_000).contains(number) else { return nil }
                line = Int(number)
            }
            findings.append(Finding(rule: rule.name, severity: rule.severity, message: message, line: line))
        }
        return findings
    }
}
