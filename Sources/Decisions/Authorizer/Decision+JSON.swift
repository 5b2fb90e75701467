package import Model

extension Decision {
    /// The AuthZEN answer: `{"decision":true}`, with obligations always, and everything else when asked to explain.
    package func write(to writer: inout JSONWriter, explain: Bool) {
        writer.object { writer in
            writer.member("decision", boolean: isPermitted)
            guard explain || !obligations.isEmpty else { return }
            writer.object("context") { writer in
                if explain { writeExplanation(to: &writer) }
                if !obligations.isEmpty { writer.array("obligations", obligations.write) }
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
    /// What observing policies said, and how they failed, under `observed`; nothing where none did.
    /// - Parameter hidesTexts: whether everything that could quote a property's content is left out.
    func writeObserved(to writer: inout JSONWriter, hidesTexts: Bool) {
        guard !observed.isEmpty || !observedFailures.isEmpty else { return }
        writer.array("observed") { writer in
            for statement in observed { statement.write(to: &writer, hidesText: hidesTexts) }
            for failure in observedFailures { (hidesTexts ? failure.masked : failure).write(to: &writer) }
        }
    }
}

extension [PolicyStatement] {
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
    /// With its effect, where statements of several kinds stand together.
    func write(to writer: inout JSONWriter, hidesText: Bool) {
        writer.object { writer in
            writer.member("effect", string: effect.rawValue)
            (hidesText ? masked : self).writeMembers(to: &writer)
        }
    }

    fileprivate var masked: PolicyStatement {
        PolicyStatement(policy: policy, line: line, effect: effect, text: "(masked)")
    }

    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.member("policy", string: policy)
        writer.member("line", integer: line)
        writer.member(effect == .oblige ? "name" : "text", string: text)
        writer.member("code", string: code)
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
    /// The answer to what is no question: a refusal with status 400.
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
