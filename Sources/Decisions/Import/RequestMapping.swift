package import Model

/// The evaluation request that a recorded event stands for: a request in which strings that are paths, such as
/// `"$.input.user"`, stand for the values there.
package struct RequestMapping: Sendable {
    private indirect enum Template: Sendable {
        case constant(JSON)
        case path(JSONPath)
        case array([Template])
        case object([(ExactName, Template)])
    }

    private let template: Template

    /// A request whose parts are those of the `input`, as a policy for AuthZEN has it.
    static let evaluation = RequestMapping(
        template: .object(
            (["subject", "action", "resource", "context", "tenant"] as [ExactName]).map {
                ($0, .path(JSONPath(names: ["input", $0])))
            }))

    private init(template: Template) { self.template = template }

    /// - Throws: for a mapping that is no object, or has a string that begins like a path and is none.
    package init(_ json: JSON) throws(RequestError) {
        guard case .object = json else { throw RequestError(noObject: json, at: "") }
        template = try Self.read(json, at: "")
    }

    private static func read(_ json: JSON, at place: String) throws(RequestError) -> Template {
        switch json {
        case .string(let text) where text.hasPrefix("$$"): return .constant(.string(String(text.dropFirst())))
        case .string(let text) where text.hasPrefix("$"):
            guard let path = JSONPath(text) else {
                throw RequestError(
                    "`\(place)`: `\(text)` is no path, such as `$.input.user` or `$.input.path[0]`; a string that begins "
                        + "with `$` is written `$$`", property: place)
            }
            return .path(path)
        case .array(let elements):
            return .array(try elements.map { element throws(RequestError) in try read(element, at: place) })
        case .object(let members):
            return .object(
                try members.map { member throws(RequestError) in
                    let path = place.isEmpty ? member.key.text : "\(place).\(member.key)"
                    return (member.key, try read(member.value, at: path))
                })
        default: return .constant(json)
        }
    }

    /// The request of an event, and the paths whose values it has. What an event does not have is left out.
    func request(of event: JSON) -> (JSON, used: [JSONPath]) {
        var used: [JSONPath] = []
        let json = Self.fill(template, event, "", &used) ?? .object([])
        return (json, used)
    }

    private static func fill(_ template: Template, _ event: JSON, _ place: String, _ used: inout [JSONPath]) -> JSON? {
        switch template {
        case .constant(let json): return json
        case .path(let path):
            used.append(path)
            let value = path.value(in: event)
            // Ids and names are strings; a whole number is one in its decimal digits.
            if isText(place), case .integer(let number)? = value { return .string(String(number)) }
            return value
        case .array(let elements): return .array(elements.compactMap { fill($0, event, "", &used) })
        case .object(let members):
            var filled: [JSON.Member] = []
            for (name, template) in members {
                let inner = place.isEmpty ? name.text : "\(place).\(name)"
                if let value = fill(template, event, inner, &used) { filled.append(.init(name, value)) }
            }
            return .object(filled)
        }
    }

    private static func isText(_ place: String) -> Bool {
        switch place {
        case "subject.type", "subject.id", "action.name", "resource.type", "resource.id", "tenant": true
        default: false
        }
    }
}
