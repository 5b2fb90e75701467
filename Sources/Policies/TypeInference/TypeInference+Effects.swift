internal import Model
internal import Syntax

/// Misuse of effects, and of functions that are called for each element.
extension TypeInference {
    /// An argument of `any` or `all` that is no function of an element, or that never returns true or false.
    func misuse(ofWalk name: Identifier, _ arguments: [Expression.ID]) -> Fault? {
        func fault(_ message: String, _ position: Position) -> Fault {
            Fault(rule: "wrong-argument", message: message, position: position)
        }
        let form = "`\(name.name)` takes a function of an element: `x:\(name.name)(function(e) return … end)`"
        guard let first = arguments.first else { return fault(form, name.position) }
        guard case .function(let function) = chunk[first].kind else {
            guard let got = kind(of: first), luaKind(first) != .function else { return nil }
            return fault("\(form), got \(got)", chunk[first].position)
        }
        let results = chunk.results(of: function)
        let wanted = "the function for `\(name.name)` must return true or false"
        if results.isEmpty { return fault("\(wanted), and returns nothing", chunk[first].position) }
        for result in results {
            if case .call(let callee, _) = chunk[result].kind, case .name(let called) = chunk[callee].kind,
                called.target == .global, PolicyStatement.Effect.names.contains(called.name)
            {
                return fault("\(wanted), and returns what `\(called.name)` gives, nothing", chunk[result].position)
            }
            let isBoolean = value(result).map { $0.type == .boolean } ?? (luaKind(result) == .boolean)
            guard !isBoolean, let got = kind(of: result) else { continue }
            return fault("\(wanted), and returns \(got)", chunk[result].position)
        }
        return nil
    }

    func misuse(ofEffect callee: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard case .name(let name) = chunk[callee].kind, name.target == .global,
            PolicyStatement.Effect.names.contains(name.name)
        else { return nil }
        func fault(_ message: String, _ place: Expression.ID) -> Fault {
            Fault(rule: "wrong-argument", message: message, position: chunk[place].position)
        }
        guard let first = arguments.first else {
            if name.name == "permit" { return nil }
            let what = name.name == "oblige" ? "a name" : "a reason"
            return fault("`\(name.name)` takes \(what) first", callee)
        }
        if case .string(let bytes) = chunk[first].kind {
            if bytes.count > 1_000 { return fault("`\(name.name)`: a reason has at most 1,000 bytes", first) }
        } else if let got = kind(of: first), !isPlainText(first), name.name != "permit" || !isNil(first) {
            let hint = value(first)?.isHandle == true ? "; name it in braces: `\"{token.name}\"`" : ""
            return fault("`\(name.name)` takes a string first, got \(got)\(hint)", first)
        }
        guard arguments.count > 1, name.name != "permit" else { return nil }
        return details(name.name, arguments[1]).map { fault($0.message, $0.place) }
    }

    private func details(_ effect: String, _ id: Expression.ID) -> (message: String, place: Expression.ID)? {
        guard case .table(let fields) = chunk[id].kind else {
            guard let got = notTable(id), !isNil(id) else { return nil }
            let known = value(id).flatMap { $0.isHandle ? text($0) : nil }
            let hint = known.map { "; a reason shows it as `{\($0)}`" } ?? ""
            return ("`\(effect)` takes a table second, got \(got)\(hint)", id)
        }
        for field in fields {
            switch field {
            case .named(let name, let value):
                if effect == "oblige", name.name == "on" {
                    if let message = occasion(value) { return (message, value) }
                    continue
                }
                guard effect == "deny" else {
                    guard [.table, .function, .library].contains(luaKind(value)) else { continue }
                    let got = luaKind(value)!.withArticle
                    return ("`\(effect)`: the detail `\(name.name)` cannot be \(got)", value)
                }
                let hint = Suggestion.hint(for: name.name, among: ["code"])
                if name.name != "code" {
                    return ("`deny` takes only the option `code`, got `\(name.name)`\(hint)", value)
                }
                if case .string(let bytes) = chunk[value].kind, (1...100).contains(bytes.count) { continue }
                if !isPlainText(value), let got = kind(of: value) {
                    return ("`code` is a string of 1 to 100 bytes, got \(got)", value)
                }
            case .item(let value): return ("`\(effect)`: a detail needs a name: `{ name = … }`", value)
            case .keyed: continue
            }
        }
        return nil
    }

    /// The fault of the option that says which decision an obligation belongs to.
    private func occasion(_ id: Expression.ID) -> String? {
        let message = "`oblige`: `on` must be \(PolicyStatement.Occasion.listed), the decision it belongs to"
        if case .string(let bytes) = chunk[id].kind {
            let text = String(decoding: bytes, as: UTF8.self)
            if PolicyStatement.Occasion(rawValue: text) != nil { return nil }
            let hint = Suggestion.hint(for: text, among: PolicyStatement.Occasion.allCases.map(\.rawValue))
            return "\(message); got `\(text)`\(hint)"
        }
        guard !isPlainText(id), let got = kind(of: id) else { return nil }
        return "\(message); got \(got)"
    }
}
