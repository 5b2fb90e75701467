internal import Model
internal import Policies
internal import Syntax

/// Finds names and ids in policies and settings that no tenant of a store has.
struct UnknownIDCheck {
    private let directory: Directory
    private(set) var findings: [Rule.Finding] = []

    /// - Returns: `nil` when no store is given.
    init?(_ folder: LintedFolder) {
        guard let directory = folder.directory else { return nil }
        self.directory = directory
        for policy in folder.policies { look(into: policy) }
        if let file = folder.source.files.first(where: { $0.name == PolicyFile.settings }) {
            look(into: file, folder.policies)
        }
    }

    // MARK: Policies

    private mutating func look(into policy: LintedPolicy) {
        guard let inference = policy.inference else { return }
        for expression in policy.chunk.expressions {
            guard case .binary(let operation, let left, let right, _) = expression.kind,
                operation == .equal || operation == .notEqual
            else { continue }
            for (side, other) in [(left, right), (right, left)] {
                guard let bytes = inference.literal(other),
                    let (what, known) = names(side, policy.chunk, inference)
                else { continue }
                let text = ExactName(String(decoding: bytes, as: UTF8.self))
                if known.contains(text) { continue }
                let message = "no \(what) `\(text)`" + Suggestion.hint(for: text, among: known.sorted())
                findings.append(Rule.Finding(message, policy.chunk[other].position, file: policy.name))
            }
        }
    }

    /// The possible values of an attribute of something in the store, and the words for a value that is not among them.
    private func names(_ id: Expression.ID, _ chunk: Chunk, _ inference: TypeInference) -> (String, Set<ExactName>)? {
        guard let attribute = inference.attribute(id), case .member(let base, _) = chunk[id].kind else { return nil }
        switch (inference.value(base)?.type, attribute) {
        case (_, .tenant), (_, .tokenTenant): return ("tenant has the id", Set(directory.tenants.map(\.id)))
        case (.department, .id): return ("department has the id", Set(directory.departments.map(\.id)))
        case (.department, .name): return ("department is called", Set(directory.departments.map(\.name)))
        case (.user, .id): return ("user has the id", Set(directory.users.map(\.id)))
        case (.user, .name): return ("user is called", Set(directory.users.map(\.name)))
        case (.user, .email): return ("user has the address", Set(directory.users.map(\.email)))
        case (.userType, .id): return ("user type has the id", Set(directory.userTypes.map(\.id)))
        case (.userType, .name): return ("user type is called", Set(directory.userTypes.map(\.name)))
        default: return nil
        }
    }

    // MARK: Settings

    private mutating func look(into file: PolicyFile, _ policies: [LintedPolicy]) {
        guard case (.object(let members), let places)? = try? JSONReader.located(file.bytes) else { return }
        for policy in members {
            guard let settings = policies.first(where: { $0.id == policy.key })?.declaration?.settings else { continue }
            look(into: policy.value["all"], settings, at: [policy.key, "all"], tenant: nil, places)
            guard case .object(let tenants)? = policy.value["tenants"] else { continue }
            for tenant in tenants {
                let place = [policy.key, "tenants", tenant.key]
                guard let number = directory.tenant(tenant.key) else {
                    let hint = Suggestion.hint(for: tenant.key, among: directory.tenants.map(\.id))
                    report("no tenant has the id `\(tenant.key)`\(hint)", at: place, places)
                    continue
                }
                look(into: tenant.value, settings, at: place, tenant: number, places)
            }
        }
    }

    private mutating func look(
        into json: JSON?, _ settings: [ExactName: Setting], at place: [ExactName], tenant: Int?, _ places: JSONPlaces
    ) {
        guard case .object(let members)? = json else { return }
        for member in members {
            let place = place + [member.key]
            switch (settings[member.key]?.type, member.value) {
            case (let type?, .string(let id)): look(for: ExactName(id), type, at: place, tenant: tenant, places)
            case (.list(let type)?, .array(let ids)):
                for (index, id) in ids.enumerated() {
                    guard case .string(let id) = id else { continue }
                    look(for: ExactName(id), type, at: place + ["\(index)"], tenant: tenant, places)
                }
            default: continue
            }
        }
    }

    private mutating func look(
        for id: ExactName, _ type: ValueType, at place: [ExactName], tenant: Int?, _ places: JSONPlaces
    ) {
        let numbers = tenant.map { [$0] } ?? Array(directory.tenants.indices)
        let whom = tenant.map { "the tenant `\(directory.tenants[$0].id)` has" } ?? "no tenant has"
        let no = tenant == nil ? "a" : "no"
        switch type {
        case .department:
            if numbers.contains(where: { directory.department(id, tenant: $0) != nil }) { return }
            let own = directory.departments.filter { numbers.contains($0.tenant) }
            let meant = own.first { $0.name == id }?.id ?? Suggestion.nearest(to: id, among: own.map(\.id))
            let hint = meant.map { " (did you mean `\($0)`?)" } ?? ""
            report("\(whom) \(no) department with the id `\(id)`\(hint)", at: place, places)
        case .user:
            if numbers.contains(where: { directory.user(id, tenant: $0) != nil }) { return }
            let own = directory.users.filter { numbers.contains($0.tenant) }
            let meant = own.first { $0.name == id }?.id ?? Suggestion.nearest(to: id, among: own.map(\.id))
            let hint = meant.map { " (did you mean `\($0)`?)" } ?? ""
            report("\(whom) \(no) user with the id `\(id)`\(hint)", at: place, places)
        default: return
        }
    }

    private mutating func report(_ message: String, at place: [ExactName], _ places: JSONPlaces) {
        let (line, column) = places.place(of: place)
        findings.append(Rule.Finding(message, file: PolicyFile.settings, line: line, column: column))
    }
}
