package import Model
internal import Policies

extension Evaluator {
    /// The statements of a policy, with their templates filled in for the request.
    /// - Precondition: `evaluate` has not been called since.
    /// - Parameter fills: false leaves templates as written.
    package func statements(_ outcome: Outcome, fills: Bool = true) -> [PolicyStatement] {
        outcome.effects.map { effect in
            let asWritten = effect.kind == .oblige || !fills
            return PolicyStatement(
                policy: set.policies[outcome.policy].id, line: effect.line, effect: effect.kind,
                text: asWritten ? effect.text : fill(effect.text, of: outcome.policy), code: effect.code,
                details: effect.details.map { JSON.Member($0.name, json($0.value)) }, occasion: effect.occasion)
        }
    }

    /// The facts that a policy read, in order, in words.
    /// - Precondition: as for `statements`.
    /// - Parameter names: false leaves out the names whose content each fact shows.
    package func trace(_ outcome: Outcome, names: Bool = true) -> PolicyTrace {
        let facts = outcome.trace.map { id in
            let words = words(of: id)
            return PolicyTrace.Fact(
                text: words.text, value: shown(host.facts.value(id)), isDerived: words.isDerived,
                names: names ? host.namesShown(by: id) : nil)
        }
        return PolicyTrace(policy: set.policies[outcome.policy].id, facts: facts, fuel: outcome.fuel)
    }

    /// The words of a fact that are the same for every request.
    struct FactWords {
        let text: String
        let isDerived: Bool
    }

    private func words(of fact: Expressions.ID) -> FactWords {
        if let known = factWords[fact] { return known }
        let words = FactWords(text: host.expressions.text(fact), isDerived: host.expressions.isMadeByPlugin(fact))
        factWords[fact] = words
        return words
    }

    private func fill(_ text: String, of policy: Int) -> String {
        guard set.policies[policy].templates.contains(ExactName(text)) else { return text }
        let key = TemplateKey(policy: policy, text: ExactName(text))
        if templates[key] == nil {
            let roots = Template.Roots(
                request: requestHandle(of: policy), policy: UInt32(policy), in: host.expressions)
            templates[key] = try? Template(text, roots, resolver: host.resolver, in: host.expressions)
        }
        guard let template = templates[key] else { return text }
        return template.parts.map { part in
            switch part {
            case .text(let text): text
            case .expression(let id): Self.cut(shown(host.facts.value(id)) + limits(of: id), to: Self.mostFilled)
            }
        }.joined()
    }

    /// The words about a department of a holder that reaches a part of it only: ` (limited to Sales North)`. Without them
    /// a reason could say that Sales is outside Sales.
    private func limits(of id: Expressions.ID) -> String {
        guard let holder = host.expressions.departmentHolder(id), let reach = facts.value.assignment(holder)?.reach
        else { return "" }
        return " (limited to \(reach.map { shown(.department($0)) }.joined(separator: ", ")))"
    }

    /// The most bytes of a value in a reason, and of a detail. A reason names many values, and a policy gives many
    /// reasons: without a limit they would multiply.
    private static let mostFilled = 200
    private static let mostDetail = 4_096

    private static func cut(_ text: String, to bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        let end = text.unicodeScalars.index(before: text.utf8.index(text.startIndex, offsetBy: bytes + 1))
        return text[..<end] + "…"
    }

    private func json(_ detail: CalledEffect.Detail) -> JSON {
        switch detail {
        case .json(.string(let text)): return .string(Self.cut(text, to: Self.mostDetail))
        case .json(let json): return json
        case .expression(let id):
            switch host.facts.value(id) {
            case .boolean(let value): return .boolean(value)
            case .integer(let value): return .integer(value)
            case .number(let value): return .number(value)
            case .absent, .failure: return .null
            case .department(let index): return .string(host.facts.request.directory.departments[index].id)
            case .user(let index): return .string(host.facts.request.directory.users[index].id)
            case .userType(let index): return .string(host.facts.request.directory.userTypes[index].id)
            case let value:
                if case .list = value { return parts(value) }
                if case .map = value { return parts(value) }
                if case .record = value { return parts(value) }
                return .string(Self.cut(shown(value), to: Self.mostDetail))
            }
        }
    }

    /// A value with parts as it is in a request; cut, as words, where it is long.
    private func parts(_ value: Value) -> JSON {
        let json = value.json(in: host.facts.request.directory)
        if let json, json.compact.utf8.count <= Self.mostDetail { return json }
        return .string(Self.cut(shown(value), to: Self.mostDetail))
    }

    private func shown(_ value: Value) -> String { value.words(in: host.facts.request.directory) }
}
