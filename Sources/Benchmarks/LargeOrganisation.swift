package import Model
internal import PolicyTesting

extension DecisionBenchmark {
    /// The department tree of `organisation`: every tenth department is at the top, and the others are under it.
    private static let departments = 50

    /// A made-up organisation in which what is remembered of each token, or of each assignment, does not fit a cache: one
    /// tenant of 50 departments, a user with one assignment for every five tokens, and the user types of another
    /// organisation.
    /// - Parameters:
    ///   - tokens: the number of tokens.
    ///   - model: the organisation whose first tenant gives the user types; the tokens are in force at `now`.
    package static func organisation(tokens count: Int, like model: Organisation, now: Instant) -> Organisation {
        var random = SeededGenerator(seed: 1)
        var tenant = TenantRecord(id: "large", name: "Large", zone: "Europe/Oslo")
        tenant.userTypes = model.tenants.first?.userTypes ?? []
        tenant.departments = (0..<departments).map { number in
            let parent = number % 10 == 0 ? nil : number / 10 * 10
            return DepartmentRecord(
                id: ExactName("d\(number)"), name: ExactName("Department \(number)"),
                parent: parent.map { ExactName("d\($0)") })
        }
        guard !tenant.userTypes.isEmpty else { return Organisation(tenants: [tenant]) }
        tenant.users = (0..<(count + 4) / 5).map { number in
            UserRecord(
                id: ExactName("u\(number)"), name: ExactName("user\(number)"), fullName: ExactName("User \(number)"),
                email: ExactName("user\(number)@example.com"),
                assignments: [
                    AssignmentRecord(
                        id: ExactName("a\(number)"), department: tenant.departments[number % departments].id,
                        userType: tenant.userTypes[number / departments % tenant.userTypes.count].id)
                ])
        }
        let day: Int64 = 86_400 * 1_000_000
        tenant.tokens = (0..<count).map { number in
            TokenRecord(
                id: TokenID(using: &random), kind: .api, name: ExactName("token \(number)"),
                assignment: ExactName("a\(number / 5)"), created: Instant(microseconds: now.microseconds - day),
                expires: Instant(microseconds: now.microseconds + 300 * day))
        }
        return Organisation(tenants: [tenant])
    }
}
