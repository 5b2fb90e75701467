import Analysis
import Decisions
import Model
import Policies
import TestSupport
import Testing

/// The limits that the advice for a token tells of itself, and its other findings.
@Suite struct AdviceFindingsTests {
    // MARK: What is not known

    @Test func `an unused token needs nothing that is known`() throws {
        let fixture = try AnalysisFixture.policy(AdviceFixture.can)
        let token = try #require(
            try AdviceFixture.advice(fixture, [AdviceFixture.question(of: AnalysisFixture.token)]).tokens.first)
        guard case .unused? = token.obstacle else {
            Issue.record("\(token)")
            return
        }
        #expect(token.needed == nil && token.uses.permitted == 0)
    }

    @Test func `masked requests show no need, and are told`() throws {
        let fixture = try AnalysisFixture.policy(AdviceFixture.can)
        var secret = AdviceFixture.question()
        secret.context = .object([.init("ip", .string("10.0.0.1"))])
        let lines = [try AdviceFixture.line(fixture, secret, masked: ["ip"])]
        let advice = try AdviceFixture.advice(fixture, [AdviceFixture.question()], lines: lines)
        let token = try #require(advice.tokens.first)
        guard case .masked(1)? = token.obstacle else {
            Issue.record("\(token)")
            return
        }
        #expect(token.needed == nil && token.uses.permitted == 2 && advice.log.omitted.count == 1)
    }

    @Test func `lines that are none are told, and denied requests need nothing`() throws {
        let fixture = try AnalysisFixture.policy(AdviceFixture.can)
        let denied = AdviceFixture.question("orders.approve", of: AnalysisFixture.token)
        let advice = try AdviceFixture.advice(
            fixture, [denied], of: [0], lines: [Array("no JSON".utf8), Array("{}".utf8)])
        let token = try #require(advice.tokens.first)
        #expect(token.uses.denied == 1 && token.uses.permitted == 0)
        #expect(advice.log.lines == 3 && advice.log.omitted.byReason.map(\.reason) == [.unreadable, .incomplete])
    }

    @Test func `requests that are denied today do not count, and are told`() throws {
        let fixture = try AnalysisFixture.policy(AdviceFixture.can)
        let lines = [
            try AdviceFixture.line(fixture, AdviceFixture.question("orders.approve")),
            try AdviceFixture.line(fixture, AdviceFixture.question("orders.read")),
        ]
        let strict = try AnalysisFixture.policy(
            "if request.action == \"orders.approve\" then deny(\"no more\") end " + AdviceFixture.can)
        let token = try #require(try AdviceFixture.advice(strict, [], lines: lines).tokens.first)
        #expect(token.needed == ["orders.read"] && token.least?.kept == 1 && token.least?.lapsed == 1)
        let none = try #require(try AdviceFixture.advice(strict, [], lines: [lines[0]]).tokens.first)
        guard case .lapsed? = none.obstacle else {
            Issue.record("\(none)")
            return
        }
    }

    @Test func `requests before the window do not count`() throws {
        let fixture = try AnalysisFixture.policy(AdviceFixture.can)
        let before = AdviceFixture.question("orders.approve", at: Instant("2026-09-30T23:59:59Z")!)
        let advice = try AdviceFixture.advice(fixture, [before, AdviceFixture.question()])
        let token = try #require(advice.tokens.first)
        #expect(token.uses.permitted == 1 && token.needed == ["orders.read"] && advice.log.outside == 1)
        #expect(advice.log.first == before.now && advice.log.last == AnalysisFixture.now)
    }

    @Test func `lines of tokens that are not in the store are told, and tokens that have ended are noticed as such`()
        throws
    {
        let fixture = try AnalysisFixture.policy(AdviceFixture.can)
        var tenant = AnalysisFixture.tenant
        tenant.tokens.removeFirst()
        tenant.tokens[0].revoked = AnalysisFixture.now
        let other = try Directory(Organisation(tenants: [tenant]))
        let found = try AdviceFixture.advice(
            fixture,
            [AdviceFixture.question(of: AnalysisFixture.token), AdviceFixture.question(), AdviceFixture.question()],
            of: [0], on: other)
        #expect(found.log.omitted.byReason.map(\.reason) == [.unknownToken] && found.log.unread == 0)
        #expect(AdviceFixture.words(found.tokens[0]) == ["ended(code: \"token_revoked\")"])
    }

    // MARK: What else is noticed

    @Test func `idle, ending, suspended and inactive tokens are noticed`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.tokens[0].lastActive = Instant("2026-03-01T00:00:00Z")
        tenant.tokens[1].suspended = Instant("2026-10-01T00:00:00Z")
        tenant.users[0].isActive = false
        let directory = try Directory(Organisation(tenants: [tenant]))
        let fixture = try AnalysisFixture.policy(AdviceFixture.can, directory: directory)
        let tokens = try AdviceFixture.advice(fixture, [], of: [0, 1], lines: [Array("{}".utf8)]).tokens
        #expect(
            AdviceFixture.words(tokens[0]) == [
                "dormant(since: 2026-03-01T00:00:00Z)", "expiring(2027-01-01T00:00:00Z)",
                "inactive(code: \"user_inactive\")",
            ])
        #expect(AdviceFixture.words(tokens[1]) == ["unused", "inactive(code: \"user_inactive\")", "suspended"])
    }

    @Test func `tokens that last longer than policies advise, or that they would refuse, are noticed`() throws {
        let fixture = try AnalysisFixture.demo()
        let numbers = ["Legacy ERP bridge", "Weather feed", "Warehouse sync"].compactMap { name in
            fixture.directory.tokens.firstIndex { $0.name == ExactName(name) }
        }
        let tokens = try AdviceFixture.advice(fixture, [], of: numbers, lines: [Array("{}".utf8)]).tokens
        #expect(AdviceFixture.words(tokens[0]).contains { $0.hasPrefix("long(advised: ") })
        #expect(AdviceFixture.words(tokens[1]).contains("refusedAsMade(policies: [expiry_cap])"))
        #expect(!AdviceFixture.words(tokens[2]).contains { $0.hasPrefix("long") || $0.hasPrefix("refused") })
    }
}
