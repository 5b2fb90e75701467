import Analysis
import Decisions
import Model
import Policies
import TestSupport

/// Policies, a snapshot and an authorizer, for tests of analyses.
struct AnalysisFixture {
    let authorizer: Authorizer
    let directory: Directory
    static let now = Instant("2026-11-22T12:00:00Z")!

    /// The shipped policies on the demo organisation.
    static func demo() throws -> AnalysisFixture {
        let set = try Fixtures.load(try Fixtures.shipped())
        let directory = try Directory(try Organisation.demo())
        return AnalysisFixture(authorizer: try Authorizer(policies: set), directory: directory)
    }

    /// One policy on `access`, which permits unless its body denies.
    static func policy(
        _ body: String, settings: String = "", uses plugin: String? = nil, directory: Directory? = nil
    ) throws -> AnalysisFixture {
        let text = """
            \(plugin.map { "local \($0) = use \"\($0)\"" } ?? "")
            \(settings.isEmpty ? "" : "local config = settings { \(settings) }")
            return { on = "access", grants = { "*" }, decide = function(request)
            \(body)
            end }
            """
        var source = PolicySource(
            path: "p",
            files: [
                .init(name: "a.lua", bytes: Array(text.utf8)),
                .init(name: "schema.lua", bytes: Array(schema.utf8)),
            ])
        if plugin != nil { source.plugins = try Fixtures.shipped().plugins }
        let directory = try directory ?? Directory(Organisation(tenants: [tenant]))
        return AnalysisFixture(
            authorizer: try Authorizer(policies: try Fixtures.load(source)), directory: directory)
    }

    static let schema = """
        return {
          actions = { ["orders.read"] = "read", ["orders.approve"] = {
            kind = "write", properties = { soft = optional "boolean", rows = optional "number" } } },
          resources = { order = { department = optional "department", amount = optional "number",
                                  owner = optional "user", due = optional "date",
                                  opens = optional "time", age = optional "duration", site = optional "network",
                                  at = optional "instant" } },
          context = { mfa = optional "boolean", ip = optional "ip", channel = optional "string" },
        }
        """

    static let token = TokenID(high: 7, low: 7)
    static let other = TokenID(high: 7, low: 8)

    static var tenant: TenantRecord {
        var tenant = TenantRecord(id: "t", name: "T", zone: "Europe/Oslo")
        tenant.departments = [
            DepartmentRecord(id: "sales", name: "Sales"), DepartmentRecord(id: "north", name: "North", parent: "sales"),
            DepartmentRecord(id: "south", name: "South", parent: "sales"),
            DepartmentRecord(id: "finance", name: "Finance", requires: ["orders.approve"]),
        ]
        tenant.userTypes = [
            UserTypeRecord(id: "clerk", name: "Clerk", permissions: ["orders.read"]),
            UserTypeRecord(id: "chief", name: "Chief", permissions: ["orders.*"]),
        ]
        tenant.users = [
            UserRecord(
                id: "anna", name: "anna", fullName: "Anna", email: "a@t.example",
                assignments: [
                    AssignmentRecord(id: "a1", department: "sales", userType: "clerk"),
                    AssignmentRecord(id: "a2", department: "finance", userType: "chief"),
                ])
        ]
        tenant.tokens = [
            TokenRecord(
                id: token, kind: .api, name: "one", assignment: "a1", created: Instant("2026-01-01T00:00:00Z")!,
                expires: Instant("2027-01-01T00:00:00Z")!),
            TokenRecord(
                id: other, kind: .mobile, name: "", assignment: "a2", created: Instant("2026-02-01T00:00:00Z")!,
                expires: Instant("2027-03-01T00:00:00Z")!),
        ]
        return tenant
    }

    /// - Parameter other: the directory, where it is not the fixture's.
    func decide(_ question: AuthorizationRequest, on other: Directory? = nil) throws(RequestError) -> Decision {
        try authorizer.decide(question, on: other ?? directory)
    }

    func examine(_ question: AuthorizationRequest) throws -> TracedDecision {
        try authorizer.examine(question, on: directory)
    }

    func counterfactual(_ question: AuthorizationRequest) throws -> Counterfactual {
        Counterfactual(try examine(question), authorizer)
    }

    static func question(
        _ action: ExactName = "orders.read", _ properties: [JSON.Member] = [], context: [JSON.Member] = [],
        token: String = token.description, at time: Instant = now
    ) -> AuthorizationRequest {
        AuthorizationRequest(
            action: action, subject: .token(token),
            resource: .init(type: "order", id: "42", properties: .object(properties)), context: .object(context),
            now: time)
    }

    /// The changes of a counterfactual in words.
    func words(_ counterfactual: Counterfactual, tenant: ExactName = "t") -> [String] {
        counterfactual.paths.map { path in
            path.steps.map { $0.words(in: directory, tenant: tenant) }.joined(separator: " and ")
        }
    }
}
