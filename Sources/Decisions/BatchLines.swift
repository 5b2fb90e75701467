internal import Glibc
internal import Model
internal import Policies

/// Answers blocks of lines, with a decision point and buffers of its own: for one thread at a time.
struct BatchLines {
    private let options: BatchOptions
    private let point: DecisionPoint
    private let policies: PolicySet
    private var tally: BatchTally
    private var writer = JSONWriter()
    private var log = JSONWriter()
    // No arrays: what two threads count references of goes to and fro between them.
    private static var permit: StaticString { #"{"decision":true}"# }
    private static var deny: StaticString { #"{"decision":false}"# }

    init(_ options: BatchOptions, _ policies: PolicySet, _ directory: Directory) throws(PolicyError) {
        self.options = options
        self.policies = policies
        tally = BatchTally(policies)
        point = try DecisionPoint(
            policies: policies, directory: directory, budget: options.budget, learning: options.learning)
        point.explains = options.explain || options.isLogged
        point.tells = point.explains
        point.notesUse = options.notesUse
    }

    mutating func answer(_ block: Block) -> BatchBlock {
        writer.reset()
        log.reset()
        var summary = BatchSummary()
        answer(block, &summary)
        tally.move(to: &summary, policies)
        summary.differences = point.takeDifferences()
        return BatchBlock(output: writer.bytes, log: log.bytes, summary: summary)
    }

    /// Answers the lines of a block; blank ones are no requests.
    private mutating func answer(_ block: Block, _ summary: inout BatchSummary) {
        guard !block.isTooLong else {
            unsafe answer(nil, number: block.firstLine, &summary)
            return
        }
        let isPlain = !point.explains && !options.trustTime
        unsafe block.bytes.withUnsafeBytes { bytes in
            var number = block.firstLine
            var start = 0
            while start < block.count {
                let first = unsafe bytes.baseAddress! + start
                let end = unsafe memchr(first, 0x0A, block.count - start)
                let length = unsafe end.map { unsafe UnsafeRawPointer($0) - first } ?? block.count - start
                let line = unsafe UnsafeRawBufferPointer(start: first, count: length)
                if unsafe !Self.isBlank(line), unsafe !isPlain || !answer(line, number, &summary) {
                    unsafe answer(line, number: number, &summary)
                }
                number += 1
                start += length + 1
            }
        }
    }

    private static func isBlank(_ line: UnsafeRawBufferPointer) -> Bool {
        for index in 0..<line.count {
            switch unsafe line[index] {
            case 0x20, 0x09, 0x0D: continue
            default: return false
            }
        }
        return true
    }

    /// Answers a request of the usual shape in flags.
    /// - Returns: whether it was one.
    private mutating func answer(_ line: UnsafeRawBufferPointer, _ number: Int, _ summary: inout BatchSummary) -> Bool {
        guard line.count <= BlockReader.longestLine,
            let answer = unsafe point.answer(line, tenant: options.tenant, now: options.now)
        else { return false }
        summary.lines += 1
        writer.line(answer.isPermitted ? Self.permit : Self.deny)
        tally.count(answer, point)
        if options.notesUse, answer.isPermitted, let token = point.acting { summary.used.insert(token) }
        if options.expect, let expected = point.expected {
            summary.compare(answer.isPermitted, with: .boolean(expected), line: number)
        }
        return true
    }

    /// Answers a line in full; `nil` for one that was too long to read.
    private mutating func answer(_ line: UnsafeRawBufferPointer?, number: Int, _ summary: inout BatchSummary) {
        summary.lines += 1
        var expected: JSON?
        var answer: Bool?
        do throws(RequestError) {
            let json = unsafe try read(line)
            expected = json["expected"]
            var question = try Question(json: json, now: options.now, trustTime: options.trustTime)
            if question.tenant == nil { question.tenant = options.tenant }
            let start = !options.isLogged ? 0 : Self.nanoseconds()
            let decision = try point.decide(question)
            decision.write(to: &writer, explain: options.explain)
            if options.isLogged {
                DecisionLog.line(
                    question, decision, nanoseconds: Self.nanoseconds() - start, masked: options.masked, into: &log)
            }
            summary.count(decision)
            answer = decision.isPermitted
            if options.notesUse, decision.isPermitted, case .token(let id) = question.subject, let id = TokenID(id) {
                summary.used.insert(id)
            }
        } catch {
            error.write(to: &writer)
            summary.countInvalid(line: number)
        }
        writer.newline()
        if options.expect, let expected { summary.compare(answer, with: expected, line: number) }
    }

    private func read(_ line: UnsafeRawBufferPointer?) throws(RequestError) -> JSON {
        guard let line = unsafe line, line.count <= BlockReader.longestLine else {
            throw RequestError("the line is longer than 1 MiB", property: "")
        }
        let bytes = unsafe Array(line)
        do throws(JSONError) { return try JSONReader.parse(bytes) } catch {
            throw RequestError("no JSON: \(error.message) at column \(error.column)", property: "")
        }
    }

    private static func nanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
