package import Model
internal import Policies
internal import Syntax

/// One thing that `check` looks for in policies: each in a file of its own, with examples that are its tests and its
/// documentation.
package struct Rule: Sendable {
    package let name: String
    /// One sentence.
    package let purpose: String
    package let severity: Diagnostic.Severity
    /// A policy in which it finds nothing, and one in which it finds something.
    package let good: String
    package let bad: String
    let find: @Sendable (CheckedPolicy) -> [Finding]

    /// What a rule has found, and where.
    struct Finding {
        let message: String
        let line: Int
        let column: Int

        init(_ message: String, _ position: Position) {
            (self.message, line, column) = (message, position.line, position.column)
        }

        init(_ message: String, line: Int, column: Int) {
            (self.message, self.line, self.column) = (message, line, column)
        }
    }

    /// A policy in which no rule finds anything.
    static let plain = """
        local policy = { on = "access" }
        function policy.decide(request)
          if request.token.kind == "mobile" then deny("not for mobile tokens") end
        end
        return policy
        """

    /// Every rule, by name.
    package static let all: [Rule] = [
        bidirectional, keptState, lookAlike, notAFunction, opensPolicy, saysNothing, shadowedName, silentBranch,
        typeMismatch, unconditionalPermit, unguardedRead, unknownAttribute, unreachable, untested, unusedLocal,
    ].sorted { $0.name < $1.name }
}

/// A policy's file as rules see it.
struct CheckedPolicy {
    let name: String
    let bytes: [UInt8]
    let chunk: Chunk
    /// `nil` when the file does not load by itself.
    let inference: Inference?
    /// Whether a file of tests lies beside it.
    let hasTests: Bool

    static let effects: Set<String> = ["permit", "deny", "advise", "oblige"]

    /// The name of the effect that an expression calls.
    func effect(_ id: Expression.ID) -> String? {
        guard case .call(let callee, _) = chunk[id].kind, case .name(let name) = chunk[callee].kind,
            name.target == .global, Self.effects.contains(name.name)
        else { return nil }
        return name.name
    }

    /// Whether some part of a block calls an effect, functions that are only declared there left out.
    func callsEffect(_ block: Block) -> Bool {
        var found = false
        chunk.walk(block) { node in
            if case .expression(let id) = node {
                if case .function = chunk[id].kind { return false }
                if effect(id) != nil { found = true }
            }
            if case .statement(let statement) = node {
                switch statement.kind {
                case .function, .localFunction: return false
                default: break
                }
            }
            return !found
        }
        return found
    }
}
