internal import Decisions
internal import Engine
internal import Glibc
internal import Model
internal import Policies
internal import Presentation
internal import Tokens

extension Verb {
    /// `decide`: makes one decision and shows its reasons.
    package static let decide = Verb(
        name: "decide", summary: "decides what a token may do, and shows why",
        positionals: [
            .init(
                name: "TOKEN", help: "a token's id or unique name; `-` reads its string, or stands for no token"
            ),
            .init(name: "ACTION", help: "an action of the schema, or token.issue, amend, reveal, revoke or list"),
            .init(
                name: "[TYPE[:ID]] [name=value]",
                help:
                    "the resource, and its properties or the context's; the subject's are `subject.name=`; a list is `a,b` or JSON",
                isOptional: true, isRepeated: true, usage: "[TYPE[:ID]] [name=value …]"),
        ],
        options: [
            Option.explain, Option.expect, Option.log, Option.mask, Option.sink, Option.subject, Option.isolate,
        ] + BudgetOptions.all,
        details: [
            "supported_obligations=NAME[,NAME] says which obligations the client can fulfil; a permit with any other is a deny.",
            "token.issue has `-` for TOKEN. It, token.derive and token.amend take name=, kind=, assignment=, and expires= or last_day=.",
            "exit status: 0 permit, 2 deny, 3 policies do not load, 5 not as expected, 64 wrong usage, 1 any failure",
        ],
        run: { invocation throws(CommandError) in
            if try Isolation.isAsked(invocation, without: [Option.log, Option.sink]) {
                return try isolated(invocation)
            }
            let budget = invocation.budget
            let source = try invocation.policySource()
            let isExternal = invocation[.subject] != nil
            var words = invocation.positionals
            // A token string identifies its token, and a permit counts as a use of it.
            let used = try stringHolder(invocation)
            if let used { words[0] = used.description }
            try RequestParser.requireToken(words, invocation)
            var snapshot =
                isExternal
                ? try invocation.timedDirectory(needsStore: false) : try invocation.timedDirectory(of: &words[0])
            let directory = snapshot.directory
            if invocation[.isolate] {
                // The keys must not stay in a process that runs unreviewed policies.
                snapshot.store = nil
                try Isolation.confine(memory: 2 * budget.memory, threads: 0)
            }
            let (policies, plugins) = try invocation.loaded(source)
            let sink = try Sink(invocation, plugins, policies.schema)
            let question = try question(invocation, snapshot, policies.schema, words, isUnknown: used == .unassigned)
            var decision: Decision
            let start = SteadyClock.nanoseconds()
            do {
                let authorizer = try Authorizer(policies: policies, budget: budget, treeOptions: .none)
                decision = try authorizer.decide(question, on: directory, detail: .trace)
            } catch let error as RequestError {
                throw CommandError(error.message)
            } catch let error as PolicyError {
                throw CommandError(error.message)
            } catch { throw CommandError("\(error)") }
            let elapsed = SteadyClock.nanoseconds() - start
            // Before anything says that it is permitted. A token that is named by its id is only asked about.
            if decision.isPermitted, let used, snapshot.directory.countsUses(of: used) {
                let counter = snapshot.store.map { UseCounter($0) }
                let code = counter.map { $0.count(used, question.occasion(at: snapshot.now)) } ?? Decision.useNotCounted
                if let code { decision = decision.uncounted(code) }
            }
            if let path = invocation[.log] {
                try log(question, decision, elapsed, path, invocation, snapshot.store?.lineSealer)
            }
            if let sink {
                var line = JSONWriter()
                DecisionLog.line(question, decision, nanoseconds: elapsed, masked: invocation[.mask], into: &line)
                try sink.take(line.bytes)
            }
            if decision.isPermitted, let used {
                invocation.recordUse([used: question.occasion(at: snapshot.now)], in: snapshot.store)
            }
            if invocation[.json] {
                var writer = JSONWriter()
                decision.write(to: &writer, explain: true)
                writer.newline()
                invocation.terminal.write(writer.bytes)
            } else {
                let report = DecisionReport(decision, policies: policies, withFacts: invocation[.explain])
                invocation.terminal.show(report.lines)
            }
            return status(decision, expected: invocation[.expect], invocation.terminal)
        })

    /// - Parameter isUnknown: true for a string that no token has. It is denied whatever else is asked, also where the
    ///   rest cannot be read without its tenant.
    private static func question(
        _ invocation: Invocation, _ snapshot: TimedDirectory, _ schema: Schema, _ words: [String], isUnknown: Bool
    ) throws(CommandError) -> AuthorizationRequest {
        let whole = RequestParser(invocation, snapshot, schema, words: words)
        guard isUnknown else { return try whole.question() }
        if let question = try? whole.question() { return question }
        return try RequestParser(invocation, snapshot, schema, words: Array(words.prefix(2))).question()
    }

    /// The token whose string is on standard input, when TOKEN is `-`; else `nil`.
    private static func stringHolder(_ invocation: Invocation) throws(CommandError) -> TokenID? {
        let words = invocation.positionals
        guard words[0] == "-", invocation[.subject] == nil, DecisionKind(rawValue: words[1])?.isAdministrative != true
        else {
            return nil
        }
        let store = try invocation.openStore()
        // An unknown string becomes an id that no token has, and the decision denies it.
        guard let string = try invocation.presentedString() else { return .unassigned }
        do throws(TokenStoreError) {
            let now = try store.highWater.map { max($0, invocation.now) } ?? invocation.now
            let found = try store.authenticate(string, now: invocation.isTimeStated ? invocation.now : now)
            // A failure changes no decision, and `recordUse` reports its cause.
            if found != nil { try? store.rehash(string, AuditContext(now: now)) }
            return found?.token.id ?? .unassigned
        } catch { throw CommandError(error.message) }
    }

    /// Decides in a child process. If it crashes, the decision is deny.
    private static func isolated(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        let readsInput = invocation.positionals[0] == "-" && invocation[.subject] == nil
        let ending = try Isolation.run(
            invocation, input: readsInput ? terminal.streams.inputDescriptor : -1,
            form: .report(statuses: [0, 1, 2, 3, 5, 64]), silence: Isolation.silence(invocation))
        if let status = ending.status {
            // Without an answer the child must have failed; with one, its status must agree with the answer.
            let answer = AnswerForm.answer(ofReport: ending.output, isJSON: invocation[.json])
            let expected = invocation[.expect].map { $0 == .permit }
            let isFailure = [ExitStatus.failure, ExitStatus.policies, ExitStatus.usage].contains(status)
            if ending.output.isEmpty, isFailure { return status }
            if let answer, status == Self.status(of: answer, expected: expected) {
                terminal.write(ending.output)
                return status
            }
            terminal.complain(
                "the process that ran the policies ended with status \(status) and without a matching answer")
        } else {
            terminal.complain("the process that ran the policies \(ending.reason)")
        }
        let decision = Decision.deny("policy_crashed")
        if invocation[.json] {
            var writer = JSONWriter()
            decision.write(to: &writer, explain: true)
            writer.newline()
            terminal.write(writer.bytes)
        } else {
            terminal.print("deny  (policy_crashed)")
        }
        return status(decision, expected: invocation[.expect], terminal)
    }

    private static func status(of isPermitted: Bool, expected: Bool?) -> Int32 {
        guard let expected else { return isPermitted ? ExitStatus.done : ExitStatus.deny }
        return expected == isPermitted ? ExitStatus.done : ExitStatus.gate
    }

    private static func status(_ decision: Decision, expected: ExpectedAnswer?, _ terminal: Terminal) -> Int32 {
        let answer = decision.isPermitted ? ExpectedAnswer.permit : .deny
        guard let expected else { return decision.isPermitted ? ExitStatus.done : ExitStatus.deny }
        if expected == answer { return ExitStatus.done }
        terminal.complain("expected \(expected.rawValue), got \(answer.rawValue)")
        return ExitStatus.gate
    }

    private static func log(
        _ question: AuthorizationRequest, _ decision: Decision, _ nanoseconds: Int64, _ path: String,
        _ invocation: Invocation, _ sealer: LineSealer?
    ) throws(CommandError) {
        do throws(DecisionLogError) {
            var log = try DecisionLog(path: path, masked: invocation[.mask], sealer: sealer)
            try log.append(question, decision, nanoseconds: nanoseconds)
            if let remark = log.remark { invocation.terminal.note("note: \(remark)") }
        } catch { throw CommandError(error.message) }
    }
}

extension Option<Bool> {
    fileprivate static var explain: Self { Self(flag: "explain", "show the facts that each policy read") }
}

/// The decision that a run expects.
private enum ExpectedAnswer: String, CaseIterable {
    case permit
    case deny
}

extension Option<ExpectedAnswer?> {
    fileprivate static var expect: Self { Self("expect", "ANSWER", "permit or deny: end with 0 if so, else with 5") }
}

extension Option<String?> {
    static var subject: Self { Self("subject", "TYPE:ID", "an external subject, with `-` for TOKEN; needs no store") }
}
