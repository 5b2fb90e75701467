package import Decisions
package import Model
internal import Tokens

/// The examination of a decision log, for people and for machines: its faults, and what is proven and what is not.
package struct LogVerificationReport {
    private let path: String
    private let result: DecisionLogVerification

    package init(_ result: DecisionLogVerification, of path: String) { (self.result, self.path) = (result, path) }

    /// True when no fault was found, and something is proven.
    package var isGood: Bool { result.faultCount == 0 && result.linked > 0 }

    package var lines: [StyledLine] {
        var lines: [StyledLine] = result.faults.map { "\($0.message, .bad)" }
        let more = result.faultCount - result.faults.count
        if more > 0 { lines.append("and \(counted(more, "more fault"))") }
        if result.lines == 0 {
            lines.append("the log is empty: nothing is proven")
        } else if result.linked == 0 {
            lines.append("no line of the log has a hash: it was not written by this version, and nothing is proven")
        } else if isGood {
            lines.append(.sentence("the log is as it was written: \(counted(result.lines, "line"))"))
        }
        lines += proven.map { .sentence("proven: \($0)", hanging: 2) }
        lines += unproven.map { .sentence("not proven: \($0)", hanging: 2) }
        if let last = result.last, isGood { lines.append("head: \(last.hash.hexadecimal)") }
        return lines
    }

    /// The lines up to a number.
    private static func lines(to last: Int64) -> String { last == 1 ? "line 1 is" : "the lines 1 to \(last) are" }

    private var proven: [String] {
        var proven: [String] = []
        if let sealed = result.sealed {
            proven.append(
                "\(Self.lines(to: sealed.number)) as when line \(sealed.number) was sealed with the key file of this store"
            )
        }
        if let head = result.head {
            proven.append("\(Self.lines(to: head.number)) as when the stated hash was noted")
        }
        return proven
    }

    private var unproven: [String] {
        guard isGood else { return [] }
        var unproven: [String] = []
        let earlier = result.earlier
        if earlier > 0 {
            unproven.append(
                "that \(earlier == 1 ? "line 1, which has no hash, was" : "the lines 1 to \(earlier), which have no hash, were") "
                    + "not changed before line \(earlier + 1) was written")
        }
        let safe = max(result.sealed?.number ?? 0, result.head?.number ?? 0)
        if safe < result.lines {
            let reason =
                result.seals > 0 && !result.isSealChecked
                ? "; \(counted(result.seals, "seal")) not checked: no store with keys is at hand" : ""
            unproven.append(
                "that nobody who can write the file wrote it anew from line \(safe + 1) on, with new hashes\(reason)")
        }
        unproven.append("that nothing was cut off after line \(result.lines): compare with a noted `--head`")
        return unproven
    }

    package var json: JSON {
        .object([
            .init("is_good", .boolean(isGood)), .init("lines", .integer(Int64(result.lines))),
            .init("lines_with_hash", .integer(Int64(result.linked))),
            .init("earlier_lines", .integer(Int64(result.earlier))),
            .init("seals", .integer(Int64(result.seals))), .init("are_seals_checked", .boolean(result.isSealChecked)),
            .init("sealed_to", result.sealed.map { .integer($0.number) } ?? .null),
            .init("head_at", result.head.map { .integer($0.number) } ?? .null),
            .init("head", .optional(result.last?.hash.hexadecimal)),
            .init("proven", .strings(proven)), .init("not_proven", .strings(unproven)),
            .init("fault_count", .integer(Int64(result.faultCount))),
            .init(
                "faults",
                .array(
                    result.faults.map {
                        .object([.init("line", .integer(Int64($0.line))), .init("message", .string($0.message))])
                    })),
        ])
    }
}
