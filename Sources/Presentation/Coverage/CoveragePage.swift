internal import Model
package import PolicyTesting

/// The coverage of policies by their tests, as one self-contained HTML page without scripts.
package struct CoveragePage {
    private let coverage: Coverage

    package init(_ coverage: Coverage) {
        self.coverage = coverage
    }

    package var html: String {
        var lines = [
            "<!doctype html>", #"<html lang="en"><head><meta charset="utf-8"><title>Coverage of policies</title>"#,
            #"<meta name="viewport" content="width=device-width, initial-scale=1">"#, "<style>\(Self.style)</style>",
            "</head><body><h1>Coverage of policies</h1>",
            "<p>\(Self.counts(coverage.measures))</p>",
            "<table><thead><tr><th>policy</th><th>lines</th><th>branches</th><th>facts</th></tr></thead><tbody>",
        ]
        for policy in coverage.policies {
            let cells = [policy.lines, policy.branches, policy.facts].map { count in
                #"<td class="\#(count.percent == 100 ? "full" : "part")">\#(count.percent) %</td>"#
            }
            let link = ##"<a href="#\##(XMLEscaping.xml(policy.policy))">\##(XMLEscaping.xml(policy.policy))</a>"##
            lines.append("<tr><td>\(link)</td>\(cells.joined())</tr>")
        }
        lines.append("</tbody></table>")
        for policy in coverage.policies { lines += section(policy) }
        return (lines + ["</body></html>", ""]).joined(separator: "\n")
    }

    private static func counts(_ measures: [(name: ExactName, count: CoverageCount)]) -> String {
        measures.map { "\($0.name) <b>\($0.count.percent) %</b> (\($0.count.tried) of \($0.count.all))" }
            .joined(separator: ", ")
    }

    private func section(_ policy: PolicyCoverage) -> [String] {
        let isOpen = policy.gaps.isEmpty && policy.problem == nil ? "" : " open"
        let measures: [(name: ExactName, count: CoverageCount)] = [
            ("lines", policy.lines), ("branches", policy.branches), ("facts", policy.facts),
        ]
        var lines = [
            #"<details id="\#(XMLEscaping.xml(policy.policy))"\#(isOpen)><summary>\#(XMLEscaping.xml(policy.path)): "#
                + "\(Self.counts(measures))</summary>"
        ]
        if let problem = policy.problem { lines.append("<p class=\"gap\">\(XMLEscaping.xml(problem))</p>") }
        lines.append("<pre>")
        for (index, source) in policy.source.enumerated() where index + 1 < policy.source.count || !source.isEmpty {
            lines.append(line(index + 1, source, policy))
        }
        return lines + ["</pre></details>"]
    }

    private func line(_ number: Int, _ source: String, _ policy: PolicyCoverage) -> String {
        let gaps = policy.gaps.filter { $0.line == number }
        let hits = policy.hits[number]
        let isPart = policy.partlyReached.contains(number) || hits != 0 && !gaps.isEmpty
        let style = isPart ? "part" : hits.map { $0 == 0 ? "none" : "full" } ?? ""
        let count = hits.map(String.init) ?? ""
        var text =
            #"<span class="\#(style)"><i>\#(number)</i><i>\#(count)</i>\#(marked(source, gaps))</span>"#
        for gap in gaps {
            let tests = gap.tests.map { "\n" + Self.text($0) }.joined()
            text += "\n<span class=\"gap\">\(Self.text(gap.message))\(tests)</span>"
        }
        return text
    }

    /// The line with its gaps marked; of two that overlap, only the first.
    private func marked(_ source: String, _ gaps: [CoverageGap]) -> String {
        let bytes = Array(source.utf8)
        func piece(_ range: Range<Int>) -> String { Self.text(String(decoding: bytes[range], as: UTF8.self)) }
        var text = ""
        var place = 0
        for gap in gaps where gap.columns.lowerBound - 1 >= place && gap.columns.upperBound - 1 <= bytes.count {
            let range = gap.columns.lowerBound - 1..<gap.columns.upperBound - 1
            text += piece(place..<range.lowerBound) + "<u>\(piece(range))</u>"
            place = range.upperBound
        }
        return text + piece(place..<bytes.count)
    }

    /// Text for a `pre` element, with characters written out that could hide or reverse text.
    private static func text(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { XMLEscaping.xml(ControlCharacters.escaped(String($0))) }.joined(separator: "\n")
    }

    private static let style = """
        :root{color-scheme:light dark;--full:#1a7f37;--part:#9a6700;--none:#cf222e}\
        @media(prefers-color-scheme:dark){:root{--full:#3fb950;--part:#d29922;--none:#f85149}}\
        body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
        table{border-collapse:collapse}td,th{padding:.15rem .8rem;text-align:right}td:first-child,th:first-child{text-align:left}\
        pre{overflow-x:auto;line-height:1.45}pre i{display:inline-block;width:3.5em;text-align:right;margin-right:1em;\
        opacity:.6;font-style:normal}pre span{border-left:4px solid transparent}\
        td.full{color:var(--full)}td.part{color:var(--part)}\
        .full{border-color:var(--full)!important}.part{border-color:var(--part)!important}.none{border-color:var(--none)!important}\
        .gap{color:var(--part);display:inline-block;padding-left:9.5em}u{text-decoration:underline wavy var(--none)}\
        summary{cursor:pointer;margin-top:1rem}
        """
}
