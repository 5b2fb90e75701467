extension Organisation {
    /// Refuses two names in one place that nobody can tell apart: ids of tenants, and in each tenant those of every
    /// kind of record, and the users' names.
    /// - Throws: both, with the path of the records that have them.
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
