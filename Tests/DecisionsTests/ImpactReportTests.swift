import Decisions
import Model
import TestSupport
import Testing

@Suite struct ImpactReportTests {
    private static let now = Instant("2026-11-22T12:00:00Z")!
    private static let actions: [ExactName] = ["orders.read", "orders.approve", "orders.delete"]

    private func losses(
        before: (inout TenantRecord) -> Void = { _ in }, after: (inout TenantRecord) -> Void
    ) throws -> [(token: Token, code: String?, actions: [ExactName], departments: [ExactName])] {
        try impact(before: before, after: after).changes.filter { !$0.lost.isEmpty }.map {
            ($0.token, $0.lost.code, $0.lost.actions, $0.lost.departments)
        }
    }

    private func impact(
        before: (inout TenantRecord) -> Void = { _ in }, after: (inout TenantRecord) -> Void
    ) throws -> ImpactReport {
        let one = try Fixture.directory(before)
        let other = try Fixture.directory {
            before(&$0)
            after(&$0)
        }
        return ImpactReport(from: one, to: other, actions: Self.actions, now: Self.now)
    }

    @Test func `losing a permission loses the actions it covered`() throws {
        let losses = try losses { $0.userTypes[0].permissions = ["orders.read"] }
        #expect(losses.map(\.token.id) == [Fixture.token])
        #expect(losses.first?.actions == ["orders.approve", "orders.delete"])
        #expect(losses.first?.code == nil)
    }

    @Test func `a requirement closes a department and those under it`() throws {
        let losses = try losses { $0.departments[0].requires = ["sales.enter"] }
        #expect(losses.first?.departments == ["north", "sales"])
    }

    @Test(arguments: ["user_inactive", "department_inactive", "assignment_gone", "token_revoked"])
    func `a token that becomes useless is reported with its new code`(code: String) throws {
        let losses = try losses { tenant in
            switch code {
            case "user_inactive": tenant.users[0].isActive = false
            case "department_inactive": tenant.departments[0].isActive = false
            case "assignment_gone": tenant.users[0].assignments[0].isRemoved = true
            default: tenant.tokens[0].revoked = Instant("2026-11-22T00:00:00Z")
            }
        }
        #expect(losses.map(\.code) == [code])
    }

    @Test func `a token that gains permissions, or is invalid already, loses nothing`() throws {
        #expect(try losses { $0.userTypes[0].permissions = ["*"] }.isEmpty)
        #expect(try losses { $0.userTypes[0].isActive = false }.isEmpty)
        let dead = try losses(
            before: { $0.tokens[0].expires = Instant("2026-02-01T00:00:00Z")! }, after: { $0.users[0].isActive = false }
        )
        #expect(dead.isEmpty)
    }

    @Test func `a token gains what its permissions cover and where they let it in`() throws {
        let wider = try impact(
            before: {
                $0.userTypes[0].permissions = ["orders.read"]
                $0.departments[2].requires = ["orders.delete"]
            }, after: { $0.userTypes[0].permissions = ["*"] })
        #expect(wider.losing == 0 && wider.gaining == 1)
        #expect(wider.changes.map(\.gained.actions) == [["orders.approve", "orders.delete"]])
        #expect(wider.changes.map(\.gained.departments) == [["finance"]] && wider.changes[0].gained.code == nil)
        let again = try impact(before: { $0.users[0].isActive = false }, after: { $0.users[0].isActive = true })
        #expect(again.changes.map(\.gained.code) == ["user_inactive"])
        #expect(again.changes[0].gained.actions == Self.actions.sorted() && again.losing == 0)
        let made = try impact(
            before: { $0.tokens = [] },
            after: {
                $0.tokens = [
                    TokenRecord(
                        id: Fixture.token, kind: .api, name: "one", assignment: "a1",
                        created: Instant("2026-01-01T00:00:00Z")!, expires: Instant("2027-01-01T00:00:00Z")!)
                ]
            })
        #expect(made.changes.map(\.isNew) == [true] && made.changes[0].gained.code == "token_unknown")
    }

    /// The gains of one direction are the losses of the other.
    @Test func `a change and its reverse mirror each other`() throws {
        for seed in 0..<40 as Range<UInt64> {
            var numbers = (
                StoreGenerator(seed: seed, isOfOracle: true), StoreGenerator(seed: seed + 1_000, isOfOracle: true)
            )
            let (one, other) = (try Directory(numbers.0.organisation()), try Directory(numbers.1.organisation()))
            let there = ImpactReport(from: one, to: other, actions: Self.actions, now: Self.now)
            let back = ImpactReport(from: other, to: one, actions: Self.actions, now: Self.now)
            #expect(ImpactReport(from: one, to: one, actions: Self.actions, now: Self.now).changes.isEmpty)
            #expect(there.changes.map(\.token.id) == back.changes.map(\.token.id))
            for (change, reverse) in zip(there.changes, back.changes) {
                #expect(
                    change.lost == reverse.gained || change.lost.code != nil && reverse.gained.code == change.lost.code)
                #expect(
                    change.gained == reverse.lost
                        || change.gained.code != nil && reverse.lost.code == change.gained.code)
            }
        }
    }
}
