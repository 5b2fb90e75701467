package import Model
internal import Policies

/// An authorization request with every name resolved: the source of all facts.
///
/// It is flat: packed values at fixed places, first those of `Place`, then one for every property that the schema
/// declares. Values that do not fit are stored separately: strings, lists, networks and long addresses.
package struct ResolvedRequest: Sendable {
    package var kind: DecisionKind
    /// The action's number in the schema; -1 for an action that is not declared, as in administrative decisions.
    package internal(set) var actionNumber = -1
    package private(set) var directory: Directory
    package internal(set) var tenant = -1
    package var now: Instant {
        // Each evaluator numbers points in time on its own: a number that another gave means nothing for a new time.
        didSet { if now.microseconds != oldValue.microseconds { packedValues[Place.moment] = .absent } }
    }
    package internal(set) var subject = Subject.token
    /// The administrator's assignment; `nil` for the operator, and on `access`.
    package private(set) var actor: Int?
    package internal(set) var tokens: (subject: TokenReference, proposed: TokenReference, actor: TokenReference) =
        (.none, .none, .none)
    package internal(set) var packedValues: [PackedValue]
    /// A bit for each holder under a ceiling that the directory does not have.
    var narrowed: UInt8 = 0
    /// The bytes of this request's strings, followed by leftovers of earlier requests.
    var texts: [UInt8] = []
    var textCount = 0
    var lists: [Value] = []
    var addresses: [IPAddress] = []
    var networks: [IPNetwork] = []

    /// The acting subject.
    package enum Subject: Sendable {
        /// The token of the request.
        case token
        /// The administrator.
        case actor
        /// A subject of a type that the schema declares and the store does not know, by the type's number in the
        /// schema.
        case external(Int)
    }

    /// A token that a request refers to.
    package enum TokenReference: Sendable {
        case none
        /// By its index in the directory.
        case listed(Int)
        /// One that the directory does not list: proposed, or read from a store by itself.
        indirect case own(Token)
    }

    /// The places of the packed values that every request has. Those that an `access` by a token reads are together at
    /// the end, next to the properties.
    package enum Place {
        package static var subjectType: Int { 21 }
        package static var subjectID: Int { 22 }
        package static var resourceType: Int { 23 }
        package static var resourceID: Int { 24 }
        package static var action: Int { 25 }
        package static var kind: Int { 26 }
        package static var tenant: Int { 27 }
        package static var moment: Int { 28 }
        /// The current minute, counted from 1970.
        package static var minute: Int { 36 }
        /// A place that is always absent.
        static var nothing: Int { 37 }
        /// The number of these places; properties follow.
        package static var count: Int { PropertyLayout.first }
    }

    /// A holder of an assignment in a request.
    package enum Holder: UInt8, CaseIterable, Sendable {
        /// On `access` the subject's token, else the token acted upon.
        case token
        /// The token as it would be.
        case proposed
        case actor
        /// The token that an administrator acts through.
        case actorToken
    }

    /// A part of what is known about a holder.
    package enum HolderPart: Int, Sendable {
        case token, tokenKind, assignment, permissions, department, user, userType

        static var count: Int { 7 }
    }

    /// The place of a part of a holder.
    package static func place(_ part: HolderPart, of holder: Holder) -> Int {
        let first =
            switch holder {
            case .proposed: 0
            case .actor: HolderPart.count
            case .actorToken: HolderPart.count * 2
            case .token: Place.moment + 1
            }
        return first + part.rawValue
    }

    /// The part of a holder at a place; `nil` for any other place.
    static func part(at place: Int) -> HolderPart? {
        Holder.allCases.lazy.map(parts).first { $0.contains(place) }.flatMap {
            HolderPart(rawValue: place - $0.lowerBound)
        }
    }

    /// The places of all parts of a holder.
    static func parts(of holder: Holder) -> Range<Int> {
        let first = place(.token, of: holder)
        return first..<first + HolderPart.count
    }

    /// - Parameter propertyCount: the number of properties that the schema declares.
    package init(kind: DecisionKind, directory: Directory, propertyCount: Int, now: Instant) {
        self.kind = kind
        self.directory = directory
        self.now = now
        packedValues = [PackedValue](repeating: .absent, count: Place.count + propertyCount)
        packedValues[Place.kind] = PackedValue(.point, kind.ordinal)
        packedValues[Place.action] = PackedValue(.point, kind.ordinal)
    }
}

extension ResolvedRequest {
    // MARK: Filling

    package mutating func set(action number: Int) {
        actionNumber = number
        packedValues[Place.action] = PackedValue(.action, number)
    }

    package mutating func set(tenant number: Int) {
        tenant = number
        packedValues[Place.tenant] = number < 0 ? .absent : PackedValue(.tenant, number)
    }

    package mutating func set(_ holder: Holder, _ reference: TokenReference) {
        switch holder {
        case .token: tokens.subject = reference
        case .proposed: tokens.proposed = reference
        case .actorToken: tokens.actor = reference
        case .actor: break
        }
        let (packedValue, kind, assignment): (PackedValue, TokenKind, Int)
        var isNarrowed = false
        switch reference {
        case .none:
            mark(holder, isNarrowed: false)
            for place in 0..<HolderPart.count { packedValues[Self.place(.token, of: holder) + place] = .absent }
            return
        case .listed(let index):
            packedValue = PackedValue(.token, index)
            let listed = unsafe directory.tokenPlaces[index]
            (kind, assignment) = unsafe (listed.pointee.kind, listed.pointee.assignment)
        case .own(let token):
            (packedValue, kind, assignment) = (PackedValue(.unlisted, bits: 0), token.kind, token.assignment)
            isNarrowed = token.ceiling != directory.assignments[assignment].ceiling
        }
        let held = held(assignment)
        unsafe packedValues.withUnsafeMutableBufferPointer { packedValues in
            let places = unsafe packedValues.baseAddress.unsafelyUnwrapped
            unsafe Self.write(packedValue, kind, of: holder, to: places)
            unsafe Self.write(held, of: holder, to: places)
        }
        mark(holder, isNarrowed: isNarrowed)
        guard isNarrowed else { return }
        let combination = directory.assignments[assignment].combination
        packedValues[Self.place(.assignment, of: holder)] = PackedValue(.narrowed, combination)
        packedValues[Self.place(.permissions, of: holder)] = PackedValue(.unlisted, bits: 0)
    }

    private mutating func mark(_ holder: Holder, isNarrowed: Bool) {
        let bit: UInt8 = 1 << holder.rawValue
        narrowed = isNarrowed ? narrowed | bit : narrowed & ~bit
    }

    /// - Parameter assignment: the administrator's assignment; `nil` for the operator.
    package mutating func set(actor assignment: Int?, token: TokenReference) {
        subject = .actor
        actor = assignment
        set(.actorToken, token)
        if let assignment {
            let held = held(assignment)
            unsafe packedValues.withUnsafeMutableBufferPointer {
                unsafe Self.write(held, of: .actor, to: $0.baseAddress.unsafelyUnwrapped)
            }
        } else {
            packedValues[Self.place(.assignment, of: .actor)] = PackedValue(.operator, 0)
            packedValues[Self.place(.permissions, of: .actor)] = PackedValue(.operator, 0)
        }
    }

    /// An assignment, with its permissions, its department, its user and its user type.
    struct Held {
        let assignment: Int
        let permissionSet: Int
        let department: Int
        let user: Int
        let userType: Int
    }

    @inline(__always) func held(_ assignment: Int) -> Held {
        unsafe directory.assignments.withUnsafeBufferPointer { assignments in
            precondition(assignments.indices.contains(assignment))
            let held = unsafe assignments.baseAddress.unsafelyUnwrapped + assignment
            return unsafe Held(
                assignment: assignment, permissionSet: held.pointee.permissionSet,
                department: held.pointee.department, user: held.pointee.user, userType: held.pointee.userType)
        }
    }

    @inline(__always) static func write(
        _ token: PackedValue, _ kind: TokenKind, of holder: Holder, to packedValues: Places
    ) {
        unsafe packedValues[place(.token, of: holder)] = token
        unsafe packedValues[place(.tokenKind, of: holder)] = PackedValue(.tokenKind, kind.isMobile ? 1 : 0)
    }

    @inline(__always) static func write(
        _ held: Held, of holder: Holder, to packedValues: Places
    ) {
        unsafe packedValues[place(.assignment, of: holder)] = PackedValue(.assignment, held.assignment)
        unsafe packedValues[place(.permissions, of: holder)] = PackedValue(.permissionSet, held.permissionSet)
        unsafe packedValues[place(.department, of: holder)] = PackedValue(.department, held.department)
        unsafe packedValues[place(.user, of: holder)] = PackedValue(.user, held.user)
        unsafe packedValues[place(.userType, of: holder)] = PackedValue(.userType, held.userType)
    }

    package mutating func set(resource type: Int, id: ExactName?) {
        packedValues[Place.resourceType] = PackedValue(.recordType, type)
        put(id.map(Value.string) ?? .absent, at: Place.resourceID)
    }

    package mutating func set(externalSubject type: Int, id: ExactName) {
        subject = .external(type)
        packedValues[Place.subjectType] = PackedValue(.recordType, type)
        put(.string(id), at: Place.subjectID)
    }

    /// Writes the number that the evaluator has given to `now`.
    package mutating func set(moment number: Int) {
        packedValues[Place.moment] = PackedValue(.moment, number)
        // Minutes before 1970 are not counted: facts about such a time are computed every time.
        packedValues[Place.minute] =
            now.microseconds < 0
            ? PackedValue(.unlisted, bits: 0) : PackedValue(.moment, Int(now.microseconds / 60_000_000))
    }

    package mutating func put(_ value: Value, at place: Int) { packedValues[place] = packed(value) }
    package mutating func put(_ packedValue: PackedValue, at place: Int) { packedValues[place] = packedValue }

    // MARK: Reading

    package func value(at place: Int) -> Value {
        let packedValue = packedValues[place]
        switch packedValue.kind {
        case .absent: return .absent
        case .boolean: return .boolean(packedValue.bits != 0)
        case .integer: return .integer(Int64(bitPattern: packedValue.bits))
        case .number: return .number(Double(bitPattern: packedValue.bits))
        case .instant: return .instant(Instant(microseconds: Int64(bitPattern: packedValue.bits)))
        case .date: return .date(Date(daysSinceEpoch: Int64(bitPattern: packedValue.bits)))
        case .department: return .department(packedValue.number)
        case .user: return .user(packedValue.number)
        case .userType: return .userType(packedValue.number)
        case .ip4: return .ip(IPAddress(version4: UInt32(truncatingIfNeeded: packedValue.bits)))
        case .ip6: return .ip(addresses[packedValue.number])
        case .network: return .network(networks[packedValue.number])
        case .time: return .time(TimeOfDay(microseconds: Int64(bitPattern: packedValue.bits)))
        case .duration:
            // INVARIANT: only durations are packed as such, so the bits are those of one.
            return .duration(TimeSpan(microseconds: Int64(bitPattern: packedValue.bits))!)
        case .text:
            return .string(String(decoding: texts[packedValue.text], as: UTF8.self))
        case .list: return lists[packedValue.number]
        case .unlisted, .assignment, .permissionSet, .narrowed, .operator, .token, .tokenKind, .action, .point, .tenant,
            .recordType, .moment, .record:
            return .entity
        }
    }

    package func token(_ holder: Holder) -> Token? {
        let reference =
            switch holder {
            case .token: tokens.subject
            case .proposed: tokens.proposed
            case .actorToken: tokens.actor
            case .actor: TokenReference.none
            }
        switch reference {
        case .none: return nil
        case .listed(let index): return directory.tokens[index]
        case .own(let token): return token
        }
    }

    /// The assignment of a holder, or the combination under a ceiling that the directory does not have; `nil` for the
    /// operator, and for a holder that is absent.
    package func assignment(_ holder: Holder) -> Int? {
        let packedValue = packedValues[Self.place(.assignment, of: holder)]
        return packedValue.kind == .assignment || packedValue.kind == .narrowed ? packedValue.number : nil
    }

    /// True when some holder is under a ceiling that the directory does not have. Nothing that is remembered by numbers
    /// is true of it.
    var isNarrowed: Bool { narrowed != 0 }

    /// True when the token that acts has a ceiling.
    package var actsUnderCeiling: Bool {
        let place = Self.place(.assignment, of: kind == .access ? .token : .actor)
        switch packedValues[place].kind {
        case .assignment: return packedValues[place].number >= directory.combinationCount
        case .narrowed: return true
        default: return false
        }
    }

    package var hasActor: Bool { packedValues[Self.place(.assignment, of: .actor)].kind != .absent }

    /// The number of the resource's type in the schema; -1 when there is none.
    package var resourceType: Int {
        packedValues[Place.resourceType].kind == .absent ? -1 : packedValues[Place.resourceType].number
    }
}
