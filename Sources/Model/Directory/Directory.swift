/// An immutable snapshot of a store in flat arrays; records refer to each other by their indices there.
///
/// Made once, shared by every thread, never changed: a decision keeps the snapshot it was made on. When only tokens
/// change, a new directory shares everything else with the one before it.
package final class Directory: Sendable {
    /// The identity of everything except the tokens: directories with the same one have the same tenants, departments,
    /// user types, users and assignments, with the same numbers.
    package final class Structure: Sendable {}

    package let structure: Structure
    package let tenants: [Tenant]
    package let departments: [Department]
    package let userTypes: [UserType]
    package let users: [User]
    package let assignments: [Assignment]
    package let tokens: TokenTable
    /// The places of `tokens`, for the path of a decision.
    package let tokenPlaces: TokenPlaces
    /// True for a store that was rolled back, on which nothing is permitted.
    package let isRolledBack: Bool

    private let tenantsByID: ByteIndex
    private let departmentsByID: ByteIndex
    private let usersByID: ByteIndex
    private let userTypesByID: ByteIndex
    private let assignmentsByID: ByteIndex
    private let tokensByID: TokenIndex

    /// - Throws: the first reference without a target, with the path of the record that contains it.
    package init(_ organisation: Organisation) throws(OrganisationError) {
        var builder = DirectoryBuilder()
        builder.reserve(organisation)
        for (index, tenant) in organisation.tenants.enumerated() {
            try builder.add(tenant, path: "tenants[\(index)]")
        }
        tenants = builder.tenants
        departments = builder.departments
        userTypes = builder.userTypes
        users = builder.users
        assignments = builder.assignments
        structure = Structure()
        tokens = TokenTable(builder.tokens)
        tokenPlaces = tokens.places
        isRolledBack = organisation.isRolledBack
        tenantsByID = builder.tenantsByID
        departmentsByID = builder.departmentsByID
        usersByID = builder.usersByID
        userTypesByID = builder.userTypesByID
        assignmentsByID = builder.assignmentsByID
        tokensByID = builder.tokensByID
    }

    private init(_ other: Directory, tokens: TokenTable, tokensByID: TokenIndex) {
        structure = other.structure
        tenants = other.tenants
        departments = other.departments
        userTypes = other.userTypes
        users = other.users
        assignments = other.assignments
        self.tokens = tokens
        tokenPlaces = tokens.places
        isRolledBack = other.isRolledBack
        tenantsByID = other.tenantsByID
        departmentsByID = other.departmentsByID
        usersByID = other.usersByID
        userTypesByID = other.userTypesByID
        assignmentsByID = other.assignmentsByID
        self.tokensByID = tokensByID
    }

    /// The directory with some tokens added, or replaced by records with the same ids. It costs as much as the chunks
    /// of tokens that change, whatever the number of tokens: about 50 µs for one of 1,000,000.
    /// - Returns: `nil` for a record whose tenant or assignment this directory does not have, and for one that moved to
    ///   another tenant: then the directory must be read anew.
    package func amended(_ records: [(tenant: ExactName, record: TokenRecord)]) -> Directory? {
        var replaced: [Int: Token] = [:]
        var added: [Token] = []
        var index = tokensByID
        for (tenant, record) in records {
            guard let tenant = self.tenant(tenant), let assignment = assignment(record.assignment, tenant: tenant)
            else {
                return nil
            }
            let token = Token(record, tenant: tenant, assignment: assignment)
            if let number = index.number(record.id) {
                guard number < tokens.count else {
                    added[number - tokens.count] = token
                    continue
                }
                guard tokens[number].tenant == tenant else { return nil }
                replaced[number] = token
            } else {
                _ = index.claim(record.id)
                added.append(token)
            }
        }
        return Directory(self, tokens: tokens.amended(replaced, adding: added), tokensByID: index)
    }

    package static let empty = try! Directory(Organisation())

    package func token(_ id: TokenID) -> Int? { tokensByID.number(id) }
    package func tenant(_ id: ExactName) -> Int? { tenantsByID.number(id) }
    package func department(_ id: ExactName, tenant: Int) -> Int? { departmentsByID.number(id, scope: tenant) }
    package func user(_ id: ExactName, tenant: Int) -> Int? { usersByID.number(id, scope: tenant) }
    package func userType(_ id: ExactName, tenant: Int) -> Int? { userTypesByID.number(id, scope: tenant) }
    package func assignment(_ id: ExactName, tenant: Int) -> Int? { assignmentsByID.number(id, scope: tenant) }

    package func department(_ id: UnsafeRawBufferPointer, tenant: Int) -> Int? {
        unsafe departmentsByID.number(id, scope: tenant)
    }

    package func user(_ id: UnsafeRawBufferPointer, tenant: Int) -> Int? {
        unsafe usersByID.number(id, scope: tenant)
    }

    /// True when a department is another or is under it. Constant time, by the interval of the tree walk.
    package func department(_ one: Int, isWithin other: Int) -> Bool {
        departments[one].tenant == departments[other].tenant
            && departments[other].enter <= departments[one].enter
            && departments[one].enter < departments[other].leave
    }

    /// True when a set of permissions meets the requirements of a department and every department above it.
    package func permissions(_ permissions: PermissionSet, meet department: Int) -> Bool {
        var next: Int? = department
        while let current = next {
            guard departments[current].requires.allSatisfy(permissions.permits) else { return false }
            next = departments[current].parent
        }
        return true
    }

    /// True when a department and every department above it are active.
    package func isActiveToTheTop(_ department: Int) -> Bool {
        var next: Int? = department
        while let current = next {
            guard departments[current].isActive else { return false }
            next = departments[current].parent
        }
        return true
    }
}

/// A record of an organisation that contradicts the others.
package struct OrganisationError: Error, Equatable, Sendable {
    /// The JSON path of the record: `tenants[0].users[3].name`.
    package let path: String
    package let message: String

    package init(_ message: String, path: String) {
        self.path = path
        self.message = message
    }

    /// The message with its file and JSON path; an error of the whole file has no path.
    package func message(in file: String) -> String {
        [file, path, message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
