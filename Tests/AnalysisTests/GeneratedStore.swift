import Analysis
import Decisions
import Engine
import Model
import Policies
import TestSupport

/// A generated store with policies, and requests to them.
struct GeneratedStore {
    let authorizer: Authorizer
    let directory: Directory
    let organisation: Organisation
    private let seed: UInt64

    /// - Parameters:
    ///   - permits: true to add a policy that permits every access.
    ///   - crowd: the number of users for each generated one, and of tokens.
    init(seed: UInt64, policies count: Int, permits: Bool = false, crowd: Int = 1) throws {
        self.seed = seed
        var generator = PolicyGenerator(seed: seed)
        var files = [PolicyFile(name: "schema.lua", bytes: Array(PolicyGenerator.schema.utf8))]
        for number in 0..<count {
            files.append(.init(name: "p\(number).lua", bytes: Array(generator.policy().utf8)))
        }
        if permits {
            let text = #"return { on = "access", grants = { "*" }, decide = function() permit() end }"#
            files.append(.init(name: "base.lua", bytes: Array(text.utf8)))
        }
        let settings = #"{ "p1": { "all": { "shared": ["sales"] }, "tenants": { "t2": { "limit": 5 } } } }"#
        files.append(.init(name: "settings.json", bytes: Array(settings.utf8)))
        var stores = StoreGenerator(seed: seed)
        organisation = Self.crowded(stores.organisation(), crowd, seed)
        directory = try Directory(organisation)
        authorizer = try Authorizer(
            policies: try Fixtures.load(PolicySource(path: "p", files: files)),
            budget: Budget(fuel: PolicyGenerator.fuel))
    }

    /// A generated store, and one policy on `access`.
    init(seed: UInt64, crowd: Int, policy body: String) throws {
        self.seed = seed
        let text = "return { on = \"access\", grants = { \"*\" }, decide = function(r) \(body) end }"
        let files = [
            PolicyFile(name: "schema.lua", bytes: Array(PolicyGenerator.schema.utf8)),
            PolicyFile(name: "a.lua", bytes: Array(text.utf8)),
        ]
        var stores = StoreGenerator(seed: seed)
        organisation = Self.crowded(stores.organisation(), crowd, seed)
        directory = try Directory(organisation)
        authorizer = try Authorizer(policies: try Fixtures.load(PolicySource(path: "p", files: files)))
    }

    /// Adds users with the same or nearly the same assignments, and tokens for all users, some of which are not live.
    private static func crowded(_ organisation: Organisation, _ crowd: Int, _ seed: UInt64) -> Organisation {
        var organisation = organisation
        var random = Numbers(seed: seed ^ 0xC0DE)
        for place in organisation.tenants.indices {
            let tenant = organisation.tenants[place]
            for number in 1..<max(1, crowd) {
                for var user in tenant.users {
                    user.id = "\(user.id)-\(number)"
                    (user.name, user.email) = (user.id, "\(user.id)@x.example")
                    user.isActive = !random.chance(8)
                    if random.chance(30) { user.permissions = random.chance(50) ? ["orders.read"] : [] }
                    for assignment in user.assignments.indices {
                        user.assignments[assignment].id = "\(user.assignments[assignment].id)-\(number)"
                        if random.chance(20) {
                            user.assignments[assignment].department = random.pick(tenant.departments).id
                        }
                    }
                    organisation.tenants[place].users.append(user)
                }
                for var token in tenant.tokens {
                    token.id = TokenID(high: token.id.high, low: token.id.low + UInt64(number) * 100)
                    token.name = "\(token.name) \(number)"
                    token.kind = random.chance(70) ? .api : .mobile
                    token.assignment = random.pick(random.pick(organisation.tenants[place].users).assignments).id
                    if random.chance(30) { token.expires = random.pick(tenant.tokens).expires }
                    token.suspended = random.chance(8) ? token.created : nil
                    organisation.tenants[place].tokens.append(token)
                }
            }
        }
        return organisation
    }

    func questions(_ count: Int) -> [AuthorizationRequest] {
        var stores = StoreGenerator(seed: seed)
        _ = stores.organisation()
        return (0..<count).map { _ in stores.question() }
    }

    /// - Parameter other: the directory, where it is not the store's.
    func decide(_ question: AuthorizationRequest, on other: Directory? = nil) throws(RequestError) -> Decision {
        try authorizer.decide(question, on: other ?? directory)
    }

    /// Decides by policies without trees, after changing all records.
    func decide(_ question: AuthorizationRequest, _ changes: [Change], tenant: ExactName) throws -> Decision {
        let scenario = Scenario(changes, tenant: tenant)
        let directory = try scenario.apply(to: directory)
        let authorizer = try Authorizer(
            policies: try scenario.apply(to: authorizer.policies), budget: Budget(fuel: PolicyGenerator.fuel),
            treeOptions: .none)
        return try authorizer.decide(scenario.apply(to: question), on: directory)
    }
}
