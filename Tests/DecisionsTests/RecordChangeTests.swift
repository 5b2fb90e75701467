import Model
import TestSupport
import Testing

/// The fields of records that differ between two versions of an organisation.
@Suite struct RecordChangeTests {
    @Test func `each field that differs is told, with both values`() throws {
        let before = try Organisation.demo()
        var after = before
        after.tenants[0].name = "Other"
        after.tenants[0].userTypes[0].permissions = ["x.read"]
        after.tenants[0].users[0].isActive = false
        after.tenants[0].users[0].assignments[0].isRemoved = true
        after.tenants[0].departments.removeLast()
        after.tenants[0].tokens[0].description = "new"
        let tenant = before.tenants[0]
        let changes = before.changes(to: after)
        #expect(
            changes.map {
                "\($0.list)/\($0.id) \($0.field): \($0.before?.compact ?? "-") > \($0.after?.compact ?? "-")"
            } == [
                "/\(tenant.id) name: \"\(tenant.name)\" > \"Other\"",
                "user_types/\(tenant.userTypes[0].id) permissions: "
                    + "\(JSON.strings(tenant.userTypes[0].permissions).compact) > [\"x.read\"]",
                "users/\(tenant.users[0].id) active: true > false",
                "assignments/\(tenant.users[0].assignments[0].id) removed: - > true",
                "tokens/\(tenant.tokens[0].id) description: \"\(tenant.tokens[0].description ?? "")\" > \"new\"",
            ])
        #expect(before.changes(to: before).isEmpty)
        let back = after.changes(to: before)
        #expect(back.map(\.field) == changes.map(\.field) && zip(back, changes).allSatisfy { $0.before == $1.after })
    }
}
