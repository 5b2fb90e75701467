package import Model

extension Question {
    /// An AuthZEN 1.0 evaluation request. Fields nobody knows are ignored.
    /// - Parameter trustTime: whether `context.time` is the clock, for replaying one's own recordings.
    package init(json: JSON, now: Instant, trustTime: Bool = false) throws(RequestError) {
        guard case .object = json else {
            throw RequestError("a request is an object, got \(json.kindName)", property: "")
        }
        let subject = try Self.object(json, "subject")
        let type = try Self.text(subject, "type", in: "subject")
        let id = try Self.text(subject, "id", in: "subject")
        let action = try Self.text(try Self.object(json, "action"), "name", in: "action")
        let resource = try Self.object(json, "resource")
        let context = json["context"] ?? .object([])
        guard case .object = context else {
            throw RequestError("`context` must be an object, got \(context.kindName)", property: "context")
        }
        self.init(
            action: action,
            subject: type == "token"
                ? .token(id.text) : .external(type: type, id: id, properties: try Self.properties(subject, "subject")),
            resource: Resource(
                type: try Self.text(resource, "type", in: "resource"),
                id: try Self.text(resource, "id", in: "resource"),
                properties: try Self.properties(resource, "resource")),
            context: context, tenant: json["tenant"]?.name, now: now)
        if trustTime {
            guard let time = context["time"]?.string.flatMap({ Instant($0) }) else {
                throw RequestError(
                    "`context.time` must be a time such as `2026-11-22T12:00:00Z`", property: "context.time")
            }
            self.now = time
        }
        if let supported = json["obligations"] {
            guard case .array(let names) = supported, names.allSatisfy({ $0.string != nil }) else {
                throw RequestError("`obligations` is a list of names", property: "obligations")
            }
            obligations = .named(names.compactMap(\.name))
        }
    }

    private static func object(_ json: JSON, _ name: ExactName) throws(RequestError) -> JSON {
        guard let value = json[name] else { throw RequestError("`\(name)` is missing", property: name.text) }
        guard case .object = value else {
            throw RequestError("`\(name)` must be an object, got \(value.kindName)", property: name.text)
        }
        return value
    }

    private static func text(_ json: JSON, _ name: ExactName, in place: String) throws(RequestError) -> ExactName {
        guard let value = json[name] else {
            throw RequestError("`\(place).\(name)` is missing", property: "\(place).\(name)")
        }
        guard let text = value.name else {
            throw RequestError(
                "`\(place).\(name)` must be a string, got \(value.kindName)", property: "\(place).\(name)")
        }
        return text
    }

    private static func properties(_ json: JSON, _ place: String) throws(RequestError) -> JSON {
        let value = json["properties"] ?? .object([])
        guard case .object = value else {
            throw RequestError(
                "`\(place).properties` must be an object, got \(value.kindName)", property: "\(place).properties")
        }
        return value
    }
}
