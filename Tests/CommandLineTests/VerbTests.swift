internal import ProgramSupport
internal import Testing

@Suite struct VerbTests {
    @Test func `tokens are listed as a table and as JSON`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let table = session.run("token", "list", "--tenant", "3")
        #expect(table.output.contains("Customs declarations"))
        #expect(table.output.hasPrefix("ID "))
        #expect(session.run("token", "list", "--tenant", "3", "--json").output.hasPrefix("{\n  \"tokens\": ["))
        #expect(session.run("token", "list", "--tenant", "33").errors.contains("there is no tenant `33`"))
    }

    @Test func `a decision is given in words and as exit status`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let permit = session.run(
            "decide", "Warehouse sync", "orders.read", "order:42", "department=Sales", "--tenant", "3", "--explain")
        #expect(permit.status == 0, "\(permit.output) \(permit.errors)")
        #expect(permit.output.hasPrefix("permit  (permitted)"))
        #expect(permit.output.contains("user_type_permissions.lua:"))
        let deny = session.run(
            "decide", "Warehouse sync", "orders.read", "order:42", "department=Finance", "--tenant", "3")
        #expect(deny.status == 2)
        #expect(deny.output.contains("department_scope.lua:"), "\(deny.output)")
        let expected = session.run(
            "decide", "Warehouse sync", "orders.read", "order:42", "department=Sales", "--tenant", "3", "--expect",
            "deny")
        #expect(expected.status == 5)
    }

    @Test func `a misspelt name is refused with a suggestion`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let property = session.run(
            "decide", "Warehouse sync", "orders.read", "order", "departmnet=Sales", "--tenant", "3")
        #expect(property.status == 64)
        #expect(property.errors.contains("(did you mean `department`?)"), "\(property.errors)")
        let token = session.run("decide", "Warehouse snyc", "orders.read", "--tenant", "3")
        #expect(token.errors.contains("(did you mean `Warehouse sync`?)"), "\(token.errors)")
    }

    @Test func `the operator may reveal a token`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let result = session.run("decide", "Warehouse sync", "token.reveal", "--tenant", "3")
        #expect(result.status == 0, "\(result.output) \(result.errors)")
    }

    @Test func `missing policies end with status 3`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        #expect(session.run("requests", "--policies", "/nowhere").status == 3)
    }

    @Test func `the same seed generates the same requests`() {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let one = session.run("requests", "--count", "20", "--seed", "7")
        #expect(one.output.split(separator: "\n").count == 20)
        #expect(session.run("requests", "--count", "20", "--seed", "7").output == one.output)
        #expect(session.run("requests", "--count", "20", "--seed", "8").output != one.output)
    }
}
