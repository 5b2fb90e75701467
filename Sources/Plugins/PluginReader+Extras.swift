internal import Lua
internal import Model
internal import Policies
internal import Syntax

/// The parts of a manifest that are not for policies: checks, sinks and commands.
extension PluginReader {
    mutating func check(_ name: ExactName, _ value: LuaValue, _ result: inout ReadPlugin) {
        let place = "checks.\(name)"
        let fields = fields(value, "`\(place)`", ["severity", "good", "bad", "run"], at: place)
        guard isFunction(fields["run"]) else {
            return report("`\(place)` needs `run`, a function of a policy", at: place)
        }
        switch fields["severity"] ?? .string("warning") {
        case .string("warning"), .string("error"): break
        case let other: report("`\(place)`: `severity` is \"warning\" or \"error\", got \(other.shown)", at: place)
        }
        result.extras.checks.append(
            .init(
                name: name, about: outline?.comment(before: place) ?? "",
                isError: fields["severity"] == .string("error"), examples: examples(fields, place),
                line: outline?.line(place) ?? 1, path: "provides.\(place).run"))
    }

    /// The policies that illustrate a check; a check gives both or none.
    private mutating func examples(_ fields: [ExactName: LuaValue], _ place: String) -> PluginExtras.Check.Examples? {
        guard fields["good"] != nil || fields["bad"] != nil else { return nil }
        guard case .string(let good)? = fields["good"], case .string(let bad)? = fields["bad"] else {
            report(
                "`\(place)`: `good` and `bad` must be given together, each the source of a policy: one without "
                    + "and one with a finding", at: place)
            return nil
        }
        for (name, text) in [("good", good), ("bad", bad)] {
            do throws(SyntaxError) { _ = try Chunk.parse(Array(text.utf8)) } catch {
                report(
                    "`\(place).\(name)` is not valid Lua: line \(error.line) of it: \(error.message)",
                    at: "\(place).\(name)")
            }
        }
        return .init(good: Self.flush(good), bad: Self.flush(bad))
    }

    /// A text without its common indentation.
    private static func flush(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func isBlank(_ line: Substring) -> Bool { line.allSatisfy { $0 == " " } }
        let margin = lines.filter { !isBlank($0) }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        let body = lines.map { $0.dropFirst(margin) }
        return body[..<(body.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? 0)].joined(separator: "\n")
    }

    mutating func sink(_ name: ExactName, _ value: LuaValue, _ result: inout ReadPlugin) {
        let place = "sinks.\(name)"
        let stated = fields(value, "`\(place)`", ["to", "rotate", "keep", "line"], at: place)
        if !needs.contains("log") {
            report("`\(place)`: it uses `log` without declaring it: add it to `needs`", at: place)
        }
        let rotation = fields(stated["rotate"], "`\(place).rotate`", ["mebibytes", "files"], at: place)
        func number(_ name: ExactName, _ usual: Int64, _ range: ClosedRange<Int64>) -> Int? {
            guard case .integer(let number) = rotation[name] ?? .integer(usual), range.contains(number) else {
                return nil
            }
            return Int(number)
        }
        guard let size = number("mebibytes", 100, 1...10_000), let kept = number("files", 5, 0...100) else {
            return report("`\(place)`: `rotate` must have `mebibytes`, 1 to 10000, and `files`, 0 to 100", at: place)
        }
        guard let to = stated["to"], to == .string("file") || to == .string("syslog") else {
            return report("`\(place)`: `to` is \"file\" or \"syslog\", got \((stated["to"] ?? .nil).shown)", at: place)
        }
        for name in ["keep", "line"] as [ExactName] where stated[name] != nil && !isFunction(stated[name]) {
            report("`\(place)`: `\(name)` is a function of a decision", at: place)
        }
        result.extras.sinks.append(
            .init(
                name: name, about: outline?.comment(before: place) ?? "", isSystem: to == .string("syslog"),
                mostBytes: size << 20, kept: kept, keep: stated["keep"].map { _ in "provides.\(place).keep" },
                line: stated["line"].map { _ in "provides.\(place).line" }))
    }

    mutating func command(_ name: ExactName, _ value: LuaValue, _ result: inout ReadPlugin) {
        let place = "commands.\(name)"
        let fields = fields(value, "`\(place)`", ["takes", "run"], at: place)
        guard isFunction(fields["run"]) else { return report("`\(place)` needs `run`, a function", at: place) }
        let parameters = parameters(fields["takes"], place)
        result.extras.commands.append(
            .init(
                name: name, about: outline?.comment(before: place) ?? "", parameters: parameters,
                path: "provides.\(place).run"))
    }
}
