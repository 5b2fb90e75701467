package import Model

extension Decision {
    /// Writes the AuthZEN answer: `{"decision":true}`, always with obligations, and with the names of those that the
    /// caller does not support; with `explain` everything else too.
    package func write(to writer: inout JSONWriter, explain: Bool) {
        writer.object { writer in
            writer.member("decision", boolean: isPermitted)
            guard explain || !obligations.isEmpty || !unsupported.isEmpty else { return }
            writer.object("context") { writer in
                if explain { writeExplanation(to: &writer) }
                if !obligations.isEmpty { writer.array("obligations", writeObligations) }
                if !unsupported.isEmpty { writer.member("unsupported_obligations", strings: unsupported) }
            }
        }
    }

    /// Writes obligations as in AuthZEN's profile, and with the members of the first form: `name` and `details`.
    private func writeObligations(to writer: inout JSONWriter) {
        for (obligation, id) in zip(obligations, obligations.identifiers) {
            writer.object { writer in
                writer.member("id", string: id)
                writer.member("type", string: obligation.text)
                writer.member("properties", value: .object(obligation.details))
                obligation.writeMembers(to: &writer)
            }
        }
    }

    private func writeExplanation(to writer: inout JSONWriter) {
        writer.member("code", string: code)
        writer.member("policy_code", string: policyCode)
        writer.array("reasons", reasons.write)
        writer.array("advice", advice.write)
        if !overruled.isEmpty {
            writer.array("overruled") { writer in
                for statement in overruled { statement.write(to: &writer, hidesText: false) }
            }
        }
        writeObserved(to: &writer, hidesTexts: false)
        if !failures.isEmpty { writer.array("failures", failures.write) }
        if !ignored.isEmpty { writer.member("ignored", strings: ignored) }
        writer.member("version", string: version)
        writer.array("trace") { writer in for trace in traces { trace.write(to: &writer) } }
    }
}

extension Decision {
    /// Writes the statements and failures of observing policies under `observed`; nothing where there are none.
    /// - Parameter hidesTexts: true to mask every text that could quote a property's content.
    func writeObserved(to writer: inout JSONWriter, hidesTexts: Bool) {
        guard !observed.isEmpty || !observedFailures.isEmpty else { return }
        writer.array("observed") { writer in
            for statement in observed { statement.write(to: &writer, hidesText: hidesTexts) }
            for failure in observedFailures { (hidesTexts ? failure.masked : failure).write(to: &writer) }
        }
    }
}

extension [PolicyStatement] {
    /// The id of each obligation, unique among them: its policy and line, and a number from the second of a line on.
    package var identifiers: [String] {
        var counts: [ExactName: Int] = [:]
        return map { statement in
            let place: ExactName = "\(statement.policy):\(statement.line)"
            let count = counts[place, default: 0] + 1
            counts[place] = count
            return count == 1 ? place.text : "\(place):\(count)"
        }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        for statement in self { writer.object(statement.writeMembers) }
    }
}

extension [Failure] {
    fileprivate func write(to writer: inout JSONWriter) {
        for failure in self { failure.write(to: &writer) }
    }
}

extension PolicyStatement {
    /// Writes the statement with its effect, for lists that mix effects.
    func write(to writer: inout JSONWriter, hidesText: Bool) {
        writer.object { writer in
            writer.member("effect", string: effect.rawValue)
            (hidesText ? masked : self).writeMembers(to: &writer)
        }
    }

    fileprivate var masked: PolicyStatement {
        PolicyStatement(policy: policy, line: line, effect: effect, text: "(masked)", occasion: occasion)
    }

    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.member("policy", string: policy)
        writer.member("line", integer: line)
        writer.member(effect == .oblige ? "name" : "text", string: text)
        writer.member("code", string: code)
        if effect == .oblige { writer.member("on", string: occasion.rawValue) }
        if !details.isEmpty { writer.member("details", value: .object(details)) }
    }
}

extension Failure {
    fileprivate var masked: Failure { Failure(policy: policy, line: line, kind: kind, message: "(masked)") }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("policy", string: policy)
            writer.member("line", integer: line)
            writer.member("kind", string: kind.rawValue)
            writer.member("message", string: message)
        }
    }
}

extension PolicyTrace {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("policy", string: policy)
            writer.member("fuel", integer: fuel)
            writer.member("facts", strings: facts.map { "\($0.text) = \($0.value)" })
        }
    }
}

extension RequestError {
    /// Writes the answer to an invalid request: a refusal with status 400.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("decision", boolean: false)
            writer.object("context") { writer in
                writer.object("error") { writer in
                    writer.member("status", integer: 400)
                    writer.member("message", string: message)
                }
            }
        }
    }
}
