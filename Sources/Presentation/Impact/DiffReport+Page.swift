internal import Analysis
internal import Model

extension DiffReport {
    /// The report as one HTML page without scripts.
    var page: String {
        var lines = [
            "<!doctype html>",
            #"<html lang="en"><head><meta charset="utf-8"><title>What the change does to tokens</title>"#,
            #"<meta name="viewport" content="width=device-width, initial-scale=1">"#, "<style>\(Self.style)</style>",
            "</head><body><h1>What the change does to tokens</h1>",
        ]
        lines.append("<ul>")
        for (direction, count) in counts where count > 0 {
            lines.append("<li class=\"\(direction.rawValue)\">\(Self.text(title(direction, count)))</li>")
        }
        lines += summary.map { "<li>\(Self.text($0))</li>" } + ["</ul>"]
        lines += chart
        if let records = input.records, !records.isEmpty {
            lines += ["<h2>Changed records</h2>"]
            lines += Self.table(["record", "name", "field", "before", "after"], records.map(RecordWords.cells))
        }
        for (direction, count) in counts where count > 0 {
            lines.append("<h2 class=\"\(direction.rawValue)\">\(Self.text(title(direction, count)))</h2>")
            lines += Self.table(
                ["request", "by", "tokens", "example", "before", "after"],
                rows.filter { $0.first.key.direction == direction }.map { row in
                    let (token, before, after) = example(row)
                    return [request(row), policies(row), holders(row), token, before, after]
                })
        }
        return (lines + ["</body></html>"]).joined(separator: "\n")
    }

    // MARK: The picture

    /// The most bars of the picture.
    private static let mostBars = 40
    private static let (barHeight, labelWidth, half) = (22, 330, 250)

    /// A bar to the left for what tokens lose, and one to the right for what they gain, for each department and user type.
    private var chart: [String] {
        func extent(_ holders: PolicyDiff.Holders) -> Int {
            (holders.requests[.widened] ?? 0) + (holders.requests[.narrowed] ?? 0)
        }
        let all = diff.holders.filter { extent($0) > 0 }.sorted { extent($0) > extent($1) }
        guard let longest = all.flatMap({ [$0.requests[.widened] ?? 0, $0.requests[.narrowed] ?? 0] }).max() else {
            return []
        }
        let shown = all.prefix(Self.mostBars)
        let height = shown.count * Self.barHeight + Self.barHeight
        let middle = Self.labelWidth + Self.half
        let width = middle + Self.half + 90
        var lines = [
            "<h2>Who loses, and who gains</h2>",
            #"<svg role="img" aria-label="requests lost and gained" viewBox="0 0 \#(width) \#(height)" width="\#(width)">"#,
            Self.label(middle - 6, 14, "end", "requests lost"), Self.label(middle + 6, 14, "start", "requests gained"),
        ]
        for (row, holders) in shown.enumerated() {
            let top = (row + 1) * Self.barHeight
            let key = holders.key
            let name =
                "\(key.tenant): \(names.userType(key.userType, key.tenant)) in \(names.department(key.department, key.tenant))"
            lines.append(Self.label(0, top + 15, "start", String(name.prefix(46))))
            for direction in [PolicyDiff.Direction.narrowed, .widened] {
                guard let count = holders.requests[direction], count > 0 else { continue }
                let length = max(2, count * Self.half / longest)
                let isGain = direction == .widened
                let tokens = counted(holders.tokens[direction] ?? 0, "token")
                lines.append(
                    #"<rect class="\#(direction.rawValue)" x="\#(isGain ? middle : middle - length)" y="\#(top + 2)" "#
                        + #"width="\#(length)" height="\#(Self.barHeight - 6)"><title>\#(Self.text("\(name): \(counted(count, "request")) of \(tokens)"))</title></rect>"#
                )
                let place = isGain ? middle + length + 4 : middle - length - 4
                lines.append(Self.label(place, top + 15, isGain ? "start" : "end", "\(count)"))
            }
        }
        lines.append(
            #"<line x1="\#(middle)" y1="\#(Self.barHeight)" x2="\#(middle)" y2="\#(height)" stroke="currentColor"/></svg>"#
        )
        if all.count > shown.count { lines.append("<p>and \(all.count - shown.count) more, with fewer requests</p>") }
        return lines
    }

    private static func label(_ x: Int, _ y: Int, _ anchor: String, _ text: String) -> String {
        #"<text x="\#(x)" y="\#(y)" text-anchor="\#(anchor)">\#(Self.text(text))</text>"#
    }

    // MARK: HTML

    private static func table(_ heads: [String], _ rows: [[String]]) -> [String] {
        let head = heads.map { "<th>\(text($0))</th>" }.joined()
        return ["<table><thead><tr>\(head)</tr></thead><tbody>"]
            + rows.map { row in "<tr>\(row.map { "<td>\(text($0))</td>" }.joined())</tr>" } + ["</tbody></table>"]
    }

    private static func text(_ text: String) -> String { XMLEscaping.xml(ControlCharacters.escaped(text)) }

    private static let style = """
        :root{color-scheme:light dark;--widened:#cf222e;--narrowed:#9a6700;--changed:#0969da}\
        @media(prefers-color-scheme:dark){:root{--widened:#f85149;--narrowed:#d29922;--changed:#58a6ff}}\
        body{font:15px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 1rem}\
        table{border-collapse:collapse}td,th{padding:.25rem .7rem;text-align:left;vertical-align:top;\
        border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}\
        svg{max-width:100%;height:auto;font-size:13px}svg text{fill:currentColor}\
        .widened{color:var(--widened);fill:var(--widened)}.narrowed{color:var(--narrowed);fill:var(--narrowed)}\
        .changed{color:var(--changed)}
        """
}
