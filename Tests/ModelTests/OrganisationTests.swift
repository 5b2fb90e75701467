import Model
import Testing

@Suite struct OrganisationTests {
    @Test(arguments: [
        ("{\"tenats\":[]}", ""), ("{\"tenants\":{}}", "tenants"), ("{\"tenants\":[1]}", "tenants[0]"),
        ("{\"tenants\":[{\"id\":\"a\",\"name\":\"\",\"zone\":\"UTC\"}]}", "tenants[0].name"),
        ("{\"tenants\":[{\"id\":\"a\",\"name\":\"A\",\"zone\":7}]}", "tenants[0].zone"),
        (
            "{\"tenants\":[{\"id\":\"a\",\"name\":\"A\",\"zone\":\"UTC\",\"user_types\":[{\"id\":\"t\",\"name\":\"T\",\"permissions\":[\"a*\"]}]}]}",
            "tenants[0].user_types[0].permissions[0]"
        ),
        (
            "{\"tenants\":[{\"id\":\"a\",\"name\":\"A\",\"zone\":\"UTC\",\"tokens\":[{\"id\":\"12\"}]}]}",
            "tenants[0].tokens[0].id"
        ),
    ])
    func `a wrong record is reported with its path`(text: String, path: String) throws {
        let json = try JSONReader.parse(text)
        let error = #expect(throws: OrganisationError.self) { try Organisation(json: json) }
        #expect(error?.path == path)
    }

    @Test func `a directory resolves the tree and refuses a cycle`() throws {
        var tenant = TenantRecord(id: "a", name: "A", zone: "UTC")
        tenant.departments = [
            DepartmentRecord(id: "c", name: "C", parent: "b"), DepartmentRecord(id: "a", name: "A"),
            DepartmentRecord(id: "b", name: "B", parent: "a"), DepartmentRecord(id: "d", name: "D", parent: "a"),
        ]
        let directory = try Directory(Organisation(tenants: [tenant]))
        func within(_ one: String, _ other: String) -> Bool {
            directory.department(
                directory.department(ExactName(one), tenant: 0)!,
                isWithin: directory.department(ExactName(other), tenant: 0)!)
        }
        #expect(within("c", "a") && within("c", "b") && within("c", "c") && within("d", "a"))
        #expect(!within("a", "c") && !within("d", "b") && !within("b", "d"))
        tenant.departments[1].parent = "c"
        let error = #expect(throws: OrganisationError.self) { try Directory(Organisation(tenants: [tenant])) }
        #expect(error?.path == "tenants[0].departments[0].parent")
    }

    @Test func `permissions cover what they permit, wildcards included`() {
        let some = PermissionSet(["orders.*", "users.read"])
        #expect(some.permits("orders.read") && some.permits("orders.a.b") && some.permits("users.read"))
        #expect(!some.permits("orders") && !some.permits("users.write") && !some.permits("ordersx.read"))
        #expect(PermissionSet(["*"]).covers(some) && some.covers(PermissionSet(["orders.items.*", "orders.x"])))
        #expect(!some.covers(PermissionSet(["*"])) && !some.covers(PermissionSet(["users.*"])))
    }
}
