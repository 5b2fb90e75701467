internal import Decisions
internal import Model
internal import Testing

@Suite struct ImpactReportTests {
    private static let now = Instant("2026-11-22T12:00:00Z")!
    private static let actions: [ExactName] = ["orders.read", "orders.approve", "orders.delete"]

    private func losses(
        before: (inout TenantRecord) -> Void = { _ in }, after: (inout TenantRecord) -> Void
    ) throws -> [ImpactReport.Loss] {
        let one = try Fixture.directory(before)
        let other = try Fixture.directory {
            before(&$0)
            after(&$0)
        }
        return ImpactReport(from: one, to: other, actions: Self.actions, now: Self.now).losses
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
}
