import Analysis
import Decisions
import Model
import Policies
import TestSupport
import Testing

@Suite struct TokensComparedTests {
    // MARK: Comparison

    @Test func `the relevant difference is separated from the others`() throws {
        let fixture = try AnalysisFixture.policy("if request.token:can(request.action) then permit() end")
        let comparison = try TokenComparison(
            AnalysisFixture.question("orders.approve"), 0, 1, fixture.authorizer, on: fixture.directory)
        #expect(comparison.isApart)
        #expect(comparison.facts.first?.text == "token can action")
        #expect(comparison.facts.first?.first == "false" && comparison.facts.first?.second == "true")
        #expect(comparison.differences.filter(\.matters).map(\.attribute) == [.userType])
        #expect(
            Set(comparison.differences.map(\.attribute)) == [.userType, .department, .kind, .name, .expires, .created])
    }

    @Test func `two differences may matter only together`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.token:can(request.action) and request.token.kind == 'mobile' then permit() end")
        let comparison = try TokenComparison(
            AnalysisFixture.question("orders.approve"), 0, 1, fixture.authorizer, on: fixture.directory)
        #expect(comparison.differences.allSatisfy { !$0.matters })
        #expect(comparison.together?.0 == .kind && comparison.together?.1 == .userType)
    }

    @Test func `a deny of the engine itself is a difference, too`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.tokens[0].suspended = tenant.tokens[0].created
        let fixture = try AnalysisFixture.policy("permit()", directory: try Directory(Organisation(tenants: [tenant])))
        let comparison = try TokenComparison(
            AnalysisFixture.question(), 0, 1, fixture.authorizer, on: fixture.directory)
        #expect(comparison.differences.filter(\.matters).map(\.attribute) == [.suspended])
    }

    // MARK: Administering

    @Test func `the administrators who may reveal a token agree with deciding for each`() throws {
        let fixture = try AnalysisFixture.demo()
        let token = try #require(fixture.directory.tokens.firstIndex { $0.name == "Warehouse sync" })
        let found = try Administering(
            .reveal, token: token, now: AnalysisFixture.now, fixture.authorizer, on: fixture.directory)
        #expect(found.able.contains { $0.assignment == nil } && found.able.count > 1 && !found.denials.isEmpty)
        let record = fixture.directory.tokens[token]
        for (number, assignment) in fixture.directory.assignments.enumerated() where !assignment.isRemoved {
            let user = fixture.directory.users[assignment.user]
            guard user.tenant == record.tenant else { continue }
            let decision = try fixture.decide(
                AuthorizationRequest(
                    kind: .reveal, action: "token.reveal", subject: .actor,
                    actor: .user(id: user.id, assignment: assignment.id),
                    tenant: fixture.directory.tenants[user.tenant].id,
                    token: record.id.description, now: AnalysisFixture.now, obligations: .all))
            #expect(decision.isPermitted == found.able.contains { $0.assignment == number })
        }
        let bjorn = try #require(
            fixture.directory.users.firstIndex { $0.name == "bjorn" && $0.tenant == record.tenant })
        let one = try Administering(
            .reveal, token: token, users: [bjorn], now: AnalysisFixture.now, fixture.authorizer, on: fixture.directory)
        #expect(one.able.count + one.unable.count == fixture.directory.users[bjorn].assignments.count)
    }

    @Test(arguments: [DecisionKind.access, .issue])
    func `a decision kind that is not about an existing token is refused`(kind: DecisionKind) throws {
        let fixture = try AnalysisFixture.demo()
        let error = #expect(throws: RequestError.self) {
            try Administering(kind, token: 0, now: AnalysisFixture.now, fixture.authorizer, on: fixture.directory)
        }
        #expect(error?.property == "point")
    }

    // MARK: What can

    @Test func `a table of a token's permissions agrees with deciding each`() throws {
        let fixture = try AnalysisFixture.demo()
        let token = try #require(fixture.directory.tokens.firstIndex { $0.name == "Warehouse sync" })
        let own = fixture.directory.departments.indices.filter {
            fixture.directory.departments[$0].tenant == fixture.directory.tokens[token].tenant
        }
        let table = WhatCan(
            token, departments: Array(own.prefix(5)), now: AnalysisFixture.now, fixture.authorizer,
            on: fixture.directory)
        #expect(table.fault == nil && table.rows.count == 20 && table.isComplete)
        var permits = 0
        for row in table.rows {
            for (column, cell) in zip(table.columns, row.cells) {
                let question = AnalysisFixture.question(
                    row.action, [.init("department", .string(fixture.directory.departments[column].id))],
                    token: fixture.directory.tokens[token].id.description)
                let isPermitted = try fixture.decide(question).isPermitted
                #expect(
                    cell.isPossible == isPermitted, "\(row.action) in \(fixture.directory.departments[column].name)")
                permits += isPermitted ? 1 : 0
            }
        }
        #expect(permits > 0)
        let held = table.rows.filter(\.isHeld).map(\.action)
        #expect(table.rows.filter { $0.cells.contains(where: \.isPossible) }.allSatisfy { held.contains($0.action) })
    }

    @Test func `departments that share a search get the answers that each would get alone`() throws {
        let body = """
            local r, c = request.resource, request.context
            if not r:has("department") then return end
            if r.department:is_within(request.token.department) then permit() end
            if r.department.name == "Sales" and c:has("channel") and c.channel == "x" then deny("a") end
            if r.department:has("parent") and r:has("amount") and r.amount > 5 then deny("b") end
            if r:has("owner") and r.owner.name == r.department.name then deny("c") end
            """
        let (now, directory) = (AnalysisFixture.now, try Directory(try Organisation.demo()))
        let policies = try AnalysisFixture.policy(body, directory: directory).authorizer.policies
        var kinds: Set<String> = []
        for token in [0, 40] {
            let whole = WhatCan(token, now: now, try Authorizer(policies: policies), on: directory)
            for (place, department) in whole.columns.enumerated() where place % 3 != 2 {
                let authorizer = try Authorizer(policies: policies)
                let one = WhatCan(token, departments: [department], now: now, authorizer, on: directory)
                for (row, other) in zip(whole.rows, one.rows) {
                    let (cell, alone) = (row.cells[place], other.cells[0])
                    #expect(cell.answers.map(\.types) == alone.answers.map(\.types))
                    #expect(cell.answers.map(\.answer) == alone.answers.map(\.answer))
                    for answer in cell.answers { kinds.insert(String("\(answer.answer)".prefix(4))) }
                }
            }
        }
        #expect(kinds.count > 2, "\(kinds)")
    }
}
