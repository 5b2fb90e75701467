internal import Model
internal import Syntax

extension Rule {
    static let lookAlike = Rule(
        name: "look-alike",
        purpose: "A text that mixes Latin letters with Cyrillic or Greek ones that look the same is not what it seems.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.name == "\u{0430}dmin" then deny("no") end
            end
            return policy
            """,
        find: .policy { policy in
            policy.chunk.strings.compactMap { use in
                let scalars = String(decoding: use.bytes, as: UTF8.self).unicodeScalars
                guard scalars.contains(where: { $0.isASCII && $0.properties.isAlphabetic }),
                    let other = scalars.first(where: { lookAlikes.contains($0) })
                else { return nil }
                let code = String(other.value, radix: 16, uppercase: true)
                return Finding("`\(other)` (U+\(code)) is not the Latin letter it looks like", use.position)
            }
        })

    /// Letters of Cyrillic and Greek that look like Latin ones (after Unicode Technical Standard #39, confusables).
    private static let lookAlikes = Set("аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧαιονρυ".unicodeScalars)
}
