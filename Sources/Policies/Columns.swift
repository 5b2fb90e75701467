internal import Model

/// Where the declared properties lie among the cells of a request: one column for a name, whatever types have it.
package struct Columns: Sendable {
    /// For each type and slot, its place.
    package private(set) var resources: [[Int]] = []
    package private(set) var subjects: [[Int]] = []
    package private(set) var context: [Int] = []
    package private(set) var count = 0
    private var names: [Owner: [ExactName: Int]] = [:]

    private enum Owner {
        case resource
        case subject
        case context
    }

    init() {}

    init(_ schema: Schema) {
        resources = schema.resources.map { places($0, .resource) }
        subjects = schema.subjects.map { places($0, .subject) }
        context = places(schema.context, .context)
    }

    private mutating func places(_ type: Schema.RecordType, _ owner: Owner) -> [Int] {
        type.properties.map { property in
            if let known = names[owner]?[property.name] { return known }
            let place = Request.Place.count + count
            names[owner, default: [:]][property.name] = place
            count += 1
            return place
        }
    }

    /// The place of a property that an expression names of a record; `nil` when no type has it.
    func place(_ name: ExactName, of type: ValueType) -> Int? {
        switch type {
        case .resource: names[.resource]?[name]
        case .context: names[.context]?[name]
        case .external: names[.subject]?[name]
        default: nil
        }
    }
}
