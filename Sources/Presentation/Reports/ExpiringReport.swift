package import Model

/// Tokens that end soon, by the people who are to be told.
package struct ExpiringReport {
    package enum Format: String, CaseIterable, Sendable {
        case text
        case json
        case csv
        /// A calendar (RFC 5545), with a day for the end of each token.
        case ics
        case markdown
    }

    private let groups: [(recipient: Recipient, tokens: [ExpiringToken])]
    private let now: Instant

    /// - Parameter tokens: in any order; those that end first are shown first.
    package init(_ tokens: [(recipient: Recipient, token: ExpiringToken)], now: Instant) {
        self.now = now
        groups = Dictionary(grouping: tokens, by: \.recipient).map { recipient, own in
            (recipient, own.map(\.token).sorted { ($0.expires, $0.id) < ($1.expires, $1.id) })
        }.sorted { ($0.tokens[0].expires, $0.recipient) < ($1.tokens[0].expires, $1.recipient) }
    }

    private var tokens: [ExpiringToken] { groups.flatMap(\.tokens) }

    package func lines(_ format: Format, columns: Int?) -> [StyledLine] {
        switch format {
        case .text: text(columns)
        case .json: [.verbatim(json.pretty)]
        case .csv: [.verbatim(String(decoding: table.csv.utf8.dropLast(), as: UTF8.self))]
        case .ics: [.verbatim(Calendar(tokens, now: now).text)]
        case .markdown: markdown.map { .verbatim($0) }
        }
    }

    private func text(_ columns: Int?) -> [StyledLine] {
        var lines: [StyledLine] = []
        for (recipient, tokens) in groups {
            if !lines.isEmpty { lines.append("") }
            lines.append("\(recipient.tenant): \(recipient.words, .strong)")
            var table = Table(.expiring)
            for token in tokens {
                table.add([token.end, token.left, token.name.text, token.user.name.text, token.activity])
            }
            lines += table.lines(columns: columns)
        }
        return lines
    }

    private var table: Table {
        var table = Table(.expiringValues)
        for (recipient, tokens) in groups {
            for token in tokens {
                table.add([
                    token.id.description, token.tenant.text, token.name.text,
                    recipient.isContact ? recipient.id.text : "",
                    token.user.id.text, token.user.name.text, token.user.email.text, token.combination,
                    token.expires.description, "\(token.daysLeft)", token.lastActive?.description ?? "", token.activity,
                ])
            }
        }
        return table
    }

    private var markdown: [String] {
        var lines: [String] = []
        for (recipient, tokens) in groups {
            if !lines.isEmpty { lines.append("") }
            lines += [
                "### \(MarkdownTable.cell("\(recipient.tenant): \(recipient.words)"))", "",
                "| end | token | owner | what will stop |", "|---|---|---|---|",
            ]
            for token in tokens {
                let cells = ["\(token.end), \(token.left)", token.name.text, token.user.name.text, token.activity]
                lines.append("| \(cells.map(MarkdownTable.cell).joined(separator: " | ")) |")
            }
        }
        return lines
    }

    private var json: JSON {
        .array(
            groups.map { recipient, tokens in
                .object([
                    .init("to", recipient.json), .init("tokens", .array(tokens.map { .object($0.members) })),
                ])
            })
    }
}

/// A calendar by RFC 5545.
private struct Calendar {
    private let tokens: [ExpiringToken]
    private let now: Instant

    init(_ tokens: [ExpiringToken], now: Instant) { (self.tokens, self.now) = (tokens, now) }

    var text: String {
        let lines =
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Demilune//tokens//EN"] + tokens.flatMap(event)
            + ["END:VCALENDAR"]
        return lines.map(Self.folded).joined(separator: "\r\n") + "\r"
    }

    /// The last valid day of a token as an event of a whole day.
    private func event(_ token: ExpiringToken) -> [String] {
        let day = LocalTime.lastDay(before: token.expires, in: token.zone)
        return [
            "BEGIN:VEVENT", "UID:\(token.id)-\(token.expires.seconds)@demilune", "DTSTAMP:\(Self.basic(now))",
            "DTSTART;VALUE=DATE:\(Self.basic(day))",
            "SUMMARY:\(Self.escaped("The API token \(token.name) ends"))",
            "DESCRIPTION:\(Self.escaped("\(token.combination), of \(token.user.name); ends: \(token.end); \(token.activity)"))",
            "TRANSP:TRANSPARENT", "END:VEVENT",
        ]
    }

    private static func basic(_ day: Date) -> String { day.description.filter { $0 != "-" } }

    /// A time in UTC, whole seconds: `20261122T120000Z`.
    private static func basic(_ time: Instant) -> String {
        Instant(microseconds: time.seconds * 1_000_000).description.filter { $0 != "-" && $0 != ":" }
    }

    /// A text value (section 3.3.11).
    private static func escaped(_ text: String) -> String {
        ControlCharacters.escaped(text).replacing("\\", with: "\\\\").replacing(";", with: "\\;")
            .replacing(",", with: "\\,")
    }

    /// A line in pieces of at most 75 bytes (section 3.1), none of which divides a character.
    private static func folded(_ line: String) -> String {
        var pieces = [""]
        for scalar in line.unicodeScalars {
            let size = String(scalar).utf8.count
            if pieces.last!.utf8.count + size > 75 { pieces.append(" ") }
            pieces[pieces.count - 1].unicodeScalars.append(scalar)
        }
        return pieces.joined(separator: "\r\n")
    }
}
