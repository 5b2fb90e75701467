/// The places of a request that a computation has read: all that its result depends on besides the snapshot, the
/// policies and the plugins.
///
/// Places from `most` on share one bit; a result that read one of them is not cached.
struct ReadSet: Equatable, BitwiseCopyable {
    /// The number of places with a bit of their own; the last bit stands for all others.
    private static let most = 255

    private var bits = SIMD4<UInt64>()

    init() {}

    init(_ places: [Int]) {
        for place in places { insert(place) }
    }

    @inline(__always) mutating func insert(_ place: Int) {
        let place = min(place, Self.most)
        bits[place / 64] |= 1 << UInt64(place % 64)
    }

    @inline(__always) mutating func formUnion(_ other: ReadSet) { bits |= other.bits }

    func union(_ other: ReadSet) -> ReadSet {
        var union = self
        union.formUnion(other)
        return union
    }

    mutating func remove(_ place: Int) { bits[place / 64] &= ~(1 << UInt64(place % 64)) }

    func contains(_ place: Int) -> Bool {
        place < Self.most && bits[place / 64] >> UInt64(place % 64) & 1 == 1
    }

    func isSubset(of other: ReadSet) -> Bool { (bits & ~other.bits) == SIMD4() }

    /// Ascending; `nil` when it has a place without a bit of its own.
    var places: [Int]? {
        guard bits[3] >> 63 == 0 else { return nil }
        return (0..<Self.most).filter(contains)
    }
}

extension ReadSet {
    /// The places whose values identify a result that depends on these: at most three, each with values that have
    /// numbers.
    ///
    /// INVARIANT: on one snapshot, requests that agree in the places returned agree in the places read. A listed token
    /// determines its kind and its assignment; an assignment determines permissions,
    /// user, department and user type.
    /// - Parameter numbered: the places of properties whose values have numbers.
    /// - Returns: `nil` when there are more, or one without numbers: then nothing is cached.
    func keys(_ numbered: Set<Int>) -> [Int]? {
        guard var places, places.allSatisfy({ Self.isNumbered($0, numbered) }) else { return nil }
        if places.count > 3 {
            for holder in ResolvedRequest.Holder.allCases {
                let parts = ResolvedRequest.parts(of: holder)
                guard places.count(where: parts.contains) > 1 else { continue }
                places.removeAll(where: parts.contains)
                // The administrator is an assignment; only others are tokens.
                places.append(ResolvedRequest.place(holder == .actor ? .assignment : .token, of: holder))
            }
        }
        return places.count <= 3 ? places : nil
    }

    /// True when the values at a place have numbers, as far as the place determines it.
    static func isNumbered(_ place: Int, _ numbered: Set<Int>) -> Bool {
        switch place {
        case ResolvedRequest.Place.resourceID, ResolvedRequest.Place.subjectID: false
        case ..<ResolvedRequest.Place.count: true
        default: numbered.contains(place)
        }
    }
}
