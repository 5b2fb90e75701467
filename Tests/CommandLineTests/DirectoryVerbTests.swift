internal import ProgramSupport
internal import Testing

@Suite struct DirectoryVerbTests {
    private func demo() -> Session {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        return session
    }

    @Test(arguments: [
        (["user", "list"], "Bjørn Haugen"), (["user", "show", "bjorn"], "Sales > Integrator"),
        (["user", "show", "Bjørn Haugen"], "u-bjorn"), (["department", "list"], "    Sales North"),
        (["department", "show", "Payroll"], "Nordlys Logistics > Finance"),
        (["department", "show", "d-payroll"], "finance.enter  (Finance)"),
        (["user-type", "list"], "orders.create, orders.read"), (["user-type", "show", "Integrator"], "orders.create"),
    ])
    func `the directory can be shown`(arguments: [String], text: String) {
        let result = demo().run(arguments + ["--tenant", "3"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains(text), "\(result.output)")
    }

    @Test(arguments: ["tenant", "user", "department", "user-type"])
    func `every list has a form for machines`(noun: String) {
        let session = demo()
        let tenant = ["DEMILUNE_TENANT": "acme"]
        let json = session.run(noun, "list", "--json", environment: tenant)
        #expect(json.output.hasPrefix("[") && json.output.contains("acme"), "\(json.output)")
        let csv = session.run(noun, "list", "--csv", environment: tenant)
        #expect(csv.output.hasPrefix("id,"))
        #expect(csv.errors.isEmpty)
        #expect(session.run(noun, "list", "--csv", "--json", environment: tenant).status == 64)
    }

    @Test func `a person must be named unambiguously`() {
        let session = demo()
        let tenant = session.run("user", "list")
        #expect(tenant.status == 64)
        #expect(tenant.errors.contains("missing required option --tenant: one of `3`, `acme`"), "\(tenant.errors)")
        let user = session.run("user", "show", "bjornn", "--tenant", "3")
        #expect(user.status == 1)
        #expect(user.errors.contains("(did you mean `bjorn`?)"), "\(user.errors)")
        #expect(session.run("user", "show", "lucia", "--tenant", "3").status == 1)
    }
}
