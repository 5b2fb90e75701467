package import Model
internal import PolicyTesting

extension DecisionBenchmark {
    /// The number of departments of `organisation`: every tenth is at the top, and the nine after it are under it.
    private static let departments = 50

    /// A made-up organisation, too large for anything to be remembered of each token or each assignment: one tenant of 50
    /// departments, and a user with one assignment for every five tokens, which are in force at a time.
    /// - Parameter userTypes: of the users, by turns; at least one.
    package static func organisation(
        tokens count: Int, userTypes: [UserTypeRecord], now: Instant
    ) -> Organisation {
        var random = SeededGenerator(seed: 1)
        var tenant = TenantRecord(id: "large", name: "Large", zone: "Europe/Oslo")
        tenant.userTypes = userTypes
        tenant.departments = (0..<departments).map { number in
            let parent = number % 10 == 0 ? nil : number / 10 * 10
            return DepartmentRecord(
                id: ExactName("d\(number)"), name: ExactName("Department \(number)"),
                parent: parent.map { ExactName("d\($0)") })
        }
        tenant.users = (0..<(count + 4) / 5).map { number in
            UserRecord(
                id: ExactName("u\(number)"), name: ExactName("user\(number)"), fullName: ExactName("User \(number)"),
                email: ExactName("user\(number)@example.com"),
                assignments: [
                    AssignmentRecord(
                        id: ExactName("a\(number)"), department: tenant.departments[number % departments].id,
                        userType: userTypes[number / departments % userTypes.count].id)
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
