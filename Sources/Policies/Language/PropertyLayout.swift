package import Model

/// The places of the declared properties among the packed values of a request: one for a name, whichever types have it.
@usableFromInline package struct PropertyLayout: Sendable {
    /// For each type and slot, its place.
    package private(set) var resources: [[Int]] = []
    package private(set) var subjects: [[Int]] = []
    package private(set) var context: [Int] = []
    /// By action and slot.
    package private(set) var actions: [[Int]] = []
    package private(set) var count = 0
    /// The first place of a property; before it are the values that every request has.
    @inlinable package static var first: Int { 34 }
    /// The places of properties whose values have numbers: departments, users and booleans.
    package private(set) var numbered: Set<Int> = []
    private var names: [Owner: [ExactName: Int]] = [:]

    /// The record of a request that has a property.
    package enum Owner: Sendable {
        case resource
        case action
        case subject
        case context
    }

    init() {}

    init(_ schema: Schema) {
        resources = schema.resources.map { places($0, .resource) }
        subjects = schema.subjects.map { places($0, .subject) }
        context = places(schema.context, .context)
        actions = schema.actionRecords.map { places($0, .action) }
    }

    private mutating func places(_ type: Schema.RecordType, _ owner: Owner) -> [Int] {
        type.properties.map { property in
            let place = place(of: property, owner)
            if [.department, .user, .boolean].contains(property.type) { numbered.insert(place) }
            return place
        }
    }

    private mutating func place(of property: Schema.Property, _ owner: Owner) -> Int {
        if let known = names[owner]?[property.name] { return known }
        let place = Self.first + count
        names[owner, default: [:]][property.name] = place
        count += 1
        return place
    }

    /// The property at a place; `nil` for a place without one.
    package func property(at place: Int) -> (owner: Owner, name: ExactName)? {
        for (owner, names) in names {
            if let name = names.first(where: { $0.value == place })?.key { return (owner, name) }
        }
        return nil
    }

    /// The place of the property that an expression names; `nil` when no type has it.
    package func place(_ name: ExactName, of type: ValueType) -> Int? {
        switch type {
        case .resource: names[.resource]?[name]
        case .action: names[.action]?[name]
        case .context: names[.context]?[name]
        case .external: names[.subject]?[name]
        default: nil
        }
    }
}
