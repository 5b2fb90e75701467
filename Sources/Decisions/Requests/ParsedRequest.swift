internal import CSimdJSON
internal import Model

/// The request in a line that simdjson has parsed: the places of its parts on the tape.
///
/// A place is 0 for a part that is left out, and negative for one that is null.
@unsafe struct ParsedRequest {
    var tape: JSONTape
    private(set) var subjectType = 0
    private(set) var subjectID = 0
    private(set) var subjectProperties = 0
    private(set) var action = 0
    private(set) var actionProperties = 0
    private(set) var resourceType = 0
    private(set) var resourceID = 0
    private(set) var resourceProperties = 0
    private(set) var context = 0
    private(set) var tenant = 0
    /// The older form of the obligations that the context lists as supported.
    private(set) var obligations = 0
    /// The decision that the line expects.
    var expected = 0
    /// The obligations that the context lists as supported; 0 where it was not yet looked at.
    private(set) var supported = 0
    /// The number of its token on the directory that it was resolved on; -1 for an external subject.
    var token = -1
    private var seen = SeenNames()
    let names = RequestNames()

    init(_ tape: JSONTape) { unsafe self.tape = tape }

    /// Forgets the parts of the line before.
    mutating func begin() {
        unsafe seen.begin()
        unsafe (subjectType, subjectID, subjectProperties) = (0, 0, 0)
        unsafe (action, actionProperties) = (0, 0)
        unsafe (resourceType, resourceID, resourceProperties) = (0, 0, 0)
        unsafe (context, tenant, obligations) = (0, 0, 0)
        unsafe (expected, supported) = (0, 0)
    }

    /// Finds the parts of an evaluation request.
    /// - Returns: true when each is there that must be, of its type and only once. Members of other names are looked at only
    ///   for names that they repeat.
    mutating func readRequest() -> Bool {
        unsafe begin()
        let tape = unsafe tape
        guard unsafe tape.kind(JSONTape.root) == .object else { return false }
        var (subject, action, resource) = (0, 0, 0)
        let isRead = unsafe tape.eachMember(of: JSONTape.root) { text, value in
            let name = unsafe MemberName(text)
            if unsafe name == names.subject { return unsafe Self.take(value, .object, tape, &subject) }
            if unsafe name == names.action { return unsafe Self.take(value, .object, tape, &action) }
            if unsafe name == names.resource { return unsafe Self.take(value, .object, tape, &resource) }
            if unsafe name == names.context { return unsafe Self.take(optional: value, .object, tape, &context) }
            if unsafe name == names.expected { return unsafe takeExpected(value) }
            if unsafe name == names.tenant { return unsafe Self.take(optional: value, .string, tape, &tenant) }
            if unsafe name == names.obligations { return unsafe Self.take(optional: value, .array, tape, &obligations) }
            // Each request is to be sent by itself.
            if unsafe name == names.evaluations, unsafe tape.kind(value) != .null { return false }
            return unsafe ignore(text, value, of: JSONTape.root)
        }
        return unsafe isRead && readSubject(subject) && readAction(action) && readResource(resource)
    }

    /// Takes a part at its first place.
    /// - Returns: false for a second one, and for a value of another kind.
    @inline(__always) static func take(_ value: Int, _ kind: JSONTape.Kind, _ tape: JSONTape, _ place: inout Int)
        -> Bool
    {
        guard place == 0, unsafe tape.kind(value) == kind else { return false }
        place = value
        return true
    }

    /// The same for a part that may be null.
    @inline(__always) static func take(
        optional value: Int, _ kind: JSONTape.Kind, _ tape: JSONTape, _ place: inout Int
    ) -> Bool {
        guard place == 0 else { return false }
        place = unsafe tape.kind(value) == .null ? -1 : value
        return unsafe place < 0 || tape.kind(value) == kind
    }

    private mutating func takeExpected(_ value: Int) -> Bool {
        let kind = unsafe tape.kind(value)
        guard unsafe expected == 0, kind == .true || kind == .false || kind == .null else { return false }
        unsafe expected = kind == .null ? -1 : value
        return true
    }

    mutating func readSubject(_ place: Int) -> Bool {
        guard place > 0 else { return false }
        let tape = unsafe tape
        let isRead = unsafe tape.eachMember(of: place) { text, value in
            let name = unsafe MemberName(text)
            if unsafe name == names.type { return unsafe Self.take(value, .string, tape, &subjectType) }
            if unsafe name == names.id { return unsafe Self.take(value, .string, tape, &subjectID) }
            if unsafe name == names.properties {
                return unsafe Self.take(optional: value, .object, tape, &subjectProperties)
            }
            return unsafe ignore(text, value, of: place)
        }
        return unsafe isRead && subjectType > 0 && subjectID > 0
    }

    private mutating func readAction(_ place: Int) -> Bool {
        guard place > 0 else { return false }
        let tape = unsafe tape
        let isRead = unsafe tape.eachMember(of: place) { text, value in
            let name = unsafe MemberName(text)
            if unsafe name == names.name { return unsafe Self.take(value, .string, tape, &action) }
            if unsafe name == names.properties {
                return unsafe Self.take(optional: value, .object, tape, &actionProperties)
            }
            return unsafe ignore(text, value, of: place)
        }
        return unsafe isRead && action > 0
    }

    mutating func readResource(_ place: Int) -> Bool {
        guard place > 0 else { return false }
        let tape = unsafe tape
        let isRead = unsafe tape.eachMember(of: place) { text, value in
            let name = unsafe MemberName(text)
            if unsafe name == names.type { return unsafe Self.take(value, .string, tape, &resourceType) }
            if unsafe name == names.id { return unsafe Self.take(value, .string, tape, &resourceID) }
            if unsafe name == names.properties {
                return unsafe Self.take(optional: value, .object, tape, &resourceProperties)
            }
            return unsafe ignore(text, value, of: place)
        }
        return unsafe isRead && resourceType > 0 && resourceID > 0
    }

    /// Finds the parts of the request in a line of a decision log, an access.
    /// - Returns: false also for one with members that other kinds of decisions have, and for one with anything masked.
    mutating func readLogged(_ request: Int) -> Bool {
        unsafe begin()
        let tape = unsafe tape
        guard unsafe tape.kind(request) == .object, unsafe !hasMask(request) else { return false }
        var (point, subject, resource) = (0, 0, 0)
        let isRead = unsafe tape.eachMember(of: request) { text, value in
            let name = unsafe MemberName(text)
            if unsafe name == names.point { return unsafe Self.take(value, .string, tape, &point) }
            if unsafe name == names.action { return unsafe Self.take(value, .string, tape, &action) }
            if unsafe JSONTape.is(text, "action_properties") {
                return unsafe Self.take(optional: value, .object, tape, &actionProperties)
            }
            if unsafe name == names.subject { return unsafe Self.take(value, .object, tape, &subject) }
            if unsafe name == names.resource { return unsafe Self.take(value, .object, tape, &resource) }
            if unsafe name == names.context { return unsafe Self.take(optional: value, .object, tape, &context) }
            if unsafe name == names.tenant { return unsafe Self.take(value, .string, tape, &tenant) }
            if unsafe name == names.obligations { return unsafe Self.take(value, .array, tape, &obligations) }
            return false
        }
        return unsafe isRead && point > 0 && MemberName(tape.text(point)) == names.access && action > 0
            && readSubject(subject) && readResource(resource)
            // In a log, null is no other way to leave a part out.
            && min(subjectProperties, actionProperties, resourceProperties, context) >= 0
    }

    /// True when a value is masked, or anything in it.
    func hasMask(_ value: Int) -> Bool {
        switch unsafe tape.kind(value) {
        case .string: return unsafe JSONTape.is(tape.text(value), "(masked)")
        case .object: return unsafe !tape.eachMember(of: value) { unsafe !hasMask($1) }
        case .array: return unsafe !tape.eachElement(of: value) { unsafe !hasMask($0) }
        default: return false
        }
    }

    /// Finds the list of supported obligations in the context.
    mutating func findSupported() {
        unsafe supported = context > 0 ? tape.member("supported_obligations", of: context) ?? 0 : 0
    }

    // MARK: Names

    mutating func forgetNames() { unsafe seen.begin() }

    /// Notes a name of an object.
    /// - Returns: false for one that it has already.
    mutating func claim(_ name: UnsafeRawBufferPointer, of object: Int) -> Bool { unsafe seen.claim(name, of: object) }

    /// Ignores a member that nothing declares.
    /// - Returns: false for a name that the object has already, and for a value that the full reader may refuse: one with a
    ///   repeated name inside, or nested too deeply.
    mutating func ignore(_ name: UnsafeRawBufferPointer, _ value: Int, of object: Int) -> Bool {
        if unsafe object == context, unsafe JSONTape.is(name, "supported_obligations") { unsafe supported = value }
        return unsafe claim(name, of: object) && isWellFormed(value, depth: 0)
    }

    /// True when the full reader reads the parts of the request without a fault, as far as names and depth go.
    mutating func areWellFormed() -> Bool {
        unsafe seen.begin()
        return unsafe isWellFormed(subjectProperties) && isWellFormed(actionProperties)
            && isWellFormed(resourceProperties)
            && isWellFormed(context)
    }

    /// The same for one value; true for a part that is left out.
    mutating func isWellFormed(_ place: Int) -> Bool { unsafe place <= 0 || isWellFormed(place, depth: 0) }

    private static let deepest = 16

    private mutating func isWellFormed(_ value: Int, depth: Int) -> Bool {
        let tape = unsafe tape
        switch unsafe tape.kind(value) {
        case .object:
            guard unsafe depth < Self.deepest else { return false }
            return unsafe tape.eachMember(of: value) { name, inner in
                unsafe claim(name, of: value) && isWellFormed(inner, depth: depth + 1)
            }
        case .array:
            guard unsafe depth < Self.deepest else { return false }
            return unsafe tape.eachElement(of: value) { unsafe isWellFormed($0, depth: depth + 1) }
        default: return true
        }
    }
}

/// The names of a request's members.
struct RequestNames {
    let subject = MemberName("subject")
    let action = MemberName("action")
    let resource = MemberName("resource")
    let context = MemberName("context")
    let expected = MemberName("expected")
    let tenant = MemberName("tenant")
    let obligations = MemberName("obligations")
    let evaluations = MemberName("evaluations")
    let type = MemberName("type")
    let id = MemberName("id")
    let name = MemberName("name")
    let properties = MemberName("properties")
    let token = MemberName("token")
    /// Those in the lines of a decision log.
    let point = MemberName("point")
    let access = MemberName("access")
}
