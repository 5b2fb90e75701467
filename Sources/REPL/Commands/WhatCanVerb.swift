internal import Analysis
internal import CommandLine
internal import Decisions
internal import Files
internal import Glibc
internal import Model
internal import Policies
internal import Presentation

extension ReplCommand {
    /// `what can`: the actions of a token by department, and the permissions that it needs.
    static let whatCan = ReplCommand(
        name: "what can",
        summary: "shows what a token or the subject may do by action, and which permissions a token used",
        positionals: [
            .init(name: "TOKEN", help: "the token, if not the one in use", isOptional: true),
            .init(name: "do", help: "the word `do`, which may be left out", isOptional: true),
        ],
        options: [
            Option.log.described("the decision log with its uses (that of `repl --log`)")
        ],
        details: [
            "The columns are departments; for an external subject, which `subject TYPE:ID` sets, types of resource.",
            "A cell is `yes`, `–` for no, or `?` if the answer depends on the rest of the request or on the resource "
                + "type; `who can` and `can` show on what.",
        ],
        examples: ["what can 'Warehouse sync' do", "what can"],
        suggest: { completion, words in
            words.isEmpty ? completion.tokens : words.count == 1 ? [Candidate(text: "do", help: "")] : []
        },
        inside: { repl, invocation throws(CommandError) in
            var words = invocation.positionals
            if words.last == "do" { words.removeLast() }
            if words.isEmpty, repl.state.subject != nil { return try repl.tellWhatCan(invocation) }
            let id = try words.first.map { word throws(CommandError) in try repl.token(word, invocation).id }
            let token: TokenID
            if let id { token = id } else { token = try repl.tokenInUse() }
            let path = invocation[.log] ?? repl.start[.log]
            // What derived tokens did counts as done by the one from which they were derived.
            let derived = path == nil ? [] : try repl.snapshot.descendants(of: token)
            let directory = try repl.snapshot.directory(holding: [token] + derived)
            guard let number = directory.token(token) else { throw CommandError("there is no token `\(token)`") }
            let progress = Progress("requests", invocation.terminal, stoppedBy: .keyboard)
            defer { progress.end() }
            let now = try repl.now(invocation)
            let authorizer = try repl.rules().authorizer
            let what = WhatCan(number, now: now, authorizer, on: directory) { progress.step($0, of: $1) }
            progress.end()
            let terminal = invocation.terminal
            // The session may have begun before the first decision.
            let isMissing = invocation[.log] == nil && path.map { !File.exists($0) } ?? false
            let least = path == nil || isMissing ? nil : try repl.needs(number, directory, now, invocation)
            if let fault = what.fault {
                terminal.note("it can do nothing now: \(Decision.words(for: fault) ?? fault)")
            }
            let listing = repl.listing(what, directory)
            if invocation[.json] {
                let members: [JSON.Member] = [
                    .init("fault", .optional(what.fault)), .init("actions", listing.rows),
                    .init("needs", least?.json ?? .null), .init("complete", .boolean(what.isComplete)),
                ]
                terminal.print(JSON.object(members).pretty)
                return ExitStatus.done
            }
            try listing.print(invocation, "action")
            for line in repl.legend(what, directory) { terminal.note(line) }
            let idle = what.idle
            if !idle.isEmpty { terminal.note("held, but not usable anywhere: \(idle.joined(separator: ", "))") }
            if !what.isComplete { terminal.note("stopped: not every action was evaluated") }
            if let least {
                Repl.tell(least, terminal)
            } else if isMissing {
                terminal.note(
                    "the decision log `\(Terminal.escaped(path!))`, which shows the used permissions, is missing"
                )
            } else {
                terminal.note("add `--log FILE`, a decision log, to see which permissions were used")
            }
            return ExitStatus.done
        })
}

extension Repl {
    /// The most columns of departments that a person can read.
    private static var mostColumns: Int { 12 }

    /// Departments with the same answers: a column of the table.
    fileprivate struct Column {
        var places: [Int]
        var head: String
    }

    /// The departments in which something is possible. Where there are too many for a table, those with the same answers
    /// share a column.
    fileprivate func columns(_ what: WhatCan, _ directory: Directory) -> [Column] {
        let possible = what.rows.filter(\.isPossible)
        let places = what.columns.indices.filter { place in possible.contains { $0.cells[place].isPossible } }
        func name(_ place: Int) -> String { directory.departments[what.columns[place]].name.text }
        guard places.count > Self.mostColumns else { return places.map { Column(places: [$0], head: name($0)) } }
        var columns: [Column] = []
        var known: [[ExactName]: Int] = [:]
        for place in places {
            let answers = possible.map { ExactName(Self.mark($0.cells[place])) }
            if let column = known[answers] {
                columns[column].places.append(place)
            } else {
                known[answers] = columns.count
                columns.append(Column(places: [place], head: name(place)))
            }
        }
        for index in columns.indices where columns[index].places.count > 1 {
            columns[index].head += " +\(columns[index].places.count - 1)"
        }
        return columns
    }

    /// The lines that name the departments of the shared columns, the first few of each.
    fileprivate func legend(_ what: WhatCan, _ directory: Directory) -> [String] {
        let most = 5
        return columns(what, directory).filter { $0.places.count > 1 }.map { column in
            let names = column.places.prefix(most).map { directory.departments[what.columns[$0]].name.text }
            let rest = column.places.count - names.count
            let end = rest > 0 ? " and \(rest) more" : ""
            return Terminal.escaped("\(column.head): the same in \(names.joined(separator: ", "))\(end)")
        }
    }

    /// Prints what the session's external subject may do.
    fileprivate func tellWhatCan(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let snapshot = try timedDirectory(invocation)
        let reader = RequestParser(
            invocation, snapshot, try rules().set.schema, words: state.subjectProperties.map { "subject.\($0)" },
            subject: state.subject)
        let subject = try reader.externalSubject()
        let progress = Progress("actions", invocation.terminal, stoppedBy: .keyboard)
        defer { progress.end() }
        let tenant = try invocation.tenant(in: snapshot.directory)
        let what = WhatCan(
            of: subject, tenant: tenant.map { snapshot.directory.tenants[$0].id }, now: snapshot.now,
            try rules().authorizer, on: snapshot.directory
        ) { progress.step($0, of: $1) }
        progress.end()
        var listing = Listing(.whatCan(what.types.map(\.text)))
        for row in what.rows where row.plain.isPossible || row.cells.contains(where: \.isPossible) {
            listing.add(
                [row.action.text, Self.mark(row.plain)] + row.cells.map(Self.mark),
                [.init("action", .string(row.action)), .init("anywhere", .string(Self.mark(row.plain)))]
                    + zip(what.types, row.cells).map { JSON.Member($0, .string(Self.mark($1))) })
        }
        if invocation[.json] {
            let members: [JSON.Member] = [
                .init("fault", .null), .init("actions", listing.rows), .init("needs", .null),
                .init("complete", .boolean(what.isComplete)),
            ]
            invocation.terminal.print(JSON.object(members).pretty)
            return ExitStatus.done
        }
        try listing.print(invocation, "action")
        if !what.isComplete { invocation.terminal.note("stopped: not every action was evaluated") }
        return ExitStatus.done
    }

    /// The table with one row per action and one column per department, without the empty rows and columns.
    fileprivate func listing(_ what: WhatCan, _ directory: Directory) -> Listing {
        let columns = columns(what, directory)
        var listing = Listing(.whatCan(columns.map(\.head)))
        for row in what.rows where row.isPossible {
            let cells = columns.map { column in Self.mark(row.cells[column.places[0]]) }
            listing.add(
                [row.action.text, Self.mark(row.plain)] + cells,
                [.init("action", .string(row.action)), .init("anywhere", .string(Self.mark(row.plain)))]
                    + columns.flatMap(\.places).sorted().map { place in
                        JSON.Member(
                            directory.departments[what.columns[place]].id, .string(Self.mark(row.cells[place])))
                    })
        }
        return listing
    }

    private static func mark(_ answer: ConditionalDecision) -> String {
        switch answer {
        case .yes: "yes"
        case .no: "–"
        default: "?"
        }
    }

    private static func mark(_ cell: WhatCan.Entry) -> String {
        if let answer = cell.answer { return mark(answer) }
        return cell.isPossible ? "?" : "–"
    }

    /// The least that the token's requests in the log need.
    fileprivate func needs(
        _ number: Int, _ directory: Directory, _ now: Instant, _ invocation: Invocation
    ) throws(CommandError) -> TokenAdvice {
        let path = try log(invocation).path
        let input = try File.open(path)
        defer { close(input) }
        let progress = Progress("lines", invocation.terminal, stoppedBy: .keyboard)
        defer { progress.end() }
        var options = UsageAdvice.Options(window: .first..<(.last), now: now, expiringBefore: .first)
        options.holdsAllTokens = false
        let policies = try rules().set
        let advice: UsageAdvice
        do throws(PolicyError) {
            advice = try UsageAdvice(input, of: [number], options, policies: policies, directory: directory) {
                progress.step($0)
            }
        } catch { throw CommandError(error.message) }
        guard advice.isRead, let token = advice.tokens.first else { throw CommandError("cannot read `\(path)`") }
        if !advice.log.omitted.isEmpty {
            invocation.terminal.note("\(counted(advice.log.omitted.count, "line")) of the log cannot be read")
        }
        return token
    }

    fileprivate static func tell(_ advice: TokenAdvice, _ terminal: Terminal) {
        let names = { (names: [ExactName]) in names.isEmpty ? "nothing" : names.joined(separator: ", ") }
        terminal.print()
        terminal.show(.sentence("The log has \(counted(advice.uses.permitted, "permitted request")) of it."))
        if let needed = advice.needed, let superfluous = advice.superfluous {
            terminal.show(.sentence("It needs:          \(names(needed))"))
            terminal.show(.sentence("It can go without: \(names(superfluous))"))
        }
        if let obstacle = advice.obstacle { terminal.note("it is not known what it needs: \(obstacle.words)") }
        let lapsed = advice.least?.lapsed ?? 0
        if lapsed > 0 { terminal.note("\(counted(lapsed, "request")) not counted: denied today with any permission") }
    }
}

extension WhatCan {
    /// The actions that the token holds but can perform nowhere.
    fileprivate var idle: [ExactName] { rows.filter { $0.isHeld && !$0.isPossible }.map(\.action) }
}

extension WhatCan.Row {
    fileprivate var isPossible: Bool { plain.isPossible || cells.contains(where: \.isPossible) }
}

extension TokenAdvice {
    fileprivate var json: JSON {
        .object([
            .init("held", .strings(held)), .init("needed", needed.map(JSON.strings) ?? .null),
            .init("superfluous", superfluous.map(JSON.strings) ?? .null),
            .init("uses", .integer(Int64(uses.permitted))),
        ])
    }
}
