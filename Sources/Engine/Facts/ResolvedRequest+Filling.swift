package import Model

/// Fills a request in one pass, for many requests one after the other.
extension ResolvedRequest {
    /// The places of the packed values in memory.
    package typealias Places = UnsafeMutablePointer<PackedValue>

    /// Empties an `access`, and lets a closure write packed values where they are, so that access is not checked for each.
    /// - Parameter body: gets the places, which are valid while it runs, and the request for all else. It must write the values
    ///   that every access has, and must not read or put packed values in any other way.
    package mutating func refill(_ body: (Places, inout ResolvedRequest) -> Void) {
        textCount = 0
        if !lists.isEmpty { lists.removeAll() }
        if !addresses.isEmpty { addresses.removeAll(keepingCapacity: true) }
        if !networks.isEmpty { networks.removeAll(keepingCapacity: true) }
        var values: [PackedValue] = []
        swap(&values, &packedValues)
        defer { swap(&values, &packedValues) }
        unsafe values.withUnsafeMutableBufferPointer { buffer in
            let places = unsafe buffer.baseAddress.unsafelyUnwrapped
            if case .token = subject {
            } else {
                subject = .token
                unsafe (places[Place.subjectType], places[Place.subjectID]) = (.absent, .absent)
            }
            var place = Place.count
            while place < buffer.count {
                unsafe places[place] = .absent
                place &+= 1
            }
            unsafe body(places, &self)
        }
    }

    /// Writes the values that every access by a listed token has, but those of its resource.
    @unsafe package mutating func set(action: Int, tenant: Int, token: Int, in places: Places) {
        (actionNumber, self.tenant, tokens.subject) = (action, tenant, .listed(token))
        narrowed = 0
        let listed = unsafe directory.tokenPlaces[token]
        unsafe places[Place.action] = PackedValue(.action, action)
        unsafe places[Place.tenant] = PackedValue(.tenant, tenant)
        unsafe Self.write(PackedValue(.token, token), listed.pointee.kind, of: .token, to: places)
        unsafe Self.write(held(listed.pointee.assignment), of: .token, to: places)
    }

    /// The same by a subject of a type that the store does not know; but the values of its resource and its id.
    @unsafe package mutating func set(action: Int, tenant: Int, externalSubject type: Int, in places: Places) {
        (actionNumber, self.tenant, tokens.subject) = (action, tenant, .none)
        narrowed = 0
        subject = .external(type)
        unsafe places[Place.action] = PackedValue(.action, action)
        unsafe places[Place.tenant] = tenant < 0 ? .absent : PackedValue(.tenant, tenant)
        unsafe places[Place.subjectType] = PackedValue(.recordType, type)
        for place in Self.parts(of: .token) { unsafe places[place] = .absent }
    }

    // MARK: Packing

    /// A value in sixteen bytes, with what does not fit stored separately.
    package mutating func packed(_ value: Value) -> PackedValue {
        if let packedValue = PackedValue(constant: value) { return packedValue }
        switch value {
        case .string(let text):
            var text = text
            return text.withUTF8 { unsafe packed(text: UnsafeRawBufferPointer($0)) }
        case .ip(let address):
            addresses.append(address)
            return PackedValue(.ip6, addresses.count - 1)
        case .network(let network):
            networks.append(network)
            return PackedValue(.network, networks.count - 1)
        case .list, .map:
            lists.append(value)
            return PackedValue(.list, lists.count - 1)
        default: preconditionFailure("no value of a request")
        }
    }

    /// The same for the bytes of a string.
    package mutating func packed(text: UnsafeRawBufferPointer) -> PackedValue {
        let start = textCount
        textCount = start &+ text.count
        if textCount > texts.count { texts += [UInt8](repeating: 0, count: max(64, 2 * textCount) - texts.count) }
        unsafe texts.withUnsafeMutableBytes { texts in
            guard let bytes = text.baseAddress else { return }
            unsafe (texts.baseAddress.unsafelyUnwrapped + start).copyMemory(from: bytes, byteCount: text.count)
        }
        return PackedValue(.text, bits: UInt64(start) << 32 | UInt64(text.count))
    }
}
