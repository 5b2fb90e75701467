import Decisions
import Foundation
import Model
import Policies
import TestSupport

/// A script of `Hostile` in a policy set of three: one policy before it and one after it show that they still run.
struct Attack {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Hostile")

    static var scripts: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".lua") && $0 != "schema.lua" }.sorted()
    }

    /// The result of a decision, as its callers see it.
    struct Response: Equatable {
        let isPermitted: Bool
        let code: String
        /// The policies of the other two that ran.
        let others: [ExactName]
        /// The whole decision with its explanation.
        let line: String
        let failures: [Failure]
        /// False when memory or time ended an evaluation: these are safety nets, with which fuel may differ between
        /// runs.
        var isExact: Bool { failures.allSatisfy { $0.kind == .failed || $0.kind == .fuel } }

        static func == (one: Self, other: Self) -> Bool {
            guard one.isExact, other.isExact else {
                return one.isPermitted == other.isPermitted && one.code == other.code && one.others == other.others
            }
            return one.line == other.line
        }
    }

    let set: PolicySet?
    let diagnostics: [Diagnostic]

    init(_ policy: [UInt8]) throws {
        let witness = "return { on = \"access\", decide = function() advise(\"here\") end }"
        let result = PolicySet.load(
            PolicySource(
                path: "p",
                files: [
                    .init(name: "schema.lua", bytes: try Self.read("schema.lua")),
                    .init(name: "hostile.lua", bytes: policy),
                    .init(name: "before.lua", bytes: Array(witness.utf8)),
                    .init(name: "later.lua", bytes: Array(witness.utf8)),
                ]))
        set = result.set
        diagnostics = result.diagnostics
    }

    static func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// Decides one request several times with an engine of its own; nothing when the set does not load.
    func answers(_ count: Int, budget: Budget = Budget()) throws -> [Response] {
        guard let set else { return [] }
        let authorizer = try Decider(policies: set, directory: try Fixture.directory(), budget: budget, detail: .trace)
        return try (0..<count).map { _ in
            let decision = try authorizer.decide(Self.question)
            var writer = JSONWriter()
            decision.write(to: &writer, explain: true)
            return Response(
                isPermitted: decision.isPermitted, code: decision.code,
                others: decision.advice.filter { $0.text == "here" }.map(\.policy),
                line: String(decoding: writer.bytes, as: UTF8.self), failures: decision.failures)
        }
    }

    private static let question = AuthorizationRequest(
        action: "orders.read", subject: .token(Fixture.token.description),
        resource: .init(
            type: "order", id: "1",
            properties: .object([
                .init("department", .string("north")), .init("amount", .integer(12)), .init("note", .string("a note")),
            ])),
        context: .object([
            .init("note", .string("never")), .init("long", .string(String(repeating: "long ", count: 100_000))),
            .init("template", .string("{token.department}")), .init("pattern", .string("(.-)(.-)(.-)%s")),
            .init("star", .string("orders.*")), .init("accent", .string("\u{E9}")),
            .init("replacement", .string("\u{FFFD}")),
            .init("tags", .array([.string("one"), .string("two"), .string("three")])),
        ]), now: Instant("2026-06-01T12:00:00Z")!)
}
