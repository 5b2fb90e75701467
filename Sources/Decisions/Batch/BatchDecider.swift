internal import Glibc
internal import Model
internal import Policies

/// Answers blocks of lines, with its own authorizer and buffers: for one thread at a time.
struct BatchDecider {
    private let options: BatchOptions
    private let decoder: BatchDecoder
    private let authorizer: Authorizer
    private let policies: PolicySet
    private let detail: Authorizer.Detail
    // What every line needs of the options, which are large.
    private let notesUse: Bool
    private let isExpecting: Bool
    /// The time at which lines are decided; `nil` for the time that each states.
    private let now: Instant?
    private let shadowEvery: Int
    private var tally: BatchTally
    private let oracle: Oracle?
    /// The number of lines so far, and of those compared with the oracle.
    private var counts = (lines: 0, held: 0)
    private var writer = JSONWriter()
    private var log = JSONWriter()
    private let answers = AnswerLines()
    private let permit = AnswerLines.Ready(#"{"decision":true}"#)
    private let deny = AnswerLines.Ready(#"{"decision":false}"#)

    init(_ options: BatchOptions, _ policies: PolicySet) throws(PolicyError) {
        self.options = options
        decoder = BatchDecoder(options)
        self.policies = policies
        (notesUse, isExpecting) = (options.notesUse, options.expect)
        (now, shadowEvery) = (options.trustTime ? nil : options.now, options.shadow.every)
        detail = !options.explain && !options.isLogged ? .counts : options.masked.isEmpty ? .facts : .trace
        tally = BatchTally(policies)
        authorizer = try Authorizer(policies: policies, budget: options.budget, treeOptions: options.treeOptions)
        oracle =
            options.shadow.every == 0
            ? nil : Oracle(policies: policies, budget: options.budget, load: options.shadow.load)
    }

    mutating func answer(_ block: Block, on directory: Directory) -> BatchBlock {
        log.reset()
        var summary = BatchSummary()
        answer(block, on: directory, &summary)
        tally.move(to: &summary, policies)
        return BatchBlock(output: answers.take(), log: LoggedLines(log.bytes), summary: summary)
    }

    /// Answers the lines of a block; blank lines are skipped.
    private mutating func answer(_ block: Block, on directory: Directory, _ summary: inout BatchSummary) {
        guard !block.isTooLong else {
            unsafe answer(nil, block.firstLine, on: directory, &summary)
            return
        }
        let tenant = options.tenant.map { directory.tenant($0) }
        // Where the tenant of the batch is unknown, the full reader says so.
        let isPlain = !detail.hasFacts && tenant != .some(nil)
        // Held here, so that no reference is counted for a line.
        let authorizer = authorizer
        unsafe block.forEachLine { line, number in
            guard unsafe !BatchDecoder.isBlank(line) else { return }
            if isHeldToOracle(), unsafe !isAsOracle(line, tenant ?? nil, on: directory, isPlain: isPlain, &summary) {
                unsafe answer(line, number, on: directory, &summary, by: oracle)
            } else if unsafe !isPlain || !quickAnswer(line, number, tenant ?? nil, on: directory, authorizer, &summary)
            {
                unsafe answer(line, number, on: directory, &summary)
            }
        }
    }

    /// Answers a request that the fast reader reads.
    /// - Returns: false for any other line; nothing is written then.
    private mutating func quickAnswer(
        _ line: UnsafeRawBufferPointer, _ number: Int, _ tenant: Int?, on directory: Directory,
        _ authorizer: Authorizer, _ summary: inout BatchSummary
    ) -> Bool {
        guard line.count <= BlockReader.longestLine,
            let answer = unsafe authorizer.answer(line, on: directory, tenant: tenant, now: now)
        else { return false }
        summary.lines += 1
        let isPermitted: Bool
        if answer.isObliging || notesUse || directory.limitsUses {
            isPermitted = write(answer, on: directory, &summary)
        } else {
            isPermitted = answer.isPermitted
            write(isPermitted, answer, authorizer)
        }
        if isExpecting, let expected = authorizer.expected {
            summary.compare(isPermitted, with: .boolean(expected), line: number)
        }
        return true
    }

    @inline(__always) private mutating func write(_ isPermitted: Bool, _ answer: LineDecision, _ authorizer: Authorizer)
    {
        answers.append(isPermitted ? permit : deny)
        tally.count(answer)
        if answer.verdict != nil { authorizer.tally(isPermitted: isPermitted, &tally.policies) }
    }

    /// Writes an answer that obliges, or whose use is counted or noted.
    /// - Returns: true for a permit.
    @inline(never) private mutating func write(
        _ answer: LineDecision, on directory: Directory, _ summary: inout BatchSummary
    ) -> Bool {
        let decision = answer.isObliging ? authorizer.wholeDecision() : nil
        let isPermitted = decision?.isPermitted ?? answer.isPermitted
        if isPermitted, answer.token >= 0, let code = use(answer, on: directory, &summary) {
            write(.deny(code), &summary)
            return false
        }
        if let decision { write(decision, &summary) } else { write(isPermitted, answer, authorizer) }
        return isPermitted
    }

    private mutating func write(_ decision: Decision, _ summary: inout BatchSummary) {
        write(explain: false, decision)
        summary.count(decision)
    }

    private mutating func write(explain: Bool, _ decision: Decision) {
        decision.write(to: &writer, explain: explain)
        endLine()
    }

    private mutating func endLine() {
        writer.newline()
        answers.append(writer.bytes)
        writer.reset()
    }

    /// Counts and notes the use of a token that the last line was permitted.
    /// - Returns: the code with which it is denied, where its uses are limited and this one was not counted.
    private func use(_ answer: LineDecision, on directory: Directory, _ summary: inout BatchSummary) -> String? {
        let token = unsafe directory.tokenPlaces[answer.token]
        let (id, isLimited) = unsafe (token.pointee.id, token.pointee.ceiling?.uses != nil)
        guard isLimited || options.notesUse else { return nil }
        let occasion = authorizer.occasion(of: answer.action, at: options.now)
        if isLimited {
            guard let countUse = options.countUse else { return Decision.useNotCounted }
            if let code = countUse(id, occasion) { return code }
        }
        if options.notesUse { summary.used[id] = occasion }
        return nil
    }

    private mutating func isHeldToOracle() -> Bool {
        guard shadowEvery > 0 else { return false }
        counts.lines += 1
        guard counts.lines % shadowEvery == 0 else { return false }
        counts.held += 1
        return true
    }

    /// True when a line gets the same decision as from the oracle. The trees of a policy that differs are dropped.
    private mutating func isAsOracle(
        _ line: UnsafeRawBufferPointer, _ tenant: Int?, on directory: Directory, isPlain: Bool,
        _ summary: inout BatchSummary
    ) -> Bool {
        let question = unsafe try? decoder.request(decoder.read(line))
        let reference = question.flatMap { question in try? oracle!.decide(question, on: directory) }
        var differing: Set<ExactName>?
        if isPlain, line.count <= BlockReader.longestLine,
            let fast = unsafe authorizer.answer(line, on: directory, tenant: tenant, now: now),
            // The oracle does more work and so spends more: a decision stopped by a budget is not a difference.
            reference?.isStopped != true, !isSame(fast, reference)
        {
            differing = []
        }
        // Without facts, fewer policies are asked.
        for detail in question == nil ? [] : [Authorizer.Detail.statements, .trace] {
            if let question,
                let difference = Self.difference(
                    try? authorizer.decide(question, on: directory, detail: detail), reference)
            {
                differing = (differing ?? []).union(difference.policies)
            }
        }
        if differing == nil, reference?.isStopped != true, counts.held % options.shadow.processInterval == 0,
            let isPermitted = unsafe options.shadow.process?(Array(line)),
            isPermitted != reference?.isPermitted ?? false
        {
            differing = []
        }
        guard let differing else { return true }
        for policy in differing.isEmpty ? [""] : differing { summary.differences[policy, default: 0] += 1 }
        authorizer.distrust(differing.isEmpty ? Set(policies.policies.map(\.id)) : differing)
        return false
    }

    private func isSame(_ fast: LineDecision, _ reference: Decision?) -> Bool {
        let whole = fast.isObliging ? authorizer.wholeDecision() : nil
        return (whole?.isPermitted ?? fast.isPermitted) == reference?.isPermitted
            && (whole?.code ?? fast.code) == reference?.code
    }

    /// - Parameters: decisions; `nil` for a request that is not valid.
    private static func difference(_ own: Decision?, _ reference: Decision?) -> DecisionDifference? {
        switch (own, reference) {
        case (let own?, let reference?): own.difference(from: reference)
        case (nil, nil): nil
        default: DecisionDifference(policies: [], text: "only one of them finds the request valid")
        }
    }

    /// Answers a line in full; `nil` for one that was too long to read.
    /// - Parameter oracle: decides instead of the authorizer, where given.
    private mutating func answer(
        _ line: UnsafeRawBufferPointer?, _ number: Int, on directory: Directory, _ summary: inout BatchSummary,
        by oracle: Oracle? = nil
    ) {
        summary.lines += 1
        summary.slowLines += 1
        var expected: JSON?
        var answer: Bool?
        do throws(RequestError) {
            let json = unsafe try decoder.read(line)
            // Read first: an invalid request counts as a mismatch.
            expected = BatchDecoder.expected(json)
            let question = try decoder.request(json)
            let start = !options.isLogged ? 0 : SteadyClock.nanoseconds()
            var decision =
                if let oracle {
                    try oracle.decide(question, on: directory)
                } else {
                    try authorizer.decide(question, on: directory, detail: detail)
                }
            if decision.isPermitted, let id = question.usedToken, directory.countsUses(of: id) {
                let code =
                    options.countUse.map { $0(id, question.occasion(at: options.now)) } ?? Decision.useNotCounted
                if let code { decision = decision.uncounted(code) }
            }
            write(explain: options.explain, decision)
            if options.isLogged {
                DecisionLog.line(
                    question, decision, nanoseconds: SteadyClock.nanoseconds() - start, masked: options.masked,
                    into: &log)
            }
            summary.count(decision)
            answer = decision.isPermitted
            if options.notesUse, decision.isPermitted, let id = question.usedToken {
                summary.used[id] = question.occasion(at: options.now)
            }
        } catch {
            error.write(to: &writer)
            endLine()
            summary.countInvalid(line: number)
        }
        if options.expect, let expected { summary.compare(answer, with: expected, line: number) }
    }
}
