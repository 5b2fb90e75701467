/// Numbers of tokens by their ids, in the order in which they were added.
struct TokenIndex: Sendable {
    private var ids: [TokenID] = []
    /// By hash, a token's number and 1, or 0; at most half of them are taken.
    private var slots = [Int32](repeating: 0, count: 16)
    /// Keeps whoever chooses ids from choosing where they collide.
    private let seed: UInt64

    init(seed: UInt64 = .random(in: 0 ... .max)) {
        self.seed = seed
    }

    /// Adds the next token.
    /// - Returns: `false`, and changes nothing, when there is one of that id.
    mutating func claim(_ id: TokenID) -> Bool {
        let slot = slot(id)
        guard slots[slot] == 0 else { return false }
        ids.append(id)
        slots[slot] = Int32(ids.count)
        if ids.count * 2 > slots.count { grow() }
        return true
    }

    /// Makes room for so many.
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
