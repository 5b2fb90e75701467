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
        if !observed.isEmpty { writer.array("observed", observed.write) }
        if !failures.isEmpty { writer.array("failures", failures.write) }
        if !ignored.isEmpty { writer.member("ignored", strings: ignored) }
        writer.member("version", string: version)
        writer.array("trace") { writer in for trace in traces { trace.write(to: &writer) } }
    }
}

extension [Statement] {
    fileprivate func write(to writer: inout JSONWriter) {
        for statement in self { statement.write(to: &writer) }
    }
}

extension [Failure] {
    fileprivate func write(to writer: inout JSONWriter) {
        for failure in self { failure.write(to: &writer) }
    }
}

extension Statement {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("policy", string: policy)
            writer.member("line", integer: line)
            writer.member(effect == .oblige ? "name" : "text", string: text)
            writer.member("code", string: code)
            if !details.isEmpty { writer.member("details", value: .object(details)) }
        }
    }
}

extension Failure {
    func write(to writer: inout JSONWriter) {
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
