package import Model
internal import Policies

extension AuthorizationRequest {
    /// An AuthZEN 1.0 evaluation request. Unknown members are ignored and named in `ignored`; the types of known
    /// members are checked.
    /// - Parameter trustTime: true to use `context.time` as the clock, for replaying one's own recordings.
    package init(json: JSON, now: Instant, trustTime: Bool = false) throws(RequestError) {
        guard case .object = json else { throw RequestError(noObject: json, at: "") }
        guard json.stated("evaluations") == nil else {
            throw RequestError(
                "`evaluations` is not supported: send each request by itself, on a line of its own",
                property: "evaluations")
        }
        let subject = try Self.object(json, "subject")
        let type = try Self.text(subject, "type", in: "subject")
        let id = try Self.text(subject, "id", in: "subject")
        let about = try Self.properties(subject, "subject")
        let action = try Self.object(json, "action")
        let name = try Self.text(action, "name", in: "action")
        let actionProperties = try Self.properties(action, "action")
        let resource = try Self.object(json, "resource")
        let context = try Self.optionalObject(json, "context")
        self.init(
            action: name, actionProperties: actionProperties,
            subject: type == "token" ? .token(id.text) : .external(type: type, id: id, properties: about),
            resource: Resource(
                type: try Self.text(resource, "type", in: "resource"),
                id: try Self.text(resource, "id", in: "resource"),
                properties: try Self.properties(resource, "resource")),
            context: context, tenant: try Self.optionalText(json, "tenant"), now: now)
        if trustTime {
            guard let time = context["time"]?.string.flatMap({ Instant($0) }) else {
                throw RequestError(wrong: context.stated("time"), of: .instant, at: "context.time")
            }
            self.now = time
            isTimedByContext = true
        }
        if let supported = json.stated("obligations") {
            guard case .array(let names) = supported, names.allSatisfy({ $0.string != nil }) else {
                throw RequestError("`obligations` must be a list of names", property: "obligations")
            }
            guard context.stated(Self.supportedName) == nil || context.stated(Self.supportedName) == supported else {
                throw RequestError(
                    "`obligations` and `context.\(Self.supportedName)` differ: leave out `obligations`, the older form",
                    property: "obligations")
            }
            obligations = .named(names.compactMap(\.name))
        }
        if let expected = json.stated("expected") {
            guard case .boolean = expected else { throw RequestError(wrong: expected, of: .boolean, at: "expected") }
        }
        note(json) { !Self.isPart($0) }
        note(subject, "subject") { !Self.isPartOfRecord($0) }
        if type == "token" { note(about, "subject.properties") { _ in true } }
        note(action, "action") { $0 != "name" && $0 != "properties" }
        note(resource, "resource") { !Self.isPartOfRecord($0) }
    }

    private static func isPart(_ name: ExactName) -> Bool {
        switch name {
        case "subject", "action", "resource", "context", "tenant", "obligations", "expected": true
        default: false
        }
    }

    private static func isPartOfRecord(_ name: ExactName) -> Bool {
        switch name {
        case "type", "id", "properties": true
        default: false
        }
    }

    /// Notes the ignored members of an object.
    private mutating func note(_ json: JSON, _ place: String = "", _ isIgnored: (ExactName) -> Bool) {
        guard case .object(let members) = json else { return }
        for member in members where isIgnored(member.key) {
            ignored.append(place.isEmpty ? member.key : "\(place).\(member.key)")
        }
    }

    private static func object(_ json: JSON, _ name: ExactName) throws(RequestError) -> JSON {
        guard let value = json.stated(name) else { throw RequestError(absent: json[name], "an object", at: name.text) }
        guard case .object = value else { throw RequestError(noObject: value, at: name.text) }
        return value
    }

    private static func text(_ json: JSON, _ name: ExactName, in place: ExactName) throws(RequestError) -> ExactName {
        guard let text = try optionalText(json, name, in: place) else {
            throw RequestError(absent: json[name], "a string", at: "\(place).\(name)")
        }
        return text
    }

    private static func optionalText(
        _ json: JSON, _ name: ExactName, in place: ExactName = ""
    ) throws(RequestError) -> ExactName? {
        guard let value = json.stated(name) else { return nil }
        guard let text = value.name else {
            throw RequestError(wrong: value, of: .string, at: place.isEmpty ? name.text : "\(place).\(name)")
        }
        return text
    }

    private static func properties(_ json: JSON, _ place: String) throws(RequestError) -> JSON {
        try optionalObject(json, "properties", in: "\(place).")
    }

    /// An object that may be left out, or null: an empty one then.
    private static func optionalObject(
        _ json: JSON, _ name: ExactName, in place: String = ""
    ) throws(RequestError) -> JSON {
        let value = json.stated(name) ?? .object([])
        guard case .object = value else { throw RequestError(noObject: value, at: "\(place)\(name)") }
        return value
    }
}
