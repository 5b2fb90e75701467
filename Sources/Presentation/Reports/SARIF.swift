internal import Model

/// Reports in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS).
enum SARIF {
    struct Rule {
        let id: String
        let text: String
        /// `error`, `warning` or `note`.
        let level: String
    }

    /// A place in a file, 1-based; columns count Unicode code points.
    struct Location {
        let path: String
        let line: Int?
        var column: Int?
    }

    struct Result {
        let rule: String
        let level: String
        let message: String
        let location: Location?
        var related: [Location] = []
    }

    /// A log with one run.
    /// - Parameter remarks: sentences about the run itself.
    static func log(rules: [Rule], results: [Result], remarks: [String] = []) -> JSON {
        let driver = JSON.object([
            .init("name", .string("demilune")),
            .init(
                "rules",
                .array(
                    rules.map { rule in
                        .object([
                            .init("id", .string(rule.id)),
                            .init("shortDescription", .object([.init("text", .string(rule.text))])),
                            .init("defaultConfiguration", .object([.init("level", .string(rule.level))])),
                        ])
                    })),
        ])
        let notifications = remarks.map { remark in
            JSON.object([.init("level", .string("note")), .init("message", text(remark))])
        }
        let invocation = JSON.object([
            .init("executionSuccessful", .boolean(true)), .init("toolExecutionNotifications", .array(notifications)),
        ])
        let run = JSON.object(
            (remarks.isEmpty ? [] : [.init("invocations", .array([invocation]))]) + [
                .init("tool", .object([.init("driver", driver)])), .init("columnKind", .string("unicodeCodePoints")),
                .init(
                    "results",
                    .array(
                        results.map { result in
                            json(result, rules.firstIndex { ExactName($0.id) == ExactName(result.rule) } ?? -1)
                        })),
            ])
        return .object([
            .init("version", .string("2.1.0")),
            .init("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")), .init("runs", .array([run])),
        ])
    }

    /// A message, in which nothing is a link.
    private static func text(_ text: String) -> JSON {
        let plain = text.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
        return .object([.init("text", .string(plain))])
    }

    private static func json(_ result: Result, _ index: Int) -> JSON {
        let locations = result.location.map { [json($0)] } ?? []
        return .object(
            [
                .init("ruleId", .string(result.rule)), .init("ruleIndex", .integer(Int64(index))),
                .init("level", .string(result.level)),
                .init("message", text(result.message)),
                .init("locations", .array(locations)),
            ] + (result.related.isEmpty ? [] : [.init("relatedLocations", .array(result.related.map(json)))]))
    }

    private static func json(_ location: Location) -> JSON {
        var parts = [JSON.Member("artifactLocation", .object([.init("uri", .string(uri(location.path)))]))]
        if let line = location.line {
            let column = location.column.map { [JSON.Member("startColumn", .integer(Int64($0)))] } ?? []
            parts.append(.init("region", .object([.init("startLine", .integer(Int64(line)))] + column)))
        }
        return .object([.init("physicalLocation", .object(parts))])
    }

    /// A path as a URI reference (RFC 3986).
    private static func uri(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                String(decoding: [byte], as: UTF8.self)
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
