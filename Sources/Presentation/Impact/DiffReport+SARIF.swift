internal import Analysis
internal import Decisions
internal import Model

extension DiffReport {
    /// A result for each row, at the statement of a policy that makes the difference.
    var sarif: JSON {
        SARIF.log(
            rules: [
                .init(id: "widened", text: "requests of tokens that were denied are permitted", level: "error"),
                .init(id: "narrowed", text: "requests of tokens that were permitted are denied", level: "warning"),
                .init(id: "changed", text: "requests get another code, obligation or advice", level: "note"),
                .init(id: "record", text: "a record of the store is different", level: "note"),
            ],
            results: (input.records ?? []).map(result)
                + rows.map { row in
                    let (token, before, after) = example(row)
                    let level =
                        switch row.first.key.direction {
                        case .widened: "error"
                        case .narrowed: "warning"
                        case .changed: "note"
                        }
                    return SARIF.Result(
                        rule: row.first.key.direction.rawValue, level: level,
                        message: "\(request(row)): \(holders(row)), such as \(token): \(before) -> \(after)",
                        location: location(row))
                }, remarks: summary)
    }

    private func result(_ change: RecordChange) -> SARIF.Result {
        let cells = RecordWords.cells(change)
        return SARIF.Result(
            rule: "record", level: "note",
            message: "\(cells[0]) (\(cells[1])): \(cells[2]): \(cells[3]) -> \(cells[4])",
            location: nil)
    }

    /// The first statement that is new; else the file of the first policy that says something else.
    private func location(_ row: Row) -> SARIF.Location? {
        let new = row.first.decisions.new.first { input.files[$0.policy] != nil }
        if let new { return SARIF.Location(path: input.files[new.policy]!, line: new.line) }
        return row.first.policies.lazy.compactMap { input.files[$0] }.first.map { SARIF.Location(path: $0, line: 1) }
    }
}
