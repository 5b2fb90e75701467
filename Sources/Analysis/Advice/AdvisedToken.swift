internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// One token while its least combination is looked for.
struct AdvisedToken: Sendable {
    let token: Int
    let id: TokenID
    private let uses: TokenUses
    /// The names of permissions that it has, and that its user has whatever is looked for.
    private let held: [ExactName]
    private let ofUser: [ExactName]
    /// The requests that are permitted today, which have to stay so.
    fileprivate private(set) var required: [AuthorizationRequest] = []
    /// The permissions that policies read for them.
    private var read: Set<ExactName> = []
    /// The user's other combinations that are smaller, and the departments within its own that hold all that it used; the
    /// smallest first.
    private let others: [ExactName]
    private let smaller: [[ExactName]]
    private let goal: CombinationSearch.Goal

    /// The combinations that were found, each of which is held to the log.
    private(set) var existing: SupposedCombination?
    private(set) var least: SupposedCombination?
    /// The permissions that policies read with `least`.
    private var readAtLeast: Set<ExactName> = []
    private var accounts: (existing: HeldBlock.Account, least: HeldBlock.Account) = (.init(), .init())
    private var obstacle: TokenAdvice.Obstacle?
    /// True while a combination is looked for.
    private(set) var isPending = false

    init(
        _ token: Int, _ uses: TokenUses, _ worker: UsageWorker, _ options: UsageAdvice.Options,
        on directory: Directory
    ) {
        let record = directory.tokens[token]
        let own = record.assignment
        let assignment = directory.assignments[own]
        let user = directory.users[assignment.user]
        let names = directory.permissionNames(worker.authorizer.policies.schema, tenant: record.tenant)
        (self.token, id, self.uses) = (token, record.id, uses)
        held = names.filter(assignment.permissions.permits)
        if let parts = options.ceilings {
            goal = .ceiling(uses.narrowed(record.ceiling ?? Ceiling(), parts, isStorable: options.isStorable))
            // A ceiling limits what the user has, too.
            (ofUser, others) = ([], [])
            smaller = directory.departmentSets(within: assignment, holding: uses.departments.keys)
            // The store notes a use within a minute: what is later than the log is not in it.
            if let time = record.lastActive, options.window.contains(time),
                time.microseconds - (uses.lastInLog?.microseconds ?? .min / 2) > 60_000_000
            {
                obstacle = .laterUse(time)
            } else {
                require(uses, worker, on: directory)
            }
            return
        }
        goal = .userType(department: directory.departments[assignment.department].id)
        ofUser = names.filter(user.permissions.permits)
        let size = directory.size(of: own, names)
        // One that has anything that the token's own has not is not smaller, however little else it has.
        let smallerOnes = user.assignments.filter { other in
            let record = directory.assignments[other]
            return other != own && ActorValidity.fault(assignment: other, in: directory) == nil
                && directory.size(of: other, names) < size
                && directory.department(record.department, isWithin: assignment.department)
                && names.allSatisfy { !record.permissions.permits($0) || assignment.permissions.permits($0) }
        }
        others = smallerOnes.sorted { directory.size(of: $0, names) < directory.size(of: $1, names) }.map {
            directory.assignments[$0].id
        }
        smaller = directory.departments(under: assignment.department, holding: uses.departments.keys).map { [$0] }
        require(uses, worker, on: directory)
    }

    private mutating func require(_ uses: TokenUses, _ worker: UsageWorker, on directory: Directory) {
        if uses.permitted == 0 {
            obstacle = .unused
        } else if uses.masked > 0 {
            obstacle = .masked(uses.masked)
        } else {
            require(uses.different, worker, on: directory)
            if required.isEmpty { obstacle = .lapsed } else { isPending = true }
        }
    }

    /// Adds requests that have to stay permitted, but for those that are denied today.
    private mutating func require(_ questions: [AuthorizationRequest], _ worker: UsageWorker, on directory: Directory) {
        for question in questions where worker.permits(question, on: directory) {
            required.append(question)
            // A ceiling must leave the action, whatever policies read.
            if case .ceiling = goal { read.insert(question.action) }
            read.formUnion(worker.permissionsRead(question, all: held, on: directory))
        }
    }

    // MARK: Searching

    /// Looks for the least combinations of some tokens, trial by trial for all at once: their snapshots share what is new.
    static func search(_ subjects: [AdvisedToken], _ worker: UsageWorker, on directory: Directory) -> [AdvisedToken] {
        let directories = SupposedDirectories(of: directory, reachedBy: subjects, worker.authorizer.policies)
        var searches = subjects.map(\.search)
        while true {
            let trials = zip(subjects, searches).compactMap { subject, search in search.trial.map { (subject.id, $0) } }
            guard !trials.isEmpty else { break }
            // INVARIANT: combinations are of departments and assignments of this directory.
            let supposed = directories.apart(Dictionary(uniqueKeysWithValues: trials))
            for (place, subject) in subjects.enumerated() where searches[place].trial != nil {
                let own = supposed[subject.id]!
                searches[place].conclude(isEnough: subject.required.allSatisfy { worker.permits($0, on: own) })
            }
        }
        var result = subjects
        let found = zip(subjects, searches).map { $0.found($1, on: directory) }
        for (place, found) in found.enumerated() where found == nil {
            result[place].obstacle = subjects[place].obstacle(directories, worker)
        }
        let least = zip(subjects, found).compactMap { subject, least in least.map { (subject.id, $0) } }
        let supposed = directories.apart(Dictionary(uniqueKeysWithValues: least))
        for (place, search) in searches.enumerated() {
            result[place].existing = search.existing.map { .existing($0) }
            result[place].least = found[place]
            result[place].readAtLeast = []
            guard found[place] != nil, let own = supposed[subjects[place].id] else { continue }
            for question in subjects[place].required {
                result[place].readAtLeast.formUnion(
                    worker.permissionsRead(question, all: subjects[place].held, on: own))
            }
        }
        return result
    }

    /// The result of a search; `nil` also for a ceiling that narrows nothing.
    private func found(_ search: CombinationSearch, on directory: Directory) -> SupposedCombination? {
        guard search.limitsNothing, case .limited(let ceiling)? = search.least,
            ceiling == directory.tokens[token].ceiling ?? Ceiling()
        else { return search.least }
        return nil
    }

    /// The reason why no ceiling was found, where it lies with the policies.
    private func obstacle(_ directories: SupposedDirectories, _ worker: UsageWorker) -> TokenAdvice.Obstacle? {
        guard case .ceiling(var ceiling) = goal, let question = required.first, !held.isEmpty else { return nil }
        ceiling.permissions = held
        guard let own = directories.apart([id: .limited(ceiling)])[id],
            worker.code(question, on: own) == CeilingEnforcement.code
        else { return nil }
        return .notEnforced
    }

    private var search: CombinationSearch {
        CombinationSearch(
            goal, others: others, removable: held.filter { !ofUser.contains($0) }, read: read, smaller: smaller)
    }

    /// Takes what holding its combinations to the log gave. Requests that one of them denies have to stay permitted, too,
    /// when the next ones are looked for.
    mutating func conclude(existing: HeldBlock.Account?, least: HeldBlock.Account?) {
        accounts = (existing ?? .init(), least ?? .init())
        let refused = accounts.existing.examples + accounts.least.examples
        required += refused
        isPending = !refused.isEmpty
    }

    // MARK: The result

    /// The combination or ceiling that a token is advised to have; `nil` where nothing is smaller, and for the combination of a mobile token, which
    /// has that of its login.
    func move(on directory: Directory) -> SupposedCombination? {
        if case .userType = goal, directory.tokens[token].kind != .api { return nil }
        let fits = fits(on: directory)
        return TokenAdvice.advised(existing: fits.existing, least: fits.least)?.combination
    }

    /// The combinations that were found; none while requests are refused, also after the last round.
    private func fits(on directory: Directory) -> (existing: TokenAdvice.Fit?, least: TokenAdvice.Fit?) {
        guard !isPending else { return (nil, nil) }
        return (fit(existing, accounts.existing, on: directory), fit(least, accounts.least, on: directory))
    }

    /// Takes back what was found.
    mutating func drop() { (existing, least, obstacle) = (nil, nil, .together) }

    func advice(_ worker: UsageWorker, _ options: UsageAdvice.Options, on directory: Directory) -> TokenAdvice {
        var advice = TokenAdvice(token, uses, held: held)
        let fits = fits(on: directory)
        let needed = fits.least.map { fit in
            held.filter { ofUser.contains($0) ? readAtLeast.contains($0) : fit.permissions.contains($0) }
        }
        advice.set(
            existing: fits.existing, least: fits.least, needed: needed,
            obstacle: obstacle ?? (isPending ? .undecided : fits.least == nil ? .noOther : nil))
        note(&advice, worker, options, on: directory)
        return advice
    }

    private func fit(
        _ combination: SupposedCombination?, _ account: HeldBlock.Account, on directory: Directory
    ) -> TokenAdvice.Fit? {
        guard let combination else { return nil }
        let record = directory.tokens[token]
        let own = directory.assignments[record.assignment]
        let permissions: [ExactName]
        let place: Int?
        var narrowed: Assignment?
        switch combination {
        case .existing(let id):
            let other = directory.assignment(id, tenant: record.tenant).map { directory.assignments[$0] }
            permissions = held.filter { other?.permissions.permits($0) == true }
            place = other?.department
        case .new(let department, let names):
            permissions = held.filter { names.contains($0) || ofUser.contains($0) }
            place = directory.department(department, tenant: record.tenant)
        case .limited(let ceiling):
            let limited = directory.narrowed(own.combination, under: ceiling)
            permissions = held.filter(limited.permissions.permits)
            (place, narrowed) = (limited.department, limited)
        }
        func keeps(_ department: Int) -> Bool {
            if let narrowed { return directory.department(department, isWithinReachOf: narrowed) }
            return place.map { directory.department(department, isWithin: $0) } ?? false
        }
        var fit = TokenAdvice.Fit(
            combination: combination, permissions: permissions,
            lostPermissions: held.filter { !permissions.contains($0) },
            lostDepartments: directory.departments.indices.filter { department in
                directory.department(department, isWithinReachOf: own) && !keeps(department)
            }.map { directory.departments[$0].id },
            newLimits: newLimits(of: combination, record.ceiling))
        fit.set(kept: account.kept, lapsed: account.lapsed)
        return fit
    }

    /// The parts of a ceiling, beside permissions and departments, that limit more than those of another.
    private func newLimits(of combination: SupposedCombination, _ other: Ceiling?) -> [Ceiling.Part] {
        guard case .limited(let ceiling) = combination else { return [] }
        return (other ?? Ceiling()).partsBeyond(ceiling) { $0 == $1 }.filter {
            $0 != .permissions && $0 != .departments
        }
    }

    /// Adds what else is to be noticed.
    private func note(
        _ advice: inout TokenAdvice, _ worker: UsageWorker, _ options: UsageAdvice.Options, on directory: Directory
    ) {
        let record = directory.tokens[token]
        if let code = ActorValidity.fault(record, in: directory, now: options.now),
            ["token_revoked", "token_expired", "token_tampered"].contains(code)
        {
            return advice.add(.ended(code: code))
        }
        let lastUse = [record.lastActive, uses.lastInLog].compactMap(\.self).max()
        if let lastUse {
            if lastUse < options.window.lowerBound { advice.add(.dormant(since: lastUse)) }
        } else {
            advice.add(.unused)
        }
        if advice.advised != nil { advice.add(.overpowerful) }
        // A derived token is made to end soon.
        let isOwn = record.kind == .api && record.parent == nil
        if isOwn {
            let review = ExpiryReview(
                directory.record(of: record), tenant: directory.tenants[record.tenant].id, worker.authorizer,
                on: directory, now: options.now)
            if let day = review.advised { advice.add(.long(advised: day)) }
            if !review.refusing.isEmpty { advice.add(.refusedAsMade(policies: review.refusing)) }
        }
        if isOwn, record.expires < options.expiringBefore { advice.add(.expiring(record.expires)) }
        if let code = ActorValidity.fault(assignment: record.assignment, in: directory) {
            advice.add(.inactive(code: code))
        }
        if record.suspended != nil { advice.add(.suspended) }
    }
}

/// The size of a combination: the number of permissions, then of departments.
private struct CombinationSize: Comparable {
    let permissions: Int
    let departments: Int

    static func < (one: CombinationSize, other: CombinationSize) -> Bool {
        (one.permissions, one.departments) < (other.permissions, other.departments)
    }
}

extension Directory {
    /// The names of permissions that there are in a tenant: those that the schema declares, and those that departments
    /// require, which may be no actions. Sorted.
    fileprivate func permissionNames(_ schema: Schema, tenant: Int) -> [ExactName] {
        Set(schema.actionNames + departments.filter { $0.tenant == tenant }.flatMap(\.requires)).sorted()
    }

    fileprivate func size(of assignment: Int, _ names: [ExactName]) -> CombinationSize {
        let record = assignments[assignment]
        let department = departments[record.department]
        return CombinationSize(
            permissions: names.count(where: record.permissions.permits),
            departments: department.leave - department.enter)
    }

    /// The departments under one, itself left out, that hold all of the given ones that are under it, by id; the smallest
    /// first. None where none is given.
    fileprivate func departments(under own: Int, holding ids: some Sequence<ExactName>) -> [ExactName] {
        let tenant = departments[own].tenant
        let used = ids.compactMap { department($0, tenant: tenant) }.filter { department($0, isWithin: own) }
        var next = used.first
        var found: [ExactName] = []
        while let current = next, current != own {
            if used.allSatisfy({ department($0, isWithin: current) }) { found.append(departments[current].id) }
            next = departments[current].parent
        }
        return found
    }

    /// Sets of departments that a ceiling of an assignment may leave, by id, and that hold all of the given ones that it
    /// reaches; the smallest first. None where none is given, and none that leaves all.
    fileprivate func departmentSets(
        within assignment: Assignment, holding ids: some Sequence<ExactName>
    ) -> [[ExactName]] {
        let tenant = departments[assignment.department].tenant
        let reach = assignment.reach ?? [assignment.department]
        let used = Set(ids.compactMap { department($0, tenant: tenant) }).filter {
            department($0, isWithinReachOf: assignment)
        }
        let outermost = used.filter { one in !used.contains { $0 != one && department(one, isWithin: $0) } }
        guard !outermost.isEmpty, outermost != Set(reach) else { return [] }
        let common = departments(under: assignment.department, holding: ids).filter { id in
            department(id, tenant: tenant).map {
                department($0, isWithinReachOf: assignment) && !reach.contains($0) && outermost != [$0]
            } ?? false
        }
        return (outermost.count <= Ceiling.mostElements ? [outermost.map { departments[$0].id }.sorted()] : [])
            + common.map { [$0] }
    }
}

extension SupposedDirectories {
    /// Those of the part of a snapshot that the requests of some tokens can reach.
    fileprivate init(of directory: Directory, reachedBy subjects: [AdvisedToken], _ policies: PolicySet) {
        var mentioned = Mentions(directory)
        for subject in subjects {
            let tenant = directory.tokens[subject.token].tenant
            for question in subject.required { mentioned.add(question, tenant: tenant, policies) }
        }
        let (users, tokens) = (mentioned.users, mentioned.tokens)
        self.init(
            Organisation(
                of: directory, users: { users.contains($0) }, tokens: { tokens.contains(directory.tokens[$0].id) }))
    }
}
