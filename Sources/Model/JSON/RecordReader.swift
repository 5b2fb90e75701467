/// A strict reader of one JSON object: unknown, missing and wrongly typed members are errors with their path.
struct RecordReader {
    let path: String
    private let members: [JSON.Member]

    init(_ json: JSON, path: String, known: [ExactName]) throws(OrganisationError) {
        guard case .object(let members) = json else {
            throw OrganisationError("expected an object, got \(json.kindName)", path: path)
        }
        for member in members where !known.contains(member.key) {
            let hint = Suggestion.hint(for: member.key, among: known)
            throw OrganisationError("unknown member `\(member.key)`\(hint)", path: path)
        }
        self.members = members
        self.path = path
    }

    /// The path of a member, without a leading dot.
    private func path(_ name: ExactName) -> String { path.isEmpty ? name.text : "\(path).\(name)" }

    /// - Returns: `nil` for a missing member.
    private func value(_ name: ExactName) throws(OrganisationError) -> JSON? {
        guard let value = members.first(where: { $0.key == name })?.value else { return nil }
        guard value != .null else {
            throw OrganisationError(
                "`null` is not a value: leave `\(name)` out to keep its value, or give a new one", path: path(name))
        }
        return value
    }

    private func fault(_ name: ExactName, _ expected: String, _ found: JSON?) -> OrganisationError {
        OrganisationError("expected \(expected), got \(found?.kindName ?? "nothing")", path: path(name))
    }

    /// Refuses a member that this record cannot have.
    func refuse(_ name: ExactName, _ message: String) throws(OrganisationError) {
        guard members.contains(where: { $0.key == name }) else { return }
        throw OrganisationError(message, path: path(name))
    }

    // INVARIANT: a missing member keeps its old value. Only a new record gets a default.

    /// Reads a string of 1 to 400 bytes without control characters.
    /// - Parameter old: the value of a missing member.
    func text(_ name: ExactName, or old: ExactName? = nil) throws(OrganisationError) -> ExactName {
        guard let text = try stated(name) else {
            guard let old else { throw fault(name, "a string", nil) }
            return old
        }
        guard !text.isEmpty else { throw OrganisationError("must not be empty", path: path(name)) }
        return text
    }

    /// - Parameters:
    ///   - old: the value of a missing member; an empty string removes it.
    ///   - most: the most bytes that it may have.
    func optionalText(
        _ name: ExactName, or old: ExactName?, most: Int = 400
    ) throws(OrganisationError) -> ExactName? {
        guard let text = try stated(name, most: most) else { return old }
        return text.isEmpty ? nil : text
    }

    private func stated(_ name: ExactName, most: Int = 400) throws(OrganisationError) -> ExactName? {
        guard let value = try value(name) else { return nil }
        guard let text = value.string else { throw fault(name, "a string", value) }
        guard text.utf8.count <= most,
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw OrganisationError("must have at most \(most) bytes and no control characters", path: path(name))
        }
        return ExactName(text)
    }

    func flag(_ name: ExactName, or old: Bool) throws(OrganisationError) -> Bool {
        guard let value = try value(name) else { return old }
        guard case .boolean(let flag) = value else { throw fault(name, "true or false", value) }
        return flag
    }

    func instant(_ name: ExactName, or old: Instant?) throws(OrganisationError) -> Instant {
        guard let value = try value(name) else {
            guard let old else { throw fault(name, "a time", nil) }
            return old
        }
        return try instant(name, value)
    }

    /// - Parameter old: the value of a missing member; an empty string removes it.
    func optionalInstant(_ name: ExactName, or old: Instant?) throws(OrganisationError) -> Instant? {
        guard let value = try value(name) else { return old }
        if case .string(let text) = value, text.isEmpty { return nil }
        return try instant(name, value)
    }

    private func instant(_ name: ExactName, _ value: JSON) throws(OrganisationError) -> Instant {
        guard let text = value.string, let instant = Instant(text) else {
            throw fault(name, "a time such as `2026-11-22T12:00:00Z`", value)
        }
        return instant
    }

    /// Reads a list of permissions, which replaces the old list as a whole.
    func permissions(_ name: ExactName, wildcard: Bool, or old: [ExactName]?) throws(OrganisationError) -> [ExactName] {
        guard let value = try value(name) else { return old ?? [] }
        guard case .array(let elements) = value else { throw fault(name, "an array of permissions", value) }
        var permissions: [ExactName] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.string else { throw fault("\(name)[\(index)]", "a permission", element) }
            if let reason = PermissionSet.fault(text, wildcard: wildcard) {
                throw OrganisationError("`\(text)`: \(reason)", path: path("\(name)[\(index)]"))
            }
            permissions.append(ExactName(text))
        }
        return permissions
    }

    /// True when the record has a member.
    func has(_ name: ExactName) -> Bool { members.contains { $0.key == name } }

    /// Reads a list of strings that are not empty; none for a missing member.
    func texts(_ name: ExactName, _ expected: String) throws(OrganisationError) -> [ExactName] {
        guard let value = try value(name) else { return [] }
        guard case .array(let elements) = value else { throw fault(name, "an array", value) }
        var texts: [ExactName] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.name, !text.isEmpty, text.utf8.count <= 400 else {
                throw fault("\(name)[\(index)]", expected, element)
            }
            texts.append(text)
        }
        return texts
    }

    /// Reads a whole number; `nil` for a missing member.
    func number(_ name: ExactName, in range: ClosedRange<Int>) throws(OrganisationError) -> Int? {
        guard let value = try value(name) else { return nil }
        guard case .integer(let number) = value, let number = Int(exactly: number), range.contains(number) else {
            throw fault(name, "a whole number from \(range.lowerBound) to \(range.upperBound)", value)
        }
        return number
    }

    /// Reads a ceiling; an empty object removes it.
    /// - Parameter old: the value of a missing member.
    func ceiling(_ name: ExactName, or old: Ceiling?) throws(OrganisationError) -> Ceiling? {
        guard let value = try value(name) else { return old }
        let ceiling = try Ceiling(json: value, path: path(name))
        return ceiling.isEmpty ? nil : ceiling
    }

    func list<Element>(
        _ name: ExactName, _ read: (JSON, String) throws(OrganisationError) -> Element
    ) throws(OrganisationError) -> [Element] {
        guard let value = try value(name) else { return [] }
        guard case .array(let elements) = value else { throw fault(name, "an array", value) }
        var result: [Element] = []
        for (index, element) in elements.enumerated() {
            result.append(try read(element, path("\(name)[\(index)]")))
        }
        return result
    }
}
