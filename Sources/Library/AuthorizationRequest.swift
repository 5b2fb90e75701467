internal import Decisions
internal import Model
internal import Tokens

/// A question: may this subject do this action on this resource? A value that any thread may use.
public struct AuthorizationRequest: Sendable {
    let question: Decisions.AuthorizationRequest
    /// The time of the decision; `nil` for the time at which it is made.
    let time: Instant?

    /// The party that wants to act.
    public enum Subject: Sendable {
        /// A token, by its id: 32 hexadecimal digits, as `Store.token(string:)` finds it.
        case token(id: String)
        /// A subject of the schema's `subjects` that the caller has authenticated, with its properties (an object).
        case external(type: String, id: String, properties: Value)
    }

    /// - Parameters:
    ///   - action: an action of the schema.
    ///   - actionProperties: the properties of the action by the names of the schema: an object.
    ///   - context: the circumstances of the request by the names of the schema's `context`: an object.
    ///   - tenant: the id of the tenant, where the subject is no token.
    ///   - obligations: the names of the obligations that the caller can fulfil, unless the context has them as
    ///     `supported_obligations`. A permit with another one becomes a deny.
    ///   - time: the time of the decision in microseconds since 1970-01-01T00:00:00Z; `nil` for the time at which it is
    ///     made, and no earlier than the latest time in the store. A time outside the years 1 to 9999 counts as the
    ///     nearest one inside.
    ///
    /// A null is the same as leaving the value out.
    /// - Throws: `.request` for properties that are no object, a name twice in one object, a number that is not
    ///   finite, or a value that is nested more than 64 deep.
    public init(
        _ subject: Subject, _ action: String, actionProperties: Value = [:], on resource: Resource,
        context: Value = [:], tenant: String? = nil, obligations: [String] = [], time: Int64? = nil
    ) throws(DemiluneError) {
        let who: Decisions.AuthorizationRequest.Subject
        switch subject {
        case .token(let id): who = .token(id)
        case .external(let type, let id, let properties):
            who = .external(
                type: ExactName(type), id: ExactName(id),
                properties: try Self.object(properties, "subject.properties"))
        }
        self.time = time.map { Instant(stored: $0) }
        let circumstances = try Self.object(context, "context")
        guard obligations.isEmpty || circumstances.stated(Decisions.AuthorizationRequest.supportedName) == nil else {
            throw DemiluneError(.request, "the obligations are given twice: in the context and by themselves")
        }
        question = Decisions.AuthorizationRequest(
            action: ExactName(action), actionProperties: try Self.object(actionProperties, "action.properties"),
            subject: who,
            resource: .init(
                type: ExactName(resource.type), id: ExactName(resource.id),
                properties: try Self.object(resource.properties, "resource.properties")),
            context: circumstances, tenant: tenant.map { ExactName($0) },
            now: Instant(microseconds: 0),
            obligations: obligations.isEmpty ? .stated : .named(obligations.map { ExactName($0) }))
    }

    /// Reads an evaluation request as AuthZEN 1.0 writes it (OpenID AuthZEN Authorization API 1.0, section 5). Members
    /// that it does not know are ignored, and named in `Decision.ignored`.
    /// - Parameter json: one JSON object in UTF-8; `time` as above.
    /// - Throws: `.request` for what is not JSON, or no such request.
    public init(json: [UInt8], time: Int64? = nil) throws(DemiluneError) {
        let read: JSON
        // A text as a whole may begin with a byte order mark.
        let text = json.starts(with: JSONReader.mark) ? Array(json.dropFirst(JSONReader.mark.count)) : json
        do throws(JSONError) { read = try JSONReader.parse(request: text) } catch {
            throw DemiluneError(
                .request, "invalid JSON: \(error.message) at line \(error.line), column \(error.column)")
        }
        do throws(RequestError) {
            question = try Decisions.AuthorizationRequest(json: read, now: Instant(microseconds: 0))
        } catch { throw DemiluneError(error) }
        self.time = time.map { Instant(stored: $0) }
    }

    private static func object(_ value: Value, _ name: String) throws(DemiluneError) -> JSON {
        if case .null = value { return .object([]) }
        guard case .object = value else { throw DemiluneError(.request, "`\(name)` must be an object") }
        if let fault = value.fault(name) { throw DemiluneError(.request, fault) }
        return value.json
    }

    /// The request as it is decided on a snapshot.
    func question(on snapshot: Decisions.Snapshot) -> Decisions.AuthorizationRequest {
        var question = question
        question.now = time ?? snapshot.now
        return question
    }
}

/// The thing that an action is done on.
public struct Resource: Sendable {
    /// A type of the schema's `resources`.
    public var type: String
    /// Its id in the caller's system.
    public var id: String
    /// Its properties by the names of the schema: an object.
    public var properties: Value

    /// - Parameter properties: an object; `AuthorizationRequest.init` refuses anything else.
    public init(_ type: String, id: String, _ properties: Value = [:]) {
        (self.type, self.id, self.properties) = (type, id, properties)
    }
}
