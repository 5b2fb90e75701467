internal import Model
internal import Policies

extension Rule {
    static let bidirectional = Rule(
        name: "bidirectional",
        purpose: "Control characters that turn the direction of writing make a source read otherwise than it runs.",
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

    /// Where the characters stand (Unicode Standard Annex #9: embeddings, overrides, isolates and marks).
    static func controls(_ bytes: [UInt8]) -> [Finding] {
        guard bytes.contains(where: { $0 == 0xE2 || $0 == 0xD8 }) else { return [] }
        var findings: [Finding] = []
        var (line, column) = (1, 1)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C:
                let code = String(scalar.value, radix: 16, uppercase: true)
                findings.append(Finding("U+\(code) turns the direction of writing", line: line, column: column))
            default: break
            }
            column += String(scalar).utf8.count
            if scalar == "\n" { (line, column) = (line + 1, 1) }
        }
        return findings
    }
}
