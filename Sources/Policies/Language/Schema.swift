package import Model

/// The half of the vocabulary that a schema declares: actions, resource types, context and external subject types.
package struct Schema: Sendable {
    package enum ActionKind: String, CaseIterable, Sendable {
        case read
        case write
        case delete
        case admin
    }

    /// A declared action: its kind, the types of resource that it applies to, and its properties.
    package struct Action: Sendable {
        package let kind: ActionKind
        /// The types of resource that it applies to; `nil` for every type, and for a request without a resource.
        package let resources: [ExactName]?
        package let properties: [Property]

        package init(kind: ActionKind, resources: [ExactName]? = nil, properties: [Property] = []) {
            (self.kind, self.resources, self.properties) = (kind, resources, properties)
        }

        package func applies(to type: ExactName?) -> Bool {
            resources.map { known in type.map(known.contains) ?? false } ?? true
        }
    }

    /// A declared property of a resource, an action, the context or an external subject.
    package struct Property: Sendable, Hashable {
        package let name: ExactName
        package let type: ValueType
        package let isOptional: Bool

        package init(name: ExactName, type: ValueType, isOptional: Bool) {
            (self.name, self.type, self.isOptional) = (name, type, isOptional)
        }
    }

    /// A named set of properties; the property's place in it is its slot.
    package struct RecordType: Sendable {
        package let name: ExactName
        package let properties: [Property]

        package init(name: ExactName, properties: [Property]) {
            self.name = name
            self.properties = properties
        }

        package func slot(_ name: ExactName) -> Int? { properties.slot(name) }

        /// The property at a path of names, through records inside this one.
        package func property(at path: [ExactName]) -> Property? {
            var found: Property?
            for name in path {
                let properties = found.map { $0.type.properties ?? [] } ?? self.properties
                guard let slot = properties.slot(name) else { return nil }
                found = properties[slot]
            }
            return found
        }
    }

    package var actions: [ExactName: Action] = [:] {
        didSet {
            actionNames = actions.keys.sorted()
            actionIndex = ByteIndex()
            for (number, name) in actionNames.enumerated() { actionIndex.claim(name, number: number) }
            actionRecords = actionNames.map { RecordType(name: $0, properties: actions[$0]!.properties) }
            layout = PropertyLayout(self)
            noteApplicability()
        }
    }
    /// Every action, sorted; its index is its number.
    package private(set) var actionNames: [ExactName] = []
    package private(set) var actionIndex = ByteIndex()
    /// The properties of each action, by its number.
    package private(set) var actionRecords: [RecordType] = []
    /// For each action, by resource type, true where it applies; `nil` for an action that applies everywhere.
    private var applicability: [[Bool]?] = []
    package var resources: [RecordType] = [] {
        didSet {
            layout = PropertyLayout(self)
            noteApplicability()
        }
    }
    package var subjects: [RecordType] = [] { didSet { layout = PropertyLayout(self) } }
    package var context = RecordType(name: "context", properties: []) { didSet { layout = PropertyLayout(self) } }
    /// The places of the declared properties in a request.
    package private(set) var layout = PropertyLayout()

    private mutating func noteApplicability() {
        applicability = actionNames.map { name in
            guard let action = actions[name], action.resources != nil else { return nil }
            return resources.map { action.applies(to: $0.name) }
        }
    }

    /// True when an action applies to a type of resource, both by their numbers.
    /// - Parameter type: `nil` for a request without a resource.
    package func applies(_ action: Int, to type: Int?) -> Bool {
        guard let types = applicability[action] else { return true }
        return type.map { types[$0] } ?? false
    }

    /// The types of resource that an action applies to.
    package func resources(of action: ExactName) -> [RecordType] {
        resources.filter { actions[action]?.applies(to: $0.name) ?? true }
    }

    /// The property with this name of any of some types. All of them give it the same type, but for records, whose parts
    /// are those of all: a part that one of the records lacks is optional.
    package static func property(_ name: ExactName, among types: [RecordType]) -> Property? {
        merged(types.compactMap { type in type.slot(name).map { type.properties[$0] } })
    }

    /// One property for all of these, which have one name.
    private static func merged(_ declared: [Property]) -> Property? {
        guard let first = declared.first, declared.count > 1, first.type.properties != nil else {
            return declared.first
        }
        let records = declared.map { $0.type.properties ?? [] }
        var names: [ExactName] = []
        for property in records.joined() where !names.contains(property.name) { names.append(property.name) }
        let parts = names.map { name in
            let own = records.compactMap { record in record.slot(name).map { record[$0] } }
            let part = merged(own)!
            let isOptional = own.count < records.count || own.contains(where: \.isOptional)
            return Property(name: name, type: part.type, isOptional: isOptional)
        }
        return Property(name: first.name, type: .record(parts), isOptional: declared.contains(where: \.isOptional))
    }

    /// True when every record of some types has a property: all of them declare it, and none as optional.
    package static func requires(_ name: ExactName, _ types: [RecordType]) -> Bool {
        types.allSatisfy { type in type.slot(name).map { !type.properties[$0].isOptional } ?? false }
    }

    /// The properties of an action; `nil` for one that is not declared.
    package func action(_ name: ExactName) -> RecordType? { actionIndex.number(name).map { actionRecords[$0] } }
    package func resource(_ name: ExactName) -> Int? { resources.firstIndex { $0.name == name } }
    package func subject(_ name: ExactName) -> Int? { subjects.firstIndex { $0.name == name } }
}

extension [Schema.Property] {
    /// The place of a property among these.
    package func slot(_ name: ExactName) -> Int? { firstIndex { $0.name == name } }
}

extension Schema {
    /// True when two schemas declare the same, so that facts mean the same under both.
    package func isSame(as other: Schema) -> Bool {
        func same(_ one: [RecordType], _ other: [RecordType]) -> Bool {
            one.count == other.count
                && zip(one, other).allSatisfy { $0.name == $1.name && $0.properties == $1.properties }
        }
        return actionNames == other.actionNames
            && actionNames.allSatisfy { name in
                guard let own = actions[name], let second = other.actions[name] else { return false }
                return own.kind == second.kind && own.resources == second.resources
                    && own.properties == second.properties
            }
            && same(resources, other.resources) && same(subjects, other.subjects) && same([context], [other.context])
    }
}
