internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let lookAlike = Rule(
        name: "look-alike",
        purpose:
            "A string or a name that mixes Latin letters with look-alike Cyrillic or Greek ones is not what it seems.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.name == "\u{0430}dmin" then deny("no") end
            end
            return policy
            """,
        find: .file { file in
            guard file.name.hasSuffix(".lua"), file.bytes.contains(where: { $0 >= 0x80 }) else { return [] }
            let strings: [StringUse]
            do throws(SyntaxError) { strings = try Chunk.parse(file.bytes).strings } catch {
                return inName(file.bytes, error).map { [$0] } ?? []
            }
            return strings.compactMap { use in
                let scalars = String(decoding: use.bytes, as: UTF8.self).unicodeScalars
                guard scalars.contains(where: { $0.isASCII && $0.properties.isAlphabetic }),
                    let other = scalars.first(where: { lookAlikes.contains($0) })
                else { return nil }
                return Finding(words(other), use.position)
            }
        })

    private static func words(_ letter: Unicode.Scalar) -> String {
        "`\(letter)` (U+\(String(letter.value, radix: 16, uppercase: true))) is not the Latin letter it looks like"
    }

    /// A finding for a look-alike in a name, where it is not valid Lua: the parser's error points at it.
    private static func inName(_ bytes: [UInt8], _ error: SyntaxError) -> Finding? {
        guard error.offset < bytes.count else { return nil }
        let scalar = String(decoding: bytes[error.offset...].prefix(4), as: UTF8.self).unicodeScalars.first
        guard let scalar, lookAlikes.contains(scalar) else { return nil }
        return Finding(words(scalar), line: error.line, column: error.column)
    }

    /// Letters of Cyrillic and Greek that look like Latin ones (after Unicode Technical Standard #39, confusables).
    private static let lookAlikes = Set("аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧαιονρυ".unicodeScalars)
}
