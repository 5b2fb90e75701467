/// The places of a request that a computation has read: all that its result depends on beside the snapshot, the policies
/// and the plugins.
///
/// Places from `most` on are not told apart; a result that read one of them is not kept.
struct ReadSet: Equatable, BitwiseCopyable {
    /// The places that are told apart; the last bit stands for all others.
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

    /// Ascending; `nil` when it holds a place that is not told apart.
    var places: [Int]? {
        guard bits[3] >> 63 == 0 else { return nil }
        return (0..<Self.most).filter(contains)
    }
}

extension ReadSet {
    /// The places by which results that depend on these are told apart: at most three, each with something that has a
    /// number.
    ///
    /// INVARIANT: on one snapshot, requests that agree in the places returned agree in the places read. A listed token
    /// settles its kind and its assignment; an assignment settles user, department and user type.
    /// - Parameter numbered: the places of properties whose values have numbers.
    /// - Returns: `nil` when there are more, or one without numbers: then nothing is kept.
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

    /// Whether what lies at a place has a number, as far as its kind tells.
    static func isNumbered(_ place: Int, _ numbered: Set<Int>) -> Bool {
        switch place {
        case ResolvedRequest.Place.resourceID, ResolvedRequest.Place.subjectID: false
        case ..<ResolvedRequest.Place.count: true
        default: numbered.contains(place)
        }
    }
}
