internal import Model
internal import Testing

@Suite struct RightsTests {
    private func tenant() -> TenantRecord {
        var tenant = TenantRecord(id: "t", name: "T", zone: "UTC")
        tenant.departments = [
            DepartmentRecord(id: "top", name: "Top", requires: ["top.enter"]),
            DepartmentRecord(id: "low", name: "Low", parent: "top", requires: ["orders.read", "low.enter"]),
        ]
        tenant.userTypes = [UserTypeRecord(id: "clerk", name: "Clerk", permissions: ["orders.*", "users.read"])]
        tenant.users = [
            UserRecord(
                id: "u", name: "u", fullName: "U", email: "", permissions: ["low.enter", "users.read"],
                assignments: [AssignmentRecord(id: "a", department: "low", userType: "clerk")])
        ]
        return tenant
    }

    private func rights(under ceiling: Ceiling? = nil) throws -> Rights {
        let directory = try Directory(Organisation(tenants: [tenant()]))
        return Rights(of: ceiling.map { directory.narrowed(0, under: $0) } ?? directory.assignments[0], in: directory)
    }

    @Test func `under a ceiling what it leaves is listed, with its sources and the gates that it closes`() throws {
        var ceiling = Ceiling()
        ceiling.permissions = ["orders.read", "users.*", "low.enter"]
        let rights = try rights(under: ceiling)
        #expect(rights.grants.map(\.permission) == ["low.enter", "orders.read", "users.read"])
        #expect(rights.grants.map(\.sources) == [[.user], [.userType], [.userType, .user]])
        ceiling.permissions = ["orders.read"]
        #expect(try self.rights(under: ceiling).gates.map(\.missing) == [["low.enter"], ["top.enter"]])
    }

    @Test func `each permission has its sources`() throws {
        let rights = try rights()
        #expect(rights.grants.map(\.permission) == ["low.enter", "orders.*", "users.read"])
        #expect(rights.grants.map(\.sources) == [[.user], [.userType], [.userType, .user]])
    }

    @Test func `a gate that is not passed has its missing permissions, also one above`() throws {
        let rights = try rights()
        #expect(rights.gates.map(\.missing) == [["top.enter"]])
    }

    @Test func `merging replaces records with the same id and keeps the others`() {
        let before = Organisation(tenants: [tenant()])
        var change = TenantRecord(id: "t", name: "New", zone: "UTC")
        change.users = [
            UserRecord(
                id: "u", name: "u", fullName: "U", email: "", isActive: false,
                assignments: [AssignmentRecord(id: "b", department: "top", userType: "clerk")])
        ]
        let after = before.merging(Organisation(tenants: [change, TenantRecord(id: "z", name: "Z", zone: "UTC")]))
        #expect(after.tenants.map(\.id) == ["t", "z"])
        #expect(after.tenants[0].name == "New")
        #expect(after.tenants[0].departments == before.tenants[0].departments)
        #expect(after.tenants[0].users.map(\.isActive) == [false])
        #expect(after.tenants[0].users[0].assignments.map(\.id) == ["a", "b"])
    }
}
