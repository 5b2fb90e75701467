extension Organisation {
    /// Refuses two names in one place that look the same: ids of tenants, and in each tenant the ids of every kind of
    /// record and the users' names.
    /// - Throws: both names, with the path of their records.
    package func refuseTwins() throws(OrganisationError) {
        try Self.refuseTwins(tenants.map(\.id), "tenants")
        for (index, tenant) in tenants.enumerated() {
            let path = "tenants[\(index)]"
            try Self.refuseTwins(tenant.departments.map(\.id), "\(path).departments")
            try Self.refuseTwins(tenant.userTypes.map(\.id), "\(path).user_types")
            try Self.refuseTwins(tenant.users.map(\.id), "\(path).users")
            try Self.refuseTwins(tenant.users.map(\.name), "\(path).users")
            try Self.refuseTwins(tenant.users.flatMap { $0.assignments.map(\.id) }, "\(path).users")
        }
    }

    private static func refuseTwins(_ names: [ExactName], _ path: String) throws(OrganisationError) {
        guard let twins = TwinNames.first(in: names) else { return }
        throw OrganisationError(twins.message, path: path)
    }
}
