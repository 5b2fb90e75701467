package import Model

/// The notices that were sent, as a file has them, one on each line.
///
/// A token whose expiry changed counts as another, so that its people are told again.
package struct SentNotices: Sendable {
    private struct Key: Hashable {
        let token: TokenID
        let expires: Instant
    }

    /// The smallest step that was sent.
    private var steps: [Key: Int] = [:]
    /// The bytes of the file that are whole lines; what follows was not written to its end.
    package let wholeLength: Int
    package let isCutOff: Bool

    /// - Throws: `.invalid` for a line that is none, with its number. One that was cut off at the end of the file counts as
    ///   not sent.
    package init(_ bytes: [UInt8], path: String) throws(TokenStoreError) {
        wholeLength = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        isCutOff = wholeLength < bytes.count
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        // After the last line end there is nothing, or what was cut off.
        lines.removeLast()
        for (number, line) in lines.enumerated() where !line.isEmpty {
            guard let json = try? JSONReader.parse(Array(line)),
                let id = json["token"]?.string.flatMap({ TokenID($0) }),
                let expires = json["expires"]?.string.flatMap({ Instant($0) }), case .integer(let step)? = json["step"]
            else {
                throw TokenStoreError(.invalid, "\(path):\(number + 1): the line is no record of a notice")
            }
            note(id, expires: expires, step: Int(clamping: step))
        }
    }

    package mutating func note(_ token: TokenID, expires: Instant, step: Int) {
        let key = Key(token: token, expires: expires)
        steps[key] = min(steps[key] ?? step, step)
    }

    /// True when a notice of this step, or of a later one, was sent.
    package func has(_ token: TokenID, expires: Instant, step: Int) -> Bool {
        steps[Key(token: token, expires: expires)].map { $0 <= step } ?? false
    }

    /// The line for a notice that was sent.
    package static func line(
        _ token: TokenID, expires: Instant, step: Int, to recipient: ExactName, at now: Instant
    ) -> [UInt8] {
        let json = JSON.object([
            .init("token", .string(token.description)), .init("expires", .string(expires.description)),
            .init("step", .integer(Int64(step))), .init("to", .string(recipient)),
            .init("sent", .string(now.description)),
        ])
        return Array((json.compact + "\n").utf8)
    }
}
