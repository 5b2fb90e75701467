internal import Model
internal import Tokens

/// Lines of a decision log before they are linked. Workers make them side by side, each with its digest; only the links
/// depend on the order.
struct LoggedLines: Sendable {
    /// The lines, each with its line end, as sinks take them.
    private(set) var bytes: [UInt8] = []
    /// The digest of each line, one after the other.
    private var digests: [UInt8] = []
    private static let digestSize = 32

    /// - Parameter lines: whole lines, each one object.
    init(_ lines: [UInt8]) {
        bytes = lines
        var rest = lines[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            digests += LineLink.digest(of: rest[rest.startIndex..<end].dropLast())
            rest = rest[(end + 1)...]
        }
    }

    init() {}

    /// The lines with their links. The last one is sealed, so that whatever is written at once ends with a sealed
    /// checkpoint.
    /// - Parameter position: of the line before the first one; becomes that of the last one.
    func linked(after position: inout LogPosition, _ sealer: LineSealer?) -> [UInt8] {
        var linked: [UInt8] = []
        linked.reserveCapacity(bytes.count + digests.count / Self.digestSize * 200)
        var rest = bytes[...]
        for start in stride(from: 0, to: digests.count, by: Self.digestSize) {
            let digest = digests[start..<start + Self.digestSize]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))!
            linked += rest[rest.startIndex..<end - 1]
            let isLast = digest.endIndex == digests.count
            let link = LineLink(after: position, digest: digest, sealer: isLast ? sealer : nil)
            link.write(to: &linked)
            linked.append(UInt8(ascii: "\n"))
            position = link.position
            rest = rest[(end + 1)...]
        }
        return linked
    }
}
