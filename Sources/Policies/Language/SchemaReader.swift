internal import Lua
internal import Model
internal import Syntax

/// Reads the table that `schema.lua` returns, and reports every fault, not only the first.
struct SchemaReader {
    let path: String
    private let places: TablePlaces
    private(set) var schema = Schema()
    private(set) var diagnostics: [Diagnostic] = []

    /// - Parameter places: those of the table's fields in the source.
    init(_ value: LuaValue, path: String, places: TablePlaces) {
        self.path = path
        self.places = places
        guard case .table(let sections) = value else {
            report("the schema must return a table, got \(value.kindName)", at: [])
            return
        }
        let known: [ExactName] = ["actions", "resources", "context", "subjects"]
        for section in sections {
            guard let name = section.key.name, known.contains(name) else {
                let parts = "; a schema has \(known.joined(separator: ", "))"
                report(
                    "unknown section \(section.key.shown)" + hint(section.key, known) + parts, at: [section.key.keyName]
                )
                continue
            }
            guard case .table(let entries) = section.value else {
                report("`\(name)` must be a table, got \(section.value.kindName)", at: [name])
                continue
            }
            switch name {
            case "actions": readActions(entries)
            case "resources": schema.resources = readTypes(entries, in: name)
            case "subjects": schema.subjects = readTypes(entries, in: name)
            default:
                schema.context = Schema.RecordType(
                    name: name, properties: readProperties(entries, in: name, at: [name]))
            }
        }
        refuseUnknownTypes()
        refuseTwins(schema.actionNames.map { ($0, [$0]) }, in: "actions")
        refuseAmbiguity(schema.actionRecords, in: "actions")
        refuseAmbiguity(schema.resources, in: "resources")
        refuseAmbiguity(schema.subjects, in: "subjects")
        refuseTwins(schema.context.properties.map { ($0.name, [$0.name]) }, in: "context")
        for (types, section) in [(schema.resources, "resources" as ExactName), (schema.subjects, "subjects")] {
            refuseTwins(types.map { ($0.name, [$0.name]) }, in: section)
        }
        for (types, section) in records {
            let properties = types.flatMap { type in
                type.properties.map { ($0.name, keys(of: $0.name, type, in: section)) }
            }
            refuseTwins(properties, in: section)
        }
    }

    /// The records of each section with several types of record.
    private var records: [(types: [Schema.RecordType], section: ExactName)] {
        [(schema.actionRecords, "actions"), (schema.resources, "resources"), (schema.subjects, "subjects")]
    }

    /// The keys of a property inside its section.
    private func keys(of property: ExactName, _ type: Schema.RecordType, in section: ExactName) -> [ExactName] {
        section == "actions" ? [type.name, "properties", property] : [type.name, property]
    }

    private mutating func report(_ message: String, at keys: [ExactName]) {
        let place = places[keys]
        diagnostics.append(
            Diagnostic(message, path: path, line: place.line, column: place.column, rule: "schema"))
    }

    private func hint(_ key: LuaValue, _ known: [ExactName]) -> String {
        if let name = key.name { Suggestion.hint(for: name, among: known) } else { "" }
    }

    private mutating func readActions(_ entries: [LuaValue.Entry]) {
        for entry in entries {
            guard let name = entry.key.name else {
                report("an action needs a name: `[\"orders.read\"] = \"read\"`", at: ["actions", entry.key.keyName])
                continue
            }
            if let fault = PermissionSet.fault(name.text, wildcard: false) {
                report("action `\(name)`: \(fault)", at: ["actions", name])
            }
            if DecisionKind(rawValue: name.text)?.isAdministrative == true {
                report("action `\(name)`: this name is taken by a decision kind", at: ["actions", name])
            }
            if let action = readAction(entry.value, name) { schema.actions[name] = action }
        }
    }

    /// An action: its kind alone, or a table with its kind, the types it applies to, and its properties.
    private mutating func readAction(_ value: LuaValue, _ name: ExactName) -> Schema.Action? {
        let kinds = Schema.ActionKind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        func kind(_ value: LuaValue) -> Schema.ActionKind? {
            value.name.flatMap { Schema.ActionKind(rawValue: $0.text) }
        }
        guard case .table(let members) = value else {
            if let kind = kind(value) { return Schema.Action(kind: kind) }
            let known = Schema.ActionKind.allCases.map { ExactName($0.rawValue) }
            report(
                "action `\(name)` needs a kind, one of \(kinds); got \(value.shown)\(hint(value, known))",
                at: ["actions", name])
            return nil
        }
        var found: Schema.ActionKind?
        var resources: [ExactName]?
        var properties: [Schema.Property] = []
        let known: [ExactName] = ["kind", "on", "properties"]
        for member in members {
            let place: [ExactName] = ["actions", name, member.key.keyName]
            switch member.key.name {
            case "kind":
                found = kind(member.value)
                if found == nil {
                    let known = Schema.ActionKind.allCases.map { ExactName($0.rawValue) }
                    report(
                        "action `\(name)`: `kind` must be one of \(kinds); got \(member.value.shown)"
                            + hint(member.value, known), at: place)
                }
            case "on": resources = readResources(member.value, of: name)
            case "properties":
                guard case .table(let entries) = member.value else {
                    report(
                        "action `\(name)`: `properties` must be a table such as `{ soft = optional \"boolean\" }`, got "
                            + member.value.shown, at: place)
                    continue
                }
                properties = readProperties(entries, in: "actions.\(name)", at: place)
            default:
                report(
                    "action `\(name)`: unknown key \(member.key.shown)\(hint(member.key, known)); an action has "
                        + known.joined(separator: ", "), at: place)
            }
        }
        if !members.contains(where: { $0.key == .string("kind") }) {
            report("action `\(name)` needs a kind: `kind = \"read\"`, or one of \(kinds)", at: ["actions", name])
        }
        return found.map { Schema.Action(kind: $0, resources: resources, properties: properties) }
    }

    /// The types of resource that an action applies to, which are declared elsewhere: see `refuseUnknownTypes`.
    private mutating func readResources(_ value: LuaValue, of action: ExactName) -> [ExactName] {
        let place: [ExactName] = ["actions", action, "on"]
        guard case .table(let entries) = value else {
            report(
                "action `\(action)`: `on` must be a list of resource types such as `{ \"order\" }`, got \(value.shown)",
                at: place)
            return []
        }
        if entries.isEmpty {
            report(
                "action `\(action)`: it applies to no type, so that every request for it is denied: name a type, or leave "
                    + "`on` out for all types", at: place)
        }
        var types: [ExactName] = []
        for (index, entry) in entries.enumerated() {
            guard entry.key == .integer(Int64(index + 1)), let name = entry.value.name else {
                let got = entry.key.name == nil ? entry.value.shown : entry.key.shown
                report(
                    "action `\(action)`: `on` lists the names of resource types, `{ \"order\" }`; got \(got)",
                    at: place + [entry.key.keyName])
                continue
            }
            if types.contains(name) {
                report("action `\(action)`: `on` names `\(name)` twice", at: place + [entry.key.keyName])
            } else {
                types.append(name)
            }
        }
        return types
    }

    /// Refuses actions on types of resource that are not declared.
    private mutating func refuseUnknownTypes() {
        let known = schema.resources.map(\.name)
        for action in schema.actionNames {
            for (index, type) in (schema.actions[action]?.resources ?? []).enumerated() where !known.contains(type) {
                report(
                    "action `\(action)`: there is no resource type `\(type)`"
                        + Suggestion.hint(for: type, among: known),
                    at: ["actions", action, "on", "\(index + 1)"])
            }
        }
    }

    private mutating func readTypes(_ entries: [LuaValue.Entry], in section: ExactName) -> [Schema.RecordType] {
        var types: [Schema.RecordType] = []
        for entry in entries {
            guard let name = entry.key.name, case .table(let properties) = entry.value else {
                let got = entry.key.name == nil ? entry.key.shown : "\(entry.key.shown) with \(entry.value.shown)"
                report(
                    "`\(section)`: each entry is a name and a table of properties, `order = { amount = \"number\" }`; got "
                        + got, at: [section, entry.key.keyName])
                continue
            }
            if section == "subjects", name == "token" || name == "any" {
                report("`subjects.\(name)`: the name `\(name)` is taken", at: [section, name])
            }
            types.append(
                Schema.RecordType(
                    name: name,
                    properties: readProperties(
                        properties, in: "\(section).\(name)", at: [section, name])))
        }
        return types
    }

    private mutating func readProperties(
        _ entries: [LuaValue.Entry], in place: ExactName, at keys: [ExactName]
    ) -> [Schema.Property] {
        var properties: [Schema.Property] = []
        for entry in entries {
            guard let name = entry.key.name else {
                report("`\(place)`: a property needs a name: `amount = \"number\"`", at: keys + [entry.key.keyName])
                continue
            }
            if let reason = Self.taken(name, in: keys[0]) {
                report("`\(place).\(name)`: \(reason)", at: keys + [name])
            }
            do {
                let (type, isOptional) = try TypeReader.read(entry.value)
                if place == "context", name == "supported_obligations", type != .list(.string) {
                    report(
                        "`context.\(name)` is what AuthZEN calls the obligations that a client supports: it can only "
                            + "be `list \"string\"`", at: keys + [name])
                }
                properties.append(Schema.Property(name: name, type: type, isOptional: isOptional))
            } catch {
                let inner = error.path.map { ".\($0)" }.joined()
                report("`\(place).\(name)\(inner)`: \(error.message)", at: keys + [name] + error.path)
            }
        }
        return properties
    }

    /// The reason why a property cannot have a name that every record of its section has; `nil` when it can.
    private static func taken(_ name: ExactName, in section: ExactName) -> String? {
        switch section {
        case "context": return nil
        case "actions":
            if name == "name" { return "every action has a `name`; do not declare it" }
            let isMethod =
                Vocabulary.textMethods.contains(name) || [Method.has, .declares].contains { $0.name == name.text }
            return isMethod ? "`request.action` has a method `\(name)` already; choose another name" : nil
        default:
            return name == "type" || name == "id" ? "every record has `type` and `id`; do not declare them" : nil
        }
    }

    /// - Parameter names: each with its keys inside the section.
    private mutating func refuseTwins(_ names: [(ExactName, keys: [ExactName])], in section: ExactName) {
        guard let twins = TwinNames.first(in: names.map(\.0)) else { return }
        let keys = names.last { $0.0 == twins.other }?.keys ?? []
        report("`\(section)`: \(twins.message)", at: [section] + keys)
    }

    /// Refuses a property name with two types: `resource.status` must mean the same whatever the resource is.
    private mutating func refuseAmbiguity(_ types: [Schema.RecordType], in section: ExactName) {
        var seen: [ExactName: (type: ValueType, owner: ExactName)] = [:]
        for type in types {
            for property in type.properties {
                guard let first = seen[property.name] else {
                    seen[property.name] = (property.type, type.name)
                    continue
                }
                if let other = Self.ambiguity(first.type, property.type, property.name) {
                    let (one, two) = (other.one.withArticle, other.two.withArticle)
                    report(
                        "`\(section)`: `\(other.name)` is \(one) on `\(first.owner)` and \(two) on `\(type.name)`"
                            + (one == two ? ", with other parts or values" : "") + "; one name has one type",
                        at: [section] + keys(of: property.name, type, in: section))
                }
            }
        }
    }

    /// The part of two properties with one name that has two types; `nil` where they agree. Records agree when the parts
    /// do that both have.
    private static func ambiguity(
        _ one: ValueType, _ other: ValueType, _ name: ExactName
    ) -> (name: ExactName, one: ValueType, two: ValueType)? {
        guard let own = one.properties, let others = other.properties else {
            return one == other ? nil : (name, one, other)
        }
        for property in own {
            guard let slot = others.slot(property.name) else { continue }
            if let found = ambiguity(property.type, others[slot].type, "\(name).\(property.name)") { return found }
        }
        return nil
    }
}
