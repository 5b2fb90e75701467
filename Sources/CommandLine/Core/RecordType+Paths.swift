internal import Model
internal import Policies

/// Properties as the command line names them: `amount`, `consent.client`, `labels.env`.
extension Schema.RecordType {
    /// The path and the type of a property, also of one of a record inside this one, or of a value of a map.
    func path(_ name: ExactName) -> (path: [JSON.Step], type: ValueType)? {
        Self.path(name, among: properties)
    }

    private static func path(
        _ name: ExactName, among properties: [Schema.Property]
    ) -> (path: [JSON.Step], type: ValueType)? {
        // A name may have dots itself.
        if let property = properties.first(where: { $0.name == name }) { return ([.name(name)], property.type) }
        for property in properties {
            guard name.hasPrefix("\(property.name).") else { continue }
            let rest = ExactName(String(decoding: name.utf8.dropFirst(property.name.utf8.count + 1), as: UTF8.self))
            if let inner = property.type.properties, let found = path(rest, among: inner) {
                return ([.name(property.name)] + found.path, found.type)
            }
            if case .map(let type) = property.type.unrestricted, !rest.isEmpty {
                return ([.name(property.name), .key(rest)], type)
            }
        }
        return nil
    }

    /// The names of all properties, those of records inside this one after the record's.
    var paths: [ExactName] { Self.paths(properties) }

    private static func paths(_ properties: [Schema.Property]) -> [ExactName] {
        properties.flatMap { property in
            [property.name] + paths(property.type.properties ?? []).map { "\(property.name).\($0)" }
        }
    }
}
