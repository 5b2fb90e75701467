package import Files
package import Tokens

/// The examination of a decision log: the lines that were changed, removed, added or moved, and what the rest proves.
///
/// The chain alone finds a change by somebody who does not write it anew. A seal proves that all lines up to its own are
/// as they were when somebody with the key file wrote it; nothing in the file shows that lines after it are missing.
package struct DecisionLogVerification: Sendable {
    package struct Fault: Equatable, Sendable {
        /// The line of the file, 1-based.
        package let line: Int
        package let message: String
    }

    /// The faults in the order of the lines; the first ones, of `faultCount`.
    package private(set) var faults: [Fault] = []
    package private(set) var faultCount = 0
    package private(set) var lines = 0
    /// The number of lines with a link.
    package private(set) var linked = 0
    /// The number of lines without links before the first that has one: those of an earlier version.
    package private(set) var earlier = 0
    /// The number of seals, and whether they were checked.
    package private(set) var seals = 0
    package let isSealChecked: Bool
    /// The last line whose seal is right, while there was no fault up to it.
    package private(set) var sealed: LogPosition?
    /// The last line, while it has a link.
    package private(set) var last: LogPosition?
    /// The line that has the stated hash.
    package private(set) var head: LogPosition?

    /// The most faults that are listed.
    private static let most = 100
    /// The most bytes of a line; Demilune takes requests of 1 MiB.
    private static let longestLine = 1 << 26

    /// - Parameters:
    ///   - sealer: `nil` where no key file is at hand: seals are counted then, not checked.
    ///   - requiresSeals: true where lines after the last right seal are a fault, with a sealer.
    ///   - head: the hash of a line that the log must have, noted elsewhere.
    package init(
        _ file: borrowing OpenFile, sealer: LineSealer?, requiresSeals: Bool = true, head stated: [UInt8]? = nil
    ) throws(FileError) {
        isSealChecked = sealer != nil
        var walk = Walk()
        try FileLines.forEach(of: file, most: Self.longestLine) { line in
            examine(line, &walk, sealer, stated)
            return true
        }
        for (line, message) in walk.runs.faults { add(line, message) }
        faults.sort { $0.line < $1.line }
        if sealer != nil, requiresSeals, linked > 0, faultCount == 0 { requireSeals() }
        if let stated, head == nil {
            add(
                lines,
                faultCount == 0
                    ? "no line has the hash \(stated.hexadecimal): lines were cut off, or written anew"
                    : "no line up to the first fault has the hash \(stated.hexadecimal)")
        }
    }

    /// The state of an examination between two lines.
    private struct Walk {
        /// The line before, as its link states it.
        var position = LogPosition.start
        /// The position before the lines without links that came last, and the number of those lines.
        var beforeUnlinked = LogPosition.start
        var unlinked = 0
        var runs = NumberRuns()
    }

    private mutating func examine(
        _ line: FileLines.Line, _ walk: inout Walk, _ sealer: LineSealer?, _ stated: [UInt8]?
    ) {
        lines = line.number
        last = nil
        guard !line.isTooLong, let (link, body) = LineLink.read(line.bytes) else {
            examineUnlinked(line, &walk)
            return
        }
        let digest = LineLink.digest(of: body)
        let before = faultCount
        if !link.isHash(ofLine: digest) { add(line.number, "line \(line.number) was changed") }
        if linked == 0, walk.unlinked > 0 { earlier = walk.unlinked }
        follow(link, line.number, &walk)
        if link.seal != nil {
            seals += 1
            if let sealer, faultCount == before, !sealer.isSeal(of: link, digest: digest) {
                add(
                    line.number,
                    "the seal of line \(line.number) is wrong: it is not of this store's key file, or it is forged")
            }
        }
        if !line.isEnded { add(line.number, "line \(line.number), the last, has no line end") }
        linked += 1
        (walk.position, walk.unlinked, last) = (link.position, 0, link.position)
        guard faultCount == 0, walk.runs.isWhole else { return }
        if link.seal != nil, sealer != nil { sealed = link.position }
        if link.hash == stated { head = link.position }
    }

    private mutating func examineUnlinked(_ line: FileLines.Line, _ walk: inout Walk) {
        if walk.unlinked == 0 { walk.beforeUnlinked = walk.position }
        walk.unlinked += 1
        walk.position = LineLink.position(after: walk.position, unlinked: line.bytes)
        if line.isTooLong {
            add(line.number, "line \(line.number) is longer than 64 MiB, which no line of a decision log is")
        } else if !line.isEnded {
            add(
                line.number,
                "line \(line.number), the last, is incomplete: it was cut off while it was written, or since")
        } else if linked > 0 {
            let isObject = line.bytes.first == UInt8(ascii: "{") && line.bytes.last == UInt8(ascii: "}")
            add(
                line.number,
                isObject
                    ? "line \(line.number) has no hash: it was changed, or added without `--log`"
                    : "line \(line.number) is incomplete: it was cut off while it was written, or since")
        }
    }

    /// Compares a link with the line before.
    private mutating func follow(_ link: LineLink, _ number: Int, _ walk: inout Walk) {
        let isNext = link.number == walk.position.number + 1
        if isNext, link.previous == walk.position.hash {
            walk.runs.extend(to: link.number)
        } else if walk.unlinked > 0, link.number == walk.beforeUnlinked.number + 1,
            link.previous == walk.beforeUnlinked.hash
        {
            let lines =
                walk.unlinked == 1 ? "line \(number - 1) was" : "lines \(number - walk.unlinked) to \(number - 1) were"
            add(number - 1, "\(lines) added since line \(number) was written")
            walk.runs.extend(to: link.number)
        } else if linked == 0, walk.unlinked > 0 {
            add(
                number,
                "the lines before line \(number), which have no hash, were changed, removed or added since it was written"
            )
            walk.runs.extend(to: link.number)
        } else if isNext {
            add(
                number,
                number == 1
                    ? "line 1 does not begin this log"
                    : "line \(number) does not follow line \(number - 1), which was changed")
            walk.runs.extend(to: link.number)
        } else {
            walk.runs.begin(at: number, link.number)
        }
    }

    private mutating func requireSeals() {
        let unsealed = Int(sealed?.number ?? 0) + 1
        guard unsealed <= lines else { return }
        let reason = "written without the key file, or without its last line, or changed since by somebody without it"
        add(
            unsealed,
            sealed == nil
                ? "no line is sealed with the key file of this store"
                : unsealed == lines
                    ? "line \(lines) is not sealed: it was \(reason)"
                    : "the lines \(unsealed) to \(lines) are not sealed: they were \(reason)")
    }

    private mutating func add(_ line: Int, _ message: String) {
        faultCount += 1
        if faults.count < Self.most { faults.append(Fault(line: line, message: message)) }
    }
}
