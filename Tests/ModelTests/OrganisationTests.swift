import Model
import Testing

@Suite struct OrganisationTests {
    @Test(arguments: [
        ("{\"tenats\":[]}", ""), ("{\"tenants\":{}}", "tenants"), ("{\"tenants\":[1]}", "tenants[0]"),
        ("{\"tenants\":[{\"id\":\"a\",\"name\":\"\",\"zone\":\"UTC\"}]}", "tenants[0].name"),
        ("{\"tenants\":[{\"id\":\"a\",\"name\":\"A\",\"zone\":7}]}", "tenants[0].zone"),
        (
            "{\"tenants\":[{\"id\":\"a\",\"name\":\"A\",\"zone\":\"UTC\",\"user_types\":[{\"id\":\"t\",\"name\":\"T\",\"permissions\":[\"a*b\"]}]}]}",
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
        let world = PermissionSet(["s3:*", "GET /todos*", "read*"])
        #expect(world.permits("s3:GetObject") && world.permits("GET /todos") && world.permits("GET /todos/7"))
        #expect(world.permits("read") && world.permits("read:user") && !world.permits("s3") && !world.permits("GET /"))
        #expect(world.covers(PermissionSet(["s3:Get*", "readers"])) && !world.covers(PermissionSet(["s*"])))
        #expect(
            PermissionSet.groups(of: ["a.b.c", "s3:Get", "GET /x", "z."]) == [
                "GET *", "GET /*", "a.*", "a.b.*", "s3:*",
            ])
    }

    @Test(arguments: [
        "orders.read", "s3:GetObject", "read:user", "contents:write", "GET /todos", "GET /todos/{id}", "access", "a",
        "lösche", "cafe\u{301}", "読む", "a..b", "orders.", "(x)=y?&#!",
    ])
    func `whatever the world calls an action is a permission`(name: String) {
        #expect(PermissionSet.fault(name, wildcard: false) == nil)
        #expect(PermissionSet.fault(name, wildcard: true) == nil)
        #expect(PermissionSet.fault(name + "*", wildcard: true) == nil)
        #expect(PermissionSet.fault(name + "*", wildcard: false) != nil)
    }

    @Test(arguments: [
        ("", "a permission is not empty"), (" a", "a permission neither begins nor ends with a space"),
        ("a ", "a permission neither begins nor ends with a space"),
        ("a*b", "`*` must be in last place, where it covers the rest"),
        ("**", "`*` must be in last place, where it covers the rest"),
        ("a,b", "a permission has no quotes, no `\\` and no commas, got `,`"),
        ("a'b", "a permission has no quotes, no `\\` and no commas, got `'`"),
        ("a\nb", "a permission has printable characters and plain spaces only, got U+000A"),
        ("a\u{0}", "a permission has printable characters and plain spaces only, got U+0000"),
        ("a\u{A0}b", "a permission has printable characters and plain spaces only, got U+00A0"),
        ("a\u{202E}b", "a permission has printable characters and plain spaces only, got U+202E"),
        ("\u{301}a", "a permission does not begin with a combining mark"),
        (String(repeating: "é", count: 101), "a permission has at most 200 bytes"),
    ])
    func `a string that no prompt or list could show is no permission`(text: String, fault: String) {
        #expect(PermissionSet.fault(text, wildcard: true) == fault)
    }
}
