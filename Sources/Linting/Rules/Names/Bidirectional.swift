internal import Model
internal import Policies

extension Rule {
    static let bidirectional = Rule(
        name: "bidirectional",
        purpose: "Bidirectional control characters make source code read differently from how it runs.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              -- \u{202E} nothing to see here
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
        find: .file { file in controls(file.bytes) })

    /// The findings for all such characters (Unicode Standard Annex #9: embeddings, overrides, isolates and marks).
    static func controls(_ bytes: [UInt8]) -> [Finding] {
        guard bytes.contains(where: { $0 == 0xE2 || $0 == 0xD8 }) else { return [] }
        var findings: [Finding] = []
        var (line, column) = (1, 1)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C:
                let code = String(scalar.value, radix: 16, uppercase: true)
                findings.append(Finding("U+\(code) changes the direction of text", line: line, column: column))
            default: break
            }
            column += String(scalar).utf8.count
            if scalar == "\n" { (line, column) = (line + 1, 1) }
        }
        return findings
    }
}
