package import Model

extension Decision {
    /// The AuthZEN answer: `{"decision":true}`, with obligations always, and everything else when asked to explain.
    package func write(to writer: inout JSONWriter, explain: Bool) {
        writer.beginObject()
        writer.key("decision")
        writer.boolean(isPermitted)
        if explain || !obligations.isEmpty {
            writer.key("context")
            writer.beginObject()
            if explain { writeExplanation(to: &writer) }
            if !obligations.isEmpty { Self.write(obligations, "obligations", to: &writer) }
            writer.endObject()
        }
        writer.endObject()
    }

    private func writeExplanation(to writer: inout JSONWriter) {
        writer.key("code")
        writer.string(code)
        if let policyCode {
            writer.key("policy_code")
            writer.string(policyCode)
        }
        Self.write(reasons, "reasons", to: &writer)
        Self.write(advice, "advice", to: &writer)
        if !observed.isEmpty { Self.write(observed, "observed", to: &writer) }
        if !failures.isEmpty {
            writer.key("failures")
            writer.beginArray()
            for failure in failures {
                writer.beginObject()
                writer.key("policy")
                writer.string(failure.policy)
                if let line = failure.line {
                    writer.key("line")
                    writer.integer(Int64(line))
                }
                writer.key("kind")
                writer.string(failure.kind.rawValue)
                writer.key("message")
                writer.string(failure.message)
                writer.endObject()
            }
            writer.endArray()
        }
        if !ignored.isEmpty {
            writer.key("ignored")
            writer.value(.array(ignored.map(JSON.string)))
        }
        writer.key("version")
        writer.string(version)
        writer.key("trace")
        writer.beginArray()
        for trace in traces {
            writer.beginObject()
            writer.key("policy")
            writer.string(trace.policy)
            writer.key("fuel")
            writer.integer(Int64(trace.fuel))
            writer.key("facts")
            writer.beginArray()
            for fact in trace.facts { writer.string("\(fact.text) = \(fact.value)") }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ statements: [Statement], _ name: String, to writer: inout JSONWriter) {
        writer.key(name)
        writer.beginArray()
        for statement in statements {
            writer.beginObject()
            writer.key("policy")
            writer.string(statement.policy)
            writer.key("line")
            writer.integer(Int64(statement.line))
            writer.key(statement.effect == .oblige ? "name" : "text")
            writer.string(statement.text)
            if let code = statement.code {
                writer.key("code")
                writer.string(code)
            }
            if !statement.details.isEmpty {
                writer.key("details")
                writer.value(.object(statement.details))
            }
            writer.endObject()
        }
        writer.endArray()
    }
}

extension RequestError {
    /// The answer to what is no question: a refusal with status 400.
    package func write(to writer: inout JSONWriter) {
        writer.value(
            .object([
                .init("decision", .boolean(false)),
                .init(
                    "context",
                    .object([
                        .init("error", .object([.init("status", .integer(400)), .init("message", .string(message))]))
                    ])
                ),
            ]))
    }
}
