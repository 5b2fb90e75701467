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
    private var tally: BatchTally
    private let oracle: Oracle?
    /// The number of lines so far, and of those compared with the oracle.
    private var counts = (lines: 0, held: 0)
    private var writer = JSONWriter()
    private var log = JSONWriter()
    // Static strings, not arrays: reference counts shared by several threads bounce between their caches.
    private static var permit: StaticString { #"{"decision":true}"# }
    private static var deny: StaticString { #"{"decision":false}"# }

    init(_ options: BatchOptions, _ policies: PolicySet) throws(PolicyError) {
        self.options = options
        decoder = BatchDecoder(options)
        self.policies = policies
        detail = !options.explain && !options.isLogged ? .counts : options.masked.isEmpty ? .facts : .trace
        tally = BatchTally(policies)
        authorizer = try Authorizer(policies: policies, budget: options.budget, treeOptions: options.treeOptions)
        oracle =
            options.shadow.every == 0
            ? nil : Oracle(policies: policies, budget: options.budget, load: options.shadow.load)
    }

    mutating func answer(_ block: Block, on directory: Directory) -> BatchBlock {
        writer.reset()
        log.reset()
        var summary = BatchSummary()
        answer(block, on: directory, &summary)
        tally.move(to: &summary, policies)
        return BatchBlock(output: writer.bytes, log: LoggedLines(log.bytes), summary: summary)
    }

    /// Answers the lines of a block; blank lines are skipped.
    private mutating func answer(_ block: Block, on directory: Directory, _ summary: inout BatchSummary) {
        guard !block.isTooLong else {
            unsafe answer(nil, block.firstLine, on: directory, &summary)
            return
        }
        let isPlain = !detail.hasFacts && !options.trustTime
        unsafe block.forEachLine { line, number in
            guard unsafe !BatchDecoder.isBlank(line) else { return }
            if isHeldToOracle(), unsafe !isAsOracle(line, on: directory, isPlain: isPlain, &summary) {
                unsafe answer(line, number, on: directory, &summary, by: oracle)
            } else if unsafe !isPlain || !quickAnswer(line, number, on: directory, &summary) {
                unsafe answer(line, number, on: directory, &summary)
            }
        }
    }

    /// Answers a request of the usual shape, on the fast path.
    /// - Returns: false when the line has another shape; nothing is written then.
    private mutating func quickAnswer(
        _ line: UnsafeRawBufferPointer, _ number: Int, on directory: Directory, _ summary: inout BatchSummary
    ) -> Bool {
        guard line.count <= BlockReader.longestLine,
            let answer = unsafe authorizer.answer(
                line, on: directory, tenant: options.tenant, now: options.now, counts: &tally.policies)
        else { return false }
        summary.lines += 1
        writer.line(answer.isPermitted ? Self.permit : Self.deny)
        tally.count(answer)
        if options.notesUse, answer.isPermitted, answer.token >= 0 {
            let id = directory.tokens[answer.token].id
            // One use of each block is enough: all of them are recorded at the time of the batch.
            if summary.used[id] == nil, let question = unsafe try? decoder.request(decoder.read(line)) {
                summary.used[id] = question.occasion(at: options.now)
            }
        }
        if options.expect, let expected = answer.expected {
            summary.compare(answer.isPermitted, with: .boolean(expected), line: number)
        }
        return true
    }

    private mutating func isHeldToOracle() -> Bool {
        guard oracle != nil else { return false }
        counts.lines += 1
        guard counts.lines % options.shadow.every == 0 else { return false }
        counts.held += 1
        return true
    }

    /// True when a line gets the same decision as from the oracle. The trees of a policy that differs are dropped.
    private mutating func isAsOracle(
        _ line: UnsafeRawBufferPointer, on directory: Directory, isPlain: Bool, _ summary: inout BatchSummary
    ) -> Bool {
        let question = unsafe try? decoder.request(decoder.read(line))
        let reference = question.flatMap { question in try? oracle!.decide(question, on: directory) }
        var differing: Set<ExactName>?
        if isPlain, line.count <= BlockReader.longestLine,
            let fast = unsafe authorizer.answer(line, on: directory, tenant: options.tenant, now: options.now),
            // The oracle does more work and so spends more: a decision stopped by a budget is not a difference.
            reference?.isStopped != true, fast.isPermitted != reference?.isPermitted || fast.code != reference?.code
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
            decision.write(to: &writer, explain: options.explain)
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
            summary.countInvalid(line: number)
        }
        writer.newline()
        if options.expect, let expected { summary.compare(answer, with: expected, line: number) }
    }
}
