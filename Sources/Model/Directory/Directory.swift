internal import Synchronization

/// An immutable snapshot of a store in flat arrays; records refer to each other by their indices there.
///
/// Made once, shared by every thread, never changed: a decision keeps the snapshot it was made on. When only tokens
/// change, a new directory shares everything else with the one before it.
package final class Directory: Sendable {
    /// The identity of everything except the tokens: directories with the same one have the same tenants, departments,
    /// user types, users and assignments, with the same numbers.
    package final class Structure: Sendable {
        private let combinationCount: Int
        /// The assignments under ceilings, by what they were made from, and in the order of their numbers.
        ///
        /// INVARIANT: an entry is never changed, so that a number means the same in every directory of this structure.
        private let narrowed: Mutex<Narrowed>

        private struct Limit: Hashable {
            let combination: Int
            let ceiling: Ceiling
        }

        private struct Narrowed {
            var numbers: [Limit: Int] = [:]
            var assignments: [Assignment] = []
            var permissionSets: PermissionSetTable
        }

        init(combinationCount: Int, permissionSets: PermissionSetTable) {
            self.combinationCount = combinationCount
            narrowed = Mutex(Narrowed(permissionSets: permissionSets))
        }

        /// The number of a combination under a ceiling.
        func narrowed(_ combination: Int, under ceiling: Ceiling, _ make: (Ceiling) -> Assignment) -> Int {
            narrowed.withLock { known in
                let limit = Limit(combination: combination, ceiling: ceiling)
                if let number = known.numbers[limit] { return number }
                let number = combinationCount + known.assignments.count
                known.numbers[limit] = number
                var assignment = make(ceiling)
                assignment.permissionSet = known.permissionSets.number(of: assignment.permissions)
                known.assignments.append(assignment)
                return number
            }
        }

        var narrowedAssignments: [Assignment] { narrowed.withLock { $0.assignments } }
        var permissionSets: [PermissionSet] { narrowed.withLock { $0.permissionSets.all } }
    }

    package let structure: Structure
    package let tenants: [Tenant]
    package let departments: [Department]
    package let userTypes: [UserType]
    package let users: [User]
    /// The combinations of all users, and after them what ceilings leave of some.
    package let assignments: [Assignment]
    /// The number of combinations.
    package let combinationCount: Int
    /// The different permissions of `assignments`, by number: far fewer, as most follow from user types.
    package let permissionSets: [PermissionSet]
    /// True when the ceiling of some token limits the departments that it reaches.
    package let hasReach: Bool
    /// True when the ceiling of some token limits the number of its uses.
    package let limitsUses: Bool
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
        structure = Structure(
            combinationCount: builder.assignments.count, permissionSets: builder.permissionSets)
        combinationCount = builder.assignments.count
        builder.applyCeilings(structure)
        permissionSets = structure.permissionSets
        tenants = builder.tenants
        departments = builder.departments
        userTypes = builder.userTypes
        users = builder.users
        assignments = builder.assignments
        let narrowed = assignments[combinationCount...]
        hasReach = narrowed.contains { $0.reach != nil }
        limitsUses = narrowed.contains { $0.ceiling?.uses != nil }
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

    private init(_ other: Directory, assignments: [Assignment], tokens: TokenTable, tokensByID: TokenIndex) {
        structure = other.structure
        combinationCount = other.combinationCount
        permissionSets =
            assignments.count == other.assignments.count ? other.permissionSets : other.structure.permissionSets
        let narrowed = assignments[other.assignments.count...]
        hasReach = other.hasReach || narrowed.contains { $0.reach != nil }
        limitsUses = other.limitsUses || narrowed.contains { $0.ceiling?.uses != nil }
        tenants = other.tenants
        departments = other.departments
        userTypes = other.userTypes
        users = other.users
        self.assignments = assignments
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
        var all = assignments
        for (tenant, record) in records {
            guard let tenant = self.tenant(tenant), let assignment = assignment(record.assignment, tenant: tenant)
            else {
                return nil
            }
            var token = Token(record, tenant: tenant, assignment: assignment)
            if let ceiling = record.ceiling {
                token.assignment = structure.narrowed(assignment, under: ceiling) { _ in
                    narrowed(assignment, under: ceiling)
                }
                if token.assignment >= all.count {
                    all += structure.narrowedAssignments[(all.count - combinationCount)...]
                }
            }
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
        return Directory(
            self, assignments: all, tokens: tokens.amended(replaced, adding: added), tokensByID: index)
    }

    /// The part of a combination that a ceiling leaves. It need not be one of this directory.
    package func narrowed(_ combination: Int, under ceiling: Ceiling) -> Assignment {
        let other = assignments[combination]
        return Assignment(other, under: ceiling) { department($0, tenant: users[other.user].tenant) }
    }

    package static let empty = try! Directory(Organisation())

    package func token(_ id: TokenID) -> Int? { tokensByID.number(id) }
    package func tenant(_ id: ExactName) -> Int? { tenantsByID.number(id) }
    package func department(_ id: ExactName, tenant: Int) -> Int? { departmentsByID.number(id, scope: tenant) }
    package func user(_ id: ExactName, tenant: Int) -> Int? { usersByID.number(id, scope: tenant) }
    package func userType(_ id: ExactName, tenant: Int) -> Int? { userTypesByID.number(id, scope: tenant) }
    package func assignment(_ id: ExactName, tenant: Int) -> Int? { assignmentsByID.number(id, scope: tenant) }

    package func tenant(_ id: UnsafeRawBufferPointer) -> Int? { unsafe tenantsByID.number(id) }

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

    /// True when an assignment reaches a department: it is the assignment's own or under it, and its ceiling leaves it.
    package func department(_ department: Int, isWithinReachOf assignment: Assignment) -> Bool {
        self.department(department, isWithin: assignment.department)
            && assignment.reach?.contains { self.department(department, isWithin: $0) } ?? true
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
