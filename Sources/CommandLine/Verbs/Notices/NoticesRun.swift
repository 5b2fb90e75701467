internal import Decisions
internal import Files
internal import Glibc
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `notices run`: tells people of the tokens that end, once for each step.
    static let noticesRun = Verb(
        name: "notices run", summary: "tells the people of API tokens that end soon, once for each step before the end",
        options: [
            Option.steps, Option.sent, Option.file, Option.program, Option.syslog,
            Option.log.described("a decision log, which says what each token did in the last month"),
            Option.preview.described("show who would be told of what, and tell nobody"),
        ],
        uses: .all.adding(Option.json),
        details: [
            "For cron or a systemd timer, once a day. It sends each person one notice about all of their tokens that reached a step "
                + "since the last run: with --steps 60,30,7,1, at 60, 30, 7 and 1 days before the last valid day.",
            "The person is the token's contact or, without one, its owner. A notice is one JSON object with the parts `to`, "
                + "`subject`, `text` and `tokens`: --file appends it as a line, --program runs a program for each and gives it on "
                + "its standard input, --syslog sends the subject.",
            "What was sent is noted in a file once it was sent, so a run that was ended goes on with the next one. Two runs at "
                + "once wait for each other. A token whose expiry changes is told of again.",
            "exit status: 0 done, 1 a notice could not be sent: the next run tries it again",
        ],
        examples: [
            "notices run --program /usr/local/bin/mail-notice", "notices run --file notices.ndjson --steps 30,7",
            "notices run --preview",
        ],
        run: { invocation throws(CommandError) in
            let isPreview = invocation[.preview]
            let sink = try NoticeSink(invocation)
            guard isPreview || sink != nil else {
                throw .usage("say where notices go: `--file`, `--program` or `--syslog`; `--preview` shows them")
            }
            let session = try AdministrationSession(invocation, spansTenants: true)
            let path = invocation[.sent] ?? invocation.storePath + ".notices"
            let steps = invocation[.steps]
            // No run reads the file while another one sends.
            let file: OpenFile?
            do throws(FileError) { file = isPreview ? nil : try File.locked(path) } catch { throw CommandError(error) }
            let bytes: [UInt8]
            do throws(FileError) { bytes = File.exists(path) ? try File.read(path) : [] } catch {
                throw CommandError(error)
            }
            let sent: SentNotices
            do throws(TokenStoreError) { sent = try SentNotices(bytes, path: path) } catch {
                throw CommandError(error.message)
            }
            let notices = try due(session, steps, sent)
            if isPreview {
                show(notices, invocation)
                return ExitStatus.done
            }
            if sent.isCutOff {
                do throws(FileError) { try file?.cut(to: sent.wholeLength) } catch { throw CommandError(error) }
            }
            return try send(notices, sink!, file!, session)
        })

    /// The notices that are due, one for each recipient.
    private static func due(
        _ session: AdministrationSession, _ steps: NoticeSteps, _ sent: SentNotices
    ) throws(CommandError) -> [Notice] {
        let days = CalendarDuration("\(steps.days[0] + 2)d").flatMap { $0.later(than: session.now, in: .utc) }
        let ending = try EndingTokens(session, before: days ?? .last)
        for remark in ending.remarks { session.terminal.note(Terminal.escaped(remark)) }
        var byRecipient: [Recipient: [(token: ExpiringToken, step: Int)]] = [:]
        for (recipient, token) in ending.tokens {
            guard let step = steps.reached(daysLeft: token.daysLeft),
                !sent.has(token.id, expires: token.expires, step: step)
            else { continue }
            byRecipient[recipient, default: []].append((token, step))
        }
        return byRecipient.map { Notice(to: $0, $1) }.sorted { $0.recipient < $1.recipient }
    }

    private static func show(_ notices: [Notice], _ invocation: Invocation) {
        if invocation[.json] {
            invocation.terminal.print(JSON.array(notices.map(\.json)).pretty)
        } else {
            for (number, notice) in notices.enumerated() {
                if number > 0 { invocation.terminal.print() }
                invocation.terminal.show("\(notice.recipient.tenant): \(notice.recipient.words, .strong)")
                for line in notice.text.split(separator: "\n") {
                    invocation.terminal.show(.sentence("  \(line)", hanging: 4))
                }
            }
        }
        invocation.terminal.note("\(counted(notices.count, "notice")) would be sent; nobody is told yet")
    }

    private static func send(
        _ notices: [Notice], _ sink: NoticeSink, _ file: borrowing OpenFile, _ session: AdministrationSession
    ) throws(CommandError) -> Int32 {
        var failed = 0
        for notice in notices {
            do throws(CommandError) { try sink.send(notice) } catch {
                failed += 1
                session.terminal.note(
                    "error: not sent to \(Terminal.escaped(notice.recipient.words)): \(error.messages.joined(separator: "; "))"
                )
                continue
            }
            // Noted at once: where the run ends before this, the next one sends this notice again, and no other.
            let lines = notice.tokens.flatMap { token, step in
                SentNotices.line(token.id, expires: token.expires, step: step, to: notice.recipient.id, at: session.now)
            }
            do throws(FileError) {
                try file.write(lines)
                try file.sync()
            } catch { throw CommandError(error) }
        }
        let sent = notices.count - failed
        if session.invocation[.json] {
            let members: [JSON.Member] = [
                .init("sent", .integer(Int64(sent))), .init("failed", .integer(Int64(failed))),
            ]
            session.terminal.print(JSON.object(members).compact)
        } else {
            session.terminal.print(
                notices.isEmpty
                    ? "no notice is due" : "\(counted(sent, "notice")) sent\(failed > 0 ? ", \(failed) not" : "")")
        }
        return failed == 0 ? ExitStatus.done : ExitStatus.failure
    }
}

/// The message to one recipient.
struct Notice {
    let recipient: Recipient
    /// Those that end first are first.
    let tokens: [(token: ExpiringToken, step: Int)]

    init(to recipient: Recipient, _ tokens: [(token: ExpiringToken, step: Int)]) {
        self.recipient = recipient
        self.tokens = tokens.sorted { ($0.token.expires, $0.token.id) < ($1.token.expires, $1.token.id) }
    }

    /// `1 API token ends soon: Price list, 2026-12-31`.
    var subject: String {
        let names = tokens.prefix(3).map { "\($0.token.name), \($0.token.end)" }.joined(separator: "; ")
        let more = tokens.count > 3 ? " and \(tokens.count - 3) more" : ""
        return "\(counted(tokens.count, "API token")) \(tokens.count == 1 ? "ends" : "end") soon: \(names)\(more)"
    }

    /// A line for each token.
    var text: String {
        tokens.map { token, _ in
            "\(token.name) (\(token.combination), of \(token.user.name)) \(token.left), its end is \(token.end): "
                + "\(token.activity)"
        }.joined(separator: "\n")
    }

    var json: JSON {
        .object([
            .init("to", recipient.json), .init("subject", .string(subject)), .init("text", .string(text)),
            .init(
                "tokens",
                .array(
                    tokens.map { token, step in .object(token.members + [.init("step", .integer(Int64(step)))]) })),
        ])
    }
}

/// The place where notices go.
struct NoticeSink {
    private enum Place {
        case file(String)
        case program(String)
        /// The socket of the system's log.
        case syslog(String)
    }

    private let place: Place

    /// - Returns: `nil` where none is given.
    init?(_ invocation: Invocation) throws(CommandError) {
        let places = [
            invocation[.file].map(Place.file), invocation[.program].map(Place.program),
            invocation.isGiven(Option.syslog) ? .syslog(invocation[.syslog] ?? "/dev/log") : nil,
        ].compactMap(\.self)
        guard places.count <= 1 else {
            throw .usage("notices go to one place: use only one of --file, --program, --syslog")
        }
        guard let place = places.first else { return nil }
        // What is wrong for every notice is said once.
        switch place {
        case .file: break
        case .program(let path):
            guard File.isExecutable(path) else {
                throw CommandError("`--program`: `\(path)` cannot be run: it must be the path of a program")
            }
        case .syslog(let path):
            guard File.exists(path) else { throw CommandError("`--syslog`: there is no socket `\(path)`") }
        }
        self.place = place
    }

    func send(_ notice: Notice) throws(CommandError) {
        let line = Array((notice.json.compact + "\n").utf8)
        switch place {
        case .file(let path):
            do throws(FileError) {
                let file = try OpenFile(path, for: .appending(mode: 0o600))
                try file.write(line)
                try file.sync()
            } catch { throw CommandError(error) }
        case .program(let path):
            let run = try ProgramRun(path, [], input: line)
            guard run.status == 0 else {
                let end = run.status.map { "ended with \($0)" } ?? "was ended by signal \(run.signal)"
                throw CommandError("`\(path)` \(end)\(run.complaint.isEmpty ? "" : ": \(run.complaint)")")
            }
        case .syslog(let path):
            // Facility "user", severity "notice"; the daemon adds the time and the host.
            let words = Terminal.escaped("to \(notice.recipient.words): \(notice.subject)")
            do throws(FileError) {
                try LocalSocket.send(Array("<13>demilune: \(words.prefix(1_000))".utf8), to: path)
            } catch {
                throw CommandError(error)
            }
        }
    }
}

extension Option<NoticeSteps> {
    fileprivate static var steps: Self {
        Self(
            "steps", "DAYS[,DAYS]", "the days before the end at which people are told (60,30,7,1)", absent: .usual
        ) { text throws(CommandError) in
            let days = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard !days.contains(nil), let steps = NoticeSteps(days.compactMap(\.self)) else {
                throw .usage(
                    "`--steps` must be different numbers of days between 1 and \(NoticeSteps.furthest), at most "
                        + "\(NoticeSteps.most), got `\(text)`")
            }
            return steps
        }
    }
}

extension Option<String?> {
    fileprivate static var sent: Self {
        Self("sent", "FILE", "the file that says what was sent (that of the store, with `.notices`)")
    }
    fileprivate static var file: Self { Self("file", "FILE", "append each notice to this file, as a line") }
    fileprivate static var program: Self {
        Self("program", "PATH", "run this program for each notice, with the notice as its standard input")
    }
    fileprivate static var syslog: Self {
        Self("syslog", "SOCKET", "send each notice to the system's log (/dev/log)").withOptionalValue()
    }
}
