package import Model

/// A tenant as its tokens are shown: by the names of its directory, at one moment, in its own zone.
package struct TenantView {
    package let directory: Directory
    /// The index of the tenant.
    package let index: Int
    package let now: Instant
    /// True for tokens of an export, which has neither their strings nor their history.
    package let isExported: Bool

    package init(_ directory: Directory, tenant: Int, now: Instant, isExported: Bool) {
        self.directory = directory
        index = tenant
        self.now = now
        self.isExported = isExported
    }

    var tenant: Tenant { directory.tenants[index] }
    var zone: Zone { tenant.zone }
}

extension Directory {
    /// An assignment as `Sales > Integrator`.
    package func combination(_ assignment: Int) -> String {
        let assignment = assignments[assignment]
        return "\(departments[assignment.department].name) > \(userTypes[assignment.userType].name)"
    }
}
