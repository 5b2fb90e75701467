internal import Decisions
internal import Model

/// The answer to a request: permit or deny, with everything that explains it. A value that any thread may use.
public struct Decision: Sendable {
    private let content: Model.Decision

    init(_ content: Model.Decision) { self.content = content }

    /// True for a permit. Nothing else permits.
    public var isPermitted: Bool { content.isPermitted }
    /// The code for programs: `permitted`, `denied`, `not_permitted`, `token_expired`, `policy_failed` …
    public var code: String { content.code }
    /// The code that the denying policy gave, if any: `department_missing`.
    public var policyCode: String? { content.policyCode?.text }
    /// The permits that led to a permit, or the denies that led to a deny.
    public var reasons: [PolicyStatement] { content.reasons.map(PolicyStatement.init) }
    /// Suggestions of policies. They decide nothing.
    public var advice: [PolicyStatement] { content.advice.map(PolicyStatement.init) }
    /// The things that the caller must do: with a permit only those that the request says it can fulfil, with a deny
    /// those that policies state for denies.
    public var obligations: [Obligation] {
        zip(content.obligations, content.obligations.identifiers).map { Obligation($0, id: $1) }
    }
    /// The names of obligations that the request does not say the caller can fulfil, sorted: those for which a permit
    /// became a deny (`obligation_unsupported`), and those of `obligations` on a deny, which stays a deny.
    public var unsupportedObligations: [String] { content.unsupported.map(\.text) }
    /// Statements without an effect on this decision: the permits of a deny, and the obligations that belong to the
    /// other decision.
    public var overruled: [PolicyStatement] { content.overruled.map(PolicyStatement.init) }
    /// Policies that failed. Each of them denies.
    public var failures: [PolicyFailure] { content.failures.map(PolicyFailure.init) }
    /// Statements of policies in mode `observe`, which have no effect.
    public var observed: [PolicyStatement] { content.observed.map(PolicyStatement.init) }
    /// Failures of policies in mode `observe`, which deny nothing.
    public var observedFailures: [PolicyFailure] { content.observedFailures.map(PolicyFailure.init) }
    /// The facts that each policy read; empty unless the request was decided with `traced`.
    public var traces: [PolicyTrace] { content.traces.map(PolicyTrace.init) }
    /// The version of the policies that decided: see `PolicySet.version`.
    public var version: String { content.version }
    /// The paths of the request's members and properties that the schema does not declare. Nothing read them.
    public var ignored: [String] { content.ignored.map(\.text) }

    /// The answer as AuthZEN 1.0 writes it, one JSON object in UTF-8: `{"decision":true}`, always with obligations.
    /// - Parameter explained: true for everything else too, under `context`.
    public func json(explained: Bool = false) -> [UInt8] {
        var writer = JSONWriter()
        content.write(to: &writer, explain: explained)
        return writer.bytes
    }
}

/// A thing that whoever enforces a decision must do, as AuthZEN's profile for obligations writes it.
public struct Obligation: Sendable {
    /// Unique among the obligations of the decision: it names the policy and the line.
    public let id: String
    /// The obligation's name.
    public let type: String
    /// The policy's details: an object.
    public let properties: Value
    /// The policy's id.
    public let policy: String
    /// The line in the policy's file, from 1.
    public let line: Int

    init(_ statement: Model.PolicyStatement, id: String) {
        (self.id, type, policy, line) = (id, statement.text, statement.policy.text, statement.line)
        properties = Value(.object(statement.details))
    }

    /// The obligation's name.
    @available(*, deprecated, renamed: "type") public var text: String { type }
    /// The policy's details.
    @available(*, deprecated, renamed: "properties") public var details: Value { properties }
}

/// A permit, a deny, a suggestion or an obligation that a policy stated.
public struct PolicyStatement: Sendable {
    /// The functions by which policies state something.
    public enum Effect: String, Sendable {
        case permit
        case deny
        case advise
        case oblige
    }

    /// The policy's id.
    public let policy: String
    /// The line in the policy's file, from 1.
    public let line: Int
    /// The function that stated it.
    public let effect: Effect
    /// The reason or the suggestion, for people; an obligation's name. It may quote properties of the request.
    public let text: String
    /// The code of a deny, for programs.
    public let code: String?
    /// The details of a suggestion or an obligation: an object.
    public let details: Value
    /// The decision that an obligation belongs to: true for a deny.
    public let isForDenies: Bool

    init(_ statement: Model.PolicyStatement) {
        (policy, line, text) = (statement.policy.text, statement.line, statement.text)
        (code, details) = (statement.code?.text, Value(.object(statement.details)))
        isForDenies = statement.effect == .oblige && statement.occasion == .deny
        effect =
            switch statement.effect {
            case .permit: .permit
            case .deny: .deny
            case .advise: .advise
            case .oblige: .oblige
            }
    }
}

/// The failure of one policy.
public struct PolicyFailure: Sendable {
    /// The kinds of failures: an error of the policy, or a limit that it reached.
    public enum Kind: String, Sendable {
        case failed
        case instructions
        case memory
        case deadline
    }

    /// The policy's id.
    public let policy: String
    /// The line in the policy's file, from 1; `nil` where a limit was reached.
    public let line: Int?
    /// An error of the policy, or the limit that it reached.
    public let kind: Kind
    /// A clause for people. It may quote properties of the request.
    public let message: String

    init(_ failure: Failure) {
        (policy, line, message) = (failure.policy.text, failure.line, failure.message)
        kind =
            switch failure.kind {
            case .failed: .failed
            case .fuel: .instructions
            case .memory: .memory
            case .deadline: .deadline
            }
    }
}

/// The facts that one policy read, in the order in which it read them.
public struct PolicyTrace: Sendable {
    /// One fact, as text for people.
    public struct Fact: Sendable {
        /// The expression of the policy: `request.resource.department`.
        public let text: String
        /// Its value as text: `true`, `Sales`, `is absent`.
        public let value: String
    }

    /// The policy's id.
    public let policy: String
    /// The facts; those that were read again are there again.
    public let facts: [Fact]
    /// The instructions that the policy took.
    public let instructions: Int

    init(_ trace: Model.PolicyTrace) {
        (policy, instructions) = (trace.policy.text, trace.fuel)
        facts = trace.facts.map { Fact(text: $0.text, value: $0.value) }
    }
}
