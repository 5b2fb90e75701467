internal import Analysis
internal import CommandLine
internal import Decisions
internal import Engine
internal import Lua
internal import Model
internal import Policies
internal import Presentation

extension Repl {
    /// Evaluates an expression for the last request.
    func inspect(_ expression: String, _ answer: DecidedRequest) throws(CommandError) -> EvaluatedExpression {
        // At a terminal the user decides how long to wait: the limits of policies do not apply to these expressions.
        let budget = Budget(
            fuel: isInteractive ? 1 << 50 : 50_000_000, memory: 64 << 20, deadline: .seconds(isInteractive ? 600 : 10),
            interrupt: isInteractive ? .keyboard : nil)
        do {
            guard let request = try answer.loaded.authorizer.request(answer.question, on: answer.directory) else {
                throw CommandError(
                    "the last request names something that does not exist, so there is no `request` to evaluate")
            }
            return try ExpressionEvaluator(answer.loaded.set, budget: budget).evaluate(expression, of: request)
        } catch let error as CommandError {
            throw error
        } catch let error as PolicyError {
            try stopIfInterrupted()
            throw CommandError(error.message)
        } catch let error as RequestError {
            throw CommandError(error.message)
        } catch { throw CommandError("\(error)") }
    }

    /// Prints the changes that would turn the last decision.
    func tellWays(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let answer = try lastAnswer()
        let progress = Progress("changes", invocation.terminal, stoppedBy: .keyboard)
        defer { progress.end() }
        let authorizer = answer.loaded.authorizer
        let traced: TracedDecision
        do throws(RequestError) { traced = try authorizer.examine(answer.question, on: answer.directory) } catch {
            throw CommandError(error.message)
        }
        let counterfactual = Counterfactual(traced, authorizer) { progress.step($0, of: $1) }
        progress.end()
        let terminal = invocation.terminal
        let tenant = answer.tenant.map { answer.directory.tenants[$0].id } ?? ""
        if invocation[.json] {
            terminal.print(Self.json(counterfactual, answer.directory, tenant.text).pretty)
            return ExitStatus.done
        }
        let verdict: StyledLine = counterfactual.isToPermit ? "\("permitted", .good)" : "\("denied", .bad)"
        guard !counterfactual.paths.isEmpty else {
            let end = counterfactual.isComplete ? "." : "; not every change was tried."
            terminal.show(.sentence("No change of one or two of the facts read would have it \(verdict)\(end)"))
            return ExitStatus.done
        }
        terminal.show("It would be \(verdict) if")
        for agents in Self.groups(counterfactual.paths) {
            terminal.show("  \(Self.words(agents), .strong)")
            for path in counterfactual.paths where path.agents == agents {
                let steps = path.steps.map { $0.words(in: answer.directory, tenant: tenant) }
                terminal.show(.sentence("    \(steps.joined(separator: ", and "))"))
            }
        }
        if !counterfactual.isComplete {
            terminal.note("not every change was tried: the search was stopped, or there are too many")
        }
        return ExitStatus.done
    }

    private static func groups(_ paths: [Counterfactual.Path]) -> [[Change.Agent]] {
        var groups: [[Change.Agent]] = []
        for path in paths where !groups.contains(path.agents) { groups.append(path.agents) }
        return groups
    }

    private static func words(_ agents: [Change.Agent]) -> String {
        agents.map { agent in
            switch agent {
            case .administrator: "an administrator changes"
            case .request: "the request brings"
            case .time: "time passes"
            }
        }.joined(separator: ", and ") + ":"
    }

    private static func json(_ counterfactual: Counterfactual, _ directory: Directory, _ tenant: String) -> JSON {
        let paths = counterfactual.paths.map { path in
            JSON.object([
                .init("by", .strings(path.agents.map(\.rawValue))),
                .init("changes", .strings(path.steps.map { $0.words(in: directory, tenant: ExactName(tenant)) })),
                .init("decision", .boolean(path.decision.isPermitted)),
            ])
        }
        return .object([
            .init("to", .string(counterfactual.isToPermit ? "permit" : "deny")), .init("ways", .array(paths)),
            .init("complete", .boolean(counterfactual.isComplete)),
        ])
    }
}
