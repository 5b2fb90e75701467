package import Model

/// A finding in the formats of other programs.
extension Diagnostic {
    /// A finding as reports in JSON have it; `also` lists the other places of the same cause.
    package var json: JSON {
        .object(
            place.members + [
                .init("severity", .string(severity.rawValue)), .init("rule", .optional(rule)),
                .init("message", .string(message)),
            ] + (affected.isEmpty ? [] : [.init("also", .array(affected.map { .object($0.members) }))]))
    }

    /// A finding as an annotation of GitHub Actions.
    package var annotation: String {
        let numbers = [("line", line), ("col", column)].compactMap { name, value in value.map { ",\(name)=\($0)" } }
        let title = rule.map { ",title=\(XMLEscaping.property($0))" } ?? ""
        let others = affected.isEmpty ? "" : " (also at \(counted(affected.count, "other place")))"
        return "::\(severity.rawValue) file=\(XMLEscaping.property(path))\(numbers.joined())\(title)"
            + "::\(XMLEscaping.annotation(message + others))"
    }
}

extension Diagnostic.Place {
    fileprivate var members: [JSON.Member] {
        [
            .init("path", .string(path)), .init("line", line.map { .integer(Int64($0)) } ?? .null),
            .init("column", column.map { .integer(Int64($0)) } ?? .null),
        ]
    }
}
