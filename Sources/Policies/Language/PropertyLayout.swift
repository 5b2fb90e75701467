package import Model

/// The places of the declared properties among the packed values of a request: one for a name, whichever types have it.
///
/// A record inside another has a place of its own, which says that it is there, and one for each of its properties.
@usableFromInline package struct PropertyLayout: Sendable {
    /// The place of a property, and those of its parts, by slot.
    package struct Column: Sendable {
        package let place: Int
        /// Empty for a property that is no record.
        package let parts: [Column]
    }

    /// For each type and slot, its place.
    package private(set) var resources: [[Column]] = []
    package private(set) var subjects: [[Column]] = []
    package private(set) var context: [Column] = []
    /// By action and slot.
    package private(set) var actions: [[Column]] = []
    package var count: Int { properties.count }
    /// The first place of a property; before it are the values that every request has.
    @inlinable package static var first: Int { 38 }
    /// The places of properties whose values have numbers: departments, users, booleans and the presence of records.
    package var numbered: Set<Int> { Set(numberedTypes.keys) }
    /// By place, the first type that a property there has.
    private var numberedTypes: [Int: ValueType] = [:]
    /// By place, from the first on.
    private var properties: [(owner: Owner, path: [ExactName])] = []
    private var places: [Owner: [[ExactName]: Int]] = [:]

    /// The record of a request that has a property.
    package enum Owner: Sendable {
        case resource
        case action
        case subject
        case context

        /// The owner that an expression of a type stands for; `nil` for any other type.
        package init?(_ type: ValueType) {
            switch type {
            case .resource: self = .resource
            case .action: self = .action
            case .context: self = .context
            case .external: self = .subject
            default: return nil
            }
        }
    }

    init() {}

    init(_ schema: Schema) {
        resources = schema.resources.map { columns($0.properties, .resource, []) }
        subjects = schema.subjects.map { columns($0.properties, .subject, []) }
        context = columns(schema.context.properties, .context, [])
        actions = schema.actionRecords.map { columns($0.properties, .action, []) }
    }

    private mutating func columns(_ properties: [Schema.Property], _ owner: Owner, _ path: [ExactName]) -> [Column] {
        properties.map { property in
            let path = path + [property.name]
            let place = place(owner, path)
            let type = property.type.plain
            if [.department, .user, .boolean].contains(type) || type.properties != nil, numberedTypes[place] == nil {
                numberedTypes[place] = type
            }
            return Column(place: place, parts: columns(type.properties ?? [], owner, path))
        }
    }

    private mutating func place(_ owner: Owner, _ path: [ExactName]) -> Int {
        if let known = places[owner]?[path] { return known }
        let place = Self.first + count
        places[owner, default: [:]][path] = place
        properties.append((owner, path))
        return place
    }

    /// The type of the values at a place that have numbers: a department, a user, a boolean or a record; `nil` for others.
    package func numberedType(at place: Int) -> ValueType? { numberedTypes[place] }

    /// The property at a place; `nil` for a place without one.
    package func property(at place: Int) -> (owner: Owner, path: [ExactName])? {
        properties.indices.contains(place - Self.first) ? properties[place - Self.first] : nil
    }

    /// The place of a property of a record of the request; `nil` when no type has it.
    package func place(_ name: ExactName, of type: ValueType) -> Int? {
        Owner(type).flatMap { places[$0]?[[name]] }
    }

    /// The place of a property of the record at a place; `nil` when no type has it.
    package func place(_ name: ExactName, in record: Int) -> Int? {
        property(at: record).flatMap { places[$0.owner]?[$0.path + [name]] }
    }
}
