internal import Decisions
internal import Model
internal import Policies

/// The properties that a request leaves open, and made-up values for those that it must state.
extension ConditionSolver {
    /// Adds the properties that a request does not state, also those of records inside a record.
    static func open(
        _ properties: [Schema.Property], of record: Change.Property.Record, _ path: [JSON.Step],
        in question: AuthorizationRequest, _ open: inout Set<Change.Property>
    ) {
        for declared in properties {
            let property = Change.Property(record, path: path + [.name(declared.name)])
            if question.value(of: property) == nil { open.insert(property) }
            self.open(declared.type.properties ?? [], of: record, property.path, in: question, &open)
        }
    }

    static func sample(_ type: ValueType, _ directory: Directory, _ question: AuthorizationRequest) -> JSON? {
        let tenant = question.tenant.flatMap(directory.tenant) ?? 0
        switch type {
        case .boolean: return .boolean(false)
        case .number: return .integer(0)
        case .string: return .string("")
        case .instant: return .string(question.now.description)
        case .date: return .string(Zone.utc.date(of: question.now).description)
        case .time: return .string("12:00")
        case .duration: return .string("PT1H")
        case .ip: return .string("192.0.2.1")
        case .network: return .string("192.0.2.0/24")
        case .department: return directory.departments.first { $0.tenant == tenant }.map { .string($0.id) }
        case .user: return directory.users.first { $0.tenant == tenant }.map { .string($0.id) }
        case .restricted(_, .oneOf(let names)): return names.first.map(JSON.string)
        case .restricted(.list(let element), .count(let count)):
            guard let value = sample(element, directory, question) else { return nil }
            return .array([JSON](repeating: value, count: count))
        case .restricted(let type, _): return sample(type, directory, question)
        case .list: return .array([])
        case .map: return .object([])
        case .record(let properties):
            var members: [JSON.Member] = []
            for property in properties where !property.isOptional {
                guard let value = sample(property.type, directory, question) else { return nil }
                members.append(.init(property.name, value))
            }
            return .object(members)
        default: return nil
        }
    }
}
