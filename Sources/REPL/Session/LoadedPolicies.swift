internal import Analysis
internal import CommandLine
internal import Decisions
internal import Model
internal import Plugins
internal import Policies
internal import Presentation

/// A folder of policies as loaded, with counts of the effects that each line has had since.
final class LoadedPolicies {
    let path: String
    let source: PolicySource
    /// The plugins, with the commands that they add to the prompt.
    let plugins: LoadedPlugins
    let set: PolicySet
    let authorizer: Authorizer
    /// The number of effects by policy and line, in the decisions of this session.
    private(set) var hits: [ExactName: [Int: Int]] = [:]

    /// - Parameter report: receives the diagnostics.
    /// - Throws: with status 3 when the policies do not load.
    init(_ files: PolicyFiles, budget: Budget, report: ([Diagnostic]) -> Void) throws(CommandError) {
        path = files.policies.path
        (source, plugins) = files.loadedPlugins()
        let result = PolicySet.load(source)
        report(result.diagnostics)
        guard let set = result.set else {
            throw CommandError("the policies in `\(path)` do not load", status: ExitStatus.policies)
        }
        self.set = set
        do throws(PolicyError) { authorizer = try Authorizer(policies: set, budget: budget) } catch {
            throw CommandError(error.message)
        }
    }

    /// The same files with another policy set, as a scenario changes it.
    init(_ base: LoadedPolicies, with set: PolicySet, budget: Budget) throws(CommandError) {
        path = base.path
        source = base.source
        plugins = base.plugins
        self.set = set
        do throws(PolicyError) { authorizer = try Authorizer(policies: set, budget: budget) } catch {
            throw CommandError(error.message)
        }
    }

    func count(_ decision: Decision) {
        let said =
            decision.reasons + decision.overruled + decision.advice + decision.obligations + decision.observed
        for statement in said { hits[statement.policy, default: [:]][statement.line, default: 0] += 1 }
    }

    /// The lines of a policy's file, or of its test file.
    func lines(of name: ExactName) -> [String]? {
        guard let file = source.files.first(where: { $0.name == name }) else { return nil }
        var lines = String(decoding: file.bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// The first comment of a policy: who is allowed what, in plain words.
    func purpose(of policy: ExactName) -> String {
        let lines = lines(of: "\(policy).lua") ?? []
        return lines.prefix { $0.hasPrefix("--") }.map { $0.drop { $0 == "-" || $0 == " " } }.joined(separator: " ")
    }
}

extension ExplanationReport {
    /// - Parameter loaded: the policies in force, whose source is shown if they are those of the explanation.
    init(_ explanation: Explanation, _ loaded: LoadedPolicies?) {
        self.init(explanation, source: loaded.flatMap { $0.set.version == explanation.version ? $0.source : nil })
    }
}
