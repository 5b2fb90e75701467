package import Decisions
package import Model
internal import Policies

/// The access matrix of one token: every action, in every department, on every type of resource that has a department. Of
/// an external subject: every action on every type of resource.
package struct WhatCan: Sendable {
    package struct Row: Sendable {
        package let action: ExactName
        /// Without any resource; for an action that is declared for some types, on those without a department.
        package let plain: Entry
        /// By column, a department or for an external subject a type of resource, with the types of resource to which each
        /// answer applies; one entry where all agree.
        package let cells: [Entry]
        /// True when the token's user and user type grant the permission at all.
        package let isHeld: Bool
    }

    /// One action in one department.
    package struct Entry: Sendable {
        package private(set) var answers: [(types: [ExactName], answer: ConditionalDecision)] = []

        /// Adds the answer for a type of resource; `nil` for none.
        fileprivate mutating func add(_ answer: ConditionalDecision, for type: ExactName?) {
            let types = type.map { [$0] } ?? []
            if let same = answers.firstIndex(where: { $0.answer == answer }) {
                answers[same].types += types
            } else {
                answers.append((types, answer))
            }
        }

        /// The answer, when all types agree.
        package var answer: ConditionalDecision? { answers.count == 1 ? answers[0].answer : nil }
        package var isPossible: Bool { answers.contains { $0.answer.isPossible } }
    }

    /// The departments, by number, in the order of their tree.
    package let columns: [Int]
    /// The types of resource, which are the columns for an external subject; empty for a token.
    package let types: [ExactName]
    /// By action.
    package private(set) var rows: [Row] = []
    /// The reason why it may do nothing at all; `nil` when it is valid.
    package let fault: String?
    package private(set) var isComplete = true

    /// - Parameters:
    ///   - token: its number in the directory.
    ///   - departments: by number; `nil` for all of its tenant.
    ///   - actions: `nil` for all of the schema.
    package init(
        _ token: Int, actions: [ExactName]? = nil, departments: [Int]? = nil, context: JSON = .object([]), now: Instant,
        _ authorizer: Authorizer, on directory: Directory, progress: Progress = { _, _ in true }
    ) {
        let record = directory.tokens[token]
        types = []
        fault = ActorValidity.fault(record, in: directory, now: now)
        columns =
            departments
            ?? directory.departments.indices.filter { directory.departments[$0].tenant == record.tenant }
        let schema = authorizer.policies.schema
        let held = directory.assignments[record.assignment].permissions
        let types = schema.resources.filter {
            $0.properties.contains { $0.name == "department" && $0.type == .department }
        }
        let actions = actions ?? schema.actionNames
        let steps = columns.count * types.count + 1
        for (number, action) in actions.enumerated() {
            guard progress(number * steps, actions.count * steps) else {
                isComplete = false
                return
            }
            var question = AuthorizationRequest(
                action: action, subject: .token(record.id.description), context: context,
                tenant: directory.tenants[record.tenant].id, now: now)
            let declared = schema.actions[action]
            let places: [ExactName?] =
                declared?.resources.map { names in names.filter { name in !types.contains { $0.name == name } } } ?? [
                    nil
                ]
            var plain = Entry()
            for type in places {
                question.resource = type.map { .init(type: $0, id: nil) }
                let solver = ConditionSolver(question, authorizer, on: directory)
                plain.add(solver.answer(for: token, solver.branch()).answer, for: type)
            }
            var cells = [Entry](repeating: Entry(), count: columns.count)
            for (round, type) in types.enumerated() where declared?.applies(to: type.name) != false {
                let property = Change.Property(.resource, "department")
                question.resource = .init(type: type.name, id: nil)
                if let first = columns.first { question.set(property, to: .string(directory.departments[first].id)) }
                let solver = ConditionSolver(question, authorizer, on: directory)
                let named = schema.resource(type.name).flatMap { index in
                    type.slot("department").map { schema.layout.resources[index][$0].place }
                }
                for (place, column) in columns.enumerated() {
                    let step = number * steps + round * columns.count + place
                    guard place % 64 != 0 || progress(step, actions.count * steps) else {
                        isComplete = false
                        return
                    }
                    let change = Change.property(property, .init(.string(directory.departments[column].id)))
                    let answer =
                        named.flatMap { solver.knownAnswer(for: token, department: column, at: $0) }
                        ?? solver.answer(for: token, solver.branch(stating: [change])).answer
                    cells[place].add(answer, for: type.name)
                }
            }
            rows.append(Row(action: action, plain: plain, cells: cells, isHeld: held.permits(action)))
        }
    }

    /// - Parameters:
    ///   - subject: an external subject, of a type that the schema declares.
    ///   - tenant: the id of its tenant; `nil` for none.
    package init(
        of subject: AuthorizationRequest.Subject, tenant: ExactName?, now: Instant, _ authorizer: Authorizer,
        on directory: Directory, progress: Progress = { _, _ in true }
    ) {
        let schema = authorizer.policies.schema
        (columns, fault, types) = ([], nil, schema.resources.map(\.name))
        for (number, action) in schema.actionNames.enumerated() {
            guard progress(number, schema.actionNames.count) else {
                isComplete = false
                return
            }
            var question = AuthorizationRequest(action: action, subject: subject, tenant: tenant, now: now)
            question.obligations = .all
            func answer() -> ConditionalDecision {
                let solver = ConditionSolver(question, authorizer, on: directory)
                return solver.answer(for: nil, solver.branch()).answer
            }
            let declared = schema.actions[action]
            var plain = Entry()
            if declared?.resources == nil { plain.add(answer(), for: nil) }
            let cells = types.map { type in
                var entry = Entry()
                guard declared?.applies(to: type) != false else { return entry }
                question.resource = .init(type: type, id: nil)
                entry.add(answer(), for: type)
                return entry
            }
            rows.append(Row(action: action, plain: plain, cells: cells, isHeld: false))
        }
    }
}
