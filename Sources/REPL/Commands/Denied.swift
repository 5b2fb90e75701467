internal import Analysis
internal import CommandLine
internal import Decisions
internal import Lua
internal import Model
internal import Presentation

extension ReplCommand {
    /// `denied`: the denials in the decision log.
    static let denied = ReplCommand(
        name: "denied", summary: "lists the denials in the decision log, of one token or of all",
        positionals: [
            .init(
                name: "[TOKEN] [since TIME]",
                help: "a token; `since` a time of today (02:55), a day, a moment, or so long ago (2h)",
                isOptional: true, isRepeated: true, usage: "[TOKEN] [since TIME]")
        ],
        options: [
            Option.log.described("the decision log (that of `repl --log`)"), Option.limit,
        ],
        details: ["`why #N` explains one of them, with the facts as they were then."],
        examples: ["denied since 02:55", "denied 'Warehouse sync' since 2026-11-22"],
        suggest: { completion, words in
            words.last == "since"
                ? [] : completion.tokens + [Candidate(text: "since", help: "a time of today, a day, a moment, 2h")]
        },
        inside: { repl, invocation throws(CommandError) in
            var words = invocation.positionals
            var since: Instant?
            if let place = words.firstIndex(of: "since") {
                guard place + 2 == words.count else { throw .usage("expected one time after `since`, such as 02:55") }
                since = try repl.past(words[place + 1], invocation)
                words.removeLast(2)
            }
            guard words.count < 2 else { throw .usage("too many words: give at most one token, then `since TIME`") }
            var token: TokenID?
            if let word = words.first { token = try repl.token(word, invocation).id }
            let size = invocation[.limit] ?? (invocation[.json] ? Repl.mostDenials : 50)
            let log = try repl.log(invocation)
            var found: [(Int, [UInt8])] = []
            let denial = Array("\"decision\":false".utf8)
            let mark = token.map { Array($0.description.utf8) }
            var count = 0
            try log.scan { number, line in
                if number % 4_096 == 0, repl.isInteractive, Interrupt.keyboard.isRaised { return false }
                guard line.contains(denial), mark == nil || line.contains(mark!) else { return true }
                if let since, let time = LogFile.time(line), time < since { return true }
                count += 1
                found.append((number, Array(line)))
                if found.count > 2 * size { found.removeFirst(size) }
                return true
            }
            try repl.stopIfInterrupted()
            try repl.list(Array(found.suffix(size)), invocation)
            if count > size { invocation.terminal.note("\(size) of \(counted(count, "denial")); `--limit` shows more") }
            return ExitStatus.done
        })
}

extension Repl {
    fileprivate static let mostDenials = 1_000_000

    /// The decision log of `--log`, from the command or from the start of the program.
    func log(_ invocation: Invocation) throws(CommandError) -> LogFile {
        guard let path = invocation[ifDeclared: .log] ?? start[.log] else {
            throw .usage(
                "no decision log is given: add `--log FILE`, or start `demilune repl --log FILE` for all commands")
        }
        return LogFile(path: path)
    }

    /// A time in the past: a time of today in the tenant's zone, a day, a moment, or so long ago.
    func past(_ word: String, _ invocation: Invocation) throws(CommandError) -> Instant {
        let now = try now(invocation)
        let zone = zone ?? .utc
        let parts = word.split(separator: ":").map { Int($0) }
        if parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
            (0..<60).contains(minute)
        {
            let midnight = zone.start(of: zone.date(of: now))
            return Instant(microseconds: midnight.microseconds + Int64(hour * 60 + minute) * 60_000_000)
        }
        guard let start = try TimeArgument(word, for: "since").start(before: now, in: zone) else {
            throw .usage("`since \(word)` is before the year 1")
        }
        return start
    }

    func list(_ lines: [(number: Int, line: [UInt8])], _ invocation: Invocation) throws(CommandError) {
        var records: [(Int, DecisionRecord)] = []
        for (number, line) in lines { records.append((number, try LogFile.record(line))) }
        let ids = records.compactMap { $0.1.token }
        let directory = try snapshot.directory(holding: ids)
        var listing = Listing(.denials)
        let zone = zone ?? .utc
        for (number, record) in records {
            let index = record.token.flatMap(directory.token)
            let name = index.map { directory.tokens[$0].name } ?? ""
            let token = try record.token.map { id throws(CommandError) in
                TableCell.token(name, id, digits: try digits(of: id, invocation))
            }
            let resource = record.question.resource.map { $0.type.text + ($0.id.map { ":\($0)" } ?? "") } ?? "–"
            listing.add(
                [
                    TableCell("\(number)"), .time(record.time, in: zone), token ?? TableCell("–"),
                    TableCell(record.question.action), TableCell(resource), TableCell(record.code),
                    TableCell(record.policies.joined(separator: " ")),
                ],
                [
                    .init("number", .integer(Int64(number))), .init("time", .string(record.time.description)),
                    .init("token", .optional(record.token?.description)),
                    .init("action", .string(record.question.action)),
                    .init("resource", .string(resource)), .init("code", .string(record.code)),
                    .init("policies", .strings(record.policies)),
                ])
        }
        try listing.print(invocation, "denial")
        Listing.noteZone(zone, invocation)
    }

    /// Explains a decision of the log, then decides the same request again now.
    func tellLogged(_ word: String, _ invocation: Invocation) throws(CommandError) -> Int32 {
        guard let number = Int(word.hasPrefix("#") ? String(word.dropFirst()) : word), number > 0 else {
            throw .usage("`why` takes the number of a logged decision, such as #17, or nothing, got `\(word)`")
        }
        let record = try log(invocation).record(number)
        let directory = try snapshot.directory(holding: record.token.map { [$0] } ?? [])
        let report = ExplanationReport(Explanation(record, directory: directory), loaded)
        let terminal = invocation.terminal
        if invocation[.json] {
            terminal.print(report.json.pretty)
            return ExitStatus.done
        }
        terminal.show(report.lines)
        guard !record.isMasked, let loaded else { return ExitStatus.done }
        var question = record.question
        question.now = try now(invocation)
        guard let answer = try? decide(question, on: directory, by: loaded) else { return ExitStatus.done }
        let code = [answer.decision.code, answer.decision.policyCode?.text].compactMap(\.self).joined(separator: ": ")
        terminal.show("Asked again now, the answer is \(answer.decision.word) (\(code)).")
        return ExitStatus.done
    }
}

extension LogFile {
    /// The time at the beginning of a line; `nil` when the line begins otherwise.
    static func time(_ line: ArraySlice<UInt8>) -> Instant? {
        let start = Array("{\"time\":\"".utf8)
        guard line.starts(with: start) else { return nil }
        let text = line.dropFirst(start.count).prefix { $0 != UInt8(ascii: "\"") }
        return Instant(String(decoding: text, as: UTF8.self))
    }
}

extension DecisionRecord {
    /// The token that acted, or was acted upon.
    fileprivate var token: TokenID? {
        if case .token(let id) = question.subject { return TokenID(id) }
        return question.token.flatMap { TokenID($0) }
    }
}

extension Option<Int?> {
    fileprivate static var limit: Self {
        Self(
            "limit", "N", "at most N denials, the newest (50; with --json a million)", most: Repl.mostDenials,
            formerName: "size")
    }
}
