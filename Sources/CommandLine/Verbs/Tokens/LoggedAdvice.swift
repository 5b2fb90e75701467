internal import Analysis
internal import Decisions
internal import Files
internal import Glibc
internal import Model
internal import Policies
internal import Presentation
internal import Tokens

/// The advice for tokens by a decision log, as a verb asks for it.
struct LoggedAdvice {
    let advice: UsageAdvice
    let report: AdviceReport

    /// The window without `--window`, and the time in which a token expires soon.
    private static let usualWindow = TimeArgument("90d")!
    private static let soon = TimeArgument("30d")!

    /// Refuses what cannot be combined, and a log that can be read only once.
    static func check(_ path: String, _ option: Option<String?>, _ invocation: Invocation) throws(CommandError) {
        guard path != "-" else { throw .usage("`\(option.flag)` must be a file, since it is read more than once") }
        guard invocation.positionals.isEmpty || !FilterOptions.isStated(invocation) else {
            throw .usage("a token and filters cannot be combined; use only one of them")
        }
    }

    /// - Parameters:
    ///   - path: that of the log.
    ///   - parts: what a ceiling may limit beside permissions and departments; `nil` to look for combinations.
    /// - Throws: for a log that cannot be read twice, and for one without a line of a token of this store.
    init(
        _ path: String, of ids: [TokenID], limiting parts: Set<Ceiling.Part>? = nil,
        expiringWithin soon: TimeArgument? = nil, _ session: AdministrationSession
    ) throws(CommandError) {
        let invocation = session.invocation
        let directory = try invocation.directory(.all, of: session.store)
        let options = try Self.options(session, limiting: parts, expiringWithin: soon)
        guard (try? FileStatus(of: path))?.kind != .folder else {
            throw CommandError("`\(path)` is a folder, not a log")
        }
        let input = try File.open(path)
        defer { close(input) }
        let progress = Progress("lines", invocation.terminal)
        do throws(PolicyError) {
            advice = try UsageAdvice(
                input, of: ids.compactMap(directory.token), options, policies: session.policies, directory: directory
            ) { progress.step($0) }
        } catch { throw CommandError(error.message) }
        progress.end()
        guard advice.isRead else {
            throw CommandError("cannot read `\(path)` twice: it must be a file, not a pipe")
        }
        guard advice.log.lines > 0 else { throw CommandError("`\(path)` has no decision") }
        guard advice.log.omitted.count < advice.log.lines || advice.log.unread > 0 else {
            throw CommandError("no line of `\(path)` is of a token of this store: it is the log of another one")
        }
        var digits: [TokenID: Int] = [:]
        for id in ids { digits[id] = try session.digits(of: id) }
        report = AdviceReport(advice, options, on: directory) { digits[$0] ?? 32 }
    }

    private static func options(
        _ session: AdministrationSession, limiting parts: Set<Ceiling.Part>?, expiringWithin stated: TimeArgument?
    ) throws(CommandError) -> UsageAdvice.Options {
        let (invocation, now) = (session.invocation, session.now)
        let zone = session.onlyZone ?? .utc
        let start = try invocation.start(invocation[.window] ?? usualWindow, Option.window, before: now, in: zone)
        guard start < now else { throw .usage("`--window` must begin in the past") }
        guard let soon = (stated ?? soon).end(from: now, in: zone) else {
            throw .usage("`--within` must be at most 9999-12-30")
        }
        // A line of this very moment is in the window.
        let end = Instant(microseconds: now.microseconds + 1)
        var options = UsageAdvice.Options(window: start..<end, now: now, expiringBefore: soon)
        options.jobs = invocation[.adviceJobs]
        options.budget = invocation.budget
        options.ceilings = parts
        options.isStorable = { (try? TokenNote.purpose.stored($0)) == $0 }
        return options
    }

    /// The tokens given, or those that the filters match and the actor may see; and the number of those among these that
    /// have ended, which are left out.
    static func tokens(_ session: AdministrationSession) throws(CommandError) -> (ids: [TokenID], leftOut: Int) {
        let stated = session.invocation.positionals
        guard stated.isEmpty else { return (try session.tokens(stated), 0) }
        var ids: [TokenID] = []
        var ended = 0
        let queries = try FilterOptions.queries(session, absent: TokenKind.allCases)
        _ = try session.act { administration throws(AdministrationError) in
            try administration.each(queries, most: .max, cursor: nil) { details in
                if details.token.revoked != nil || details.token.expires <= session.now {
                    ended += 1
                } else {
                    ids.append(details.token.id)
                }
                return true
            }
        }
        guard !ids.isEmpty else {
            throw CommandError("no token matches\(ended > 0 ? " that is neither revoked nor expired" : "")")
        }
        return (ids, ended)
    }
}

extension Verb.Positional {
    static let tokenOrFilters = Verb.Positional(
        name: "TOKEN", help: "the token, by id or name; all that the filters match without it", isOptional: true)
}

extension Option<TimeArgument?> {
    static var window: Self {
        Self("window", "TIME", "the uses that count: since a day, or for so long (90d)")
    }
}

extension Option<Int> {
    static var adviceJobs: Self { .threads("threads that decide (one per core)") }
}
