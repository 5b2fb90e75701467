/// A hash table from ids of tokens to their numbers, in the order in which they were added.
struct TokenIndex: Sendable {
    private var ids: [TokenID] = []
    /// A token's number plus 1, or 0, by hash; at most half of the slots are used.
    private var slots = [Int32](repeating: 0, count: 16)
    /// A random seed, so that nobody who chooses ids can make them collide.
    private let seed: UInt64

    init(seed: UInt64 = .random(in: 0 ... .max)) {
        self.seed = seed
    }

    /// Adds the next token.
    /// - Returns: `false`, without a change, when the id was added before.
    mutating func claim(_ id: TokenID) -> Bool {
        let slot = slot(id)
        guard slots[slot] == 0 else { return false }
        ids.append(id)
        slots[slot] = Int32(ids.count)
        if ids.count * 2 > slots.count { grow() }
        return true
    }

    /// Reserves room for this many tokens.
    mutating func reserve(_ count: Int) {
        ids.reserveCapacity(count)
        while count * 2 > slots.count { grow() }
    }

    func number(_ id: TokenID) -> Int? {
        let taken = slots[slot(id)]
        return taken == 0 ? nil : Int(taken) - 1
    }

    private func slot(_ id: TokenID) -> Int {
        let product = (id.high ^ seed).multipliedFullWidth(by: (id.low ^ seed) | 1)
        let hash = (product.high ^ product.low ^ id.low) &* 0x9E37_79B9_7F4A_7C15
        var slot = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        while slots[slot] != 0, ids[Int(slots[slot]) - 1] != id { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        for (number, id) in ids.enumerated() { slots[slot(id)] = Int32(number + 1) }
    }
}
