/// A hash table from ids of tokens to their numbers, in the order in which they were added.
///
/// It is divided into shards of about a thousand ids, so that a copy that takes another id copies one shard.
struct TokenIndex: Sendable {
    private var shards = [Shard()]
    private var count = 0
    /// A random seed, so that nobody who chooses ids can make them collide.
    private let seed: UInt64

    init(seed: UInt64 = .random(in: 0 ... .max)) {
        self.seed = seed
    }

    /// Adds the next token.
    /// - Returns: `false`, without a change, when the id was added before.
    mutating func claim(_ id: TokenID) -> Bool {
        let hash = hash(id)
        guard shards[shard(hash)].claim(id, hash, number: count) else { return false }
        count += 1
        return true
    }

    /// Reserves room for this many tokens, before the first is added.
    mutating func reserve(_ count: Int) {
        precondition(self.count == 0, "room is reserved first")
        var number = 1
        while number * 1_024 < count { number *= 2 }
        shards = [Shard](repeating: Shard(), count: number)
    }

    func number(_ id: TokenID) -> Int? {
        let hash = hash(id)
        return shards[shard(hash)].number(id, hash)
    }

    private func hash(_ id: TokenID) -> UInt64 {
        let product = (id.high ^ seed).multipliedFullWidth(by: (id.low ^ seed) | 1)
        return (product.high ^ product.low ^ id.low) &* 0x9E37_79B9_7F4A_7C15
    }

    /// The shard of a hash, by its highest bits; the slot in the shard has others.
    private func shard(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 44) & (shards.count - 1) }

    private struct Shard: Sendable {
        private var ids: [TokenID] = []
        private var hashes: [UInt32] = []
        private var numbers: [Int32] = []
        /// The place of an id in `ids` plus 1, or 0, by hash; at most half of the slots are used.
        private var slots = [Int32](repeating: 0, count: 16)

        mutating func claim(_ id: TokenID, _ hash: UInt64, number: Int) -> Bool {
            let slot = slot(id, hash)
            guard slots[slot] == 0 else { return false }
            ids.append(id)
            hashes.append(UInt32(truncatingIfNeeded: hash))
            numbers.append(Int32(number))
            slots[slot] = Int32(ids.count)
            if ids.count * 2 > slots.count { grow() }
            return true
        }

        func number(_ id: TokenID, _ hash: UInt64) -> Int? {
            let taken = slots[slot(id, hash)]
            return taken == 0 ? nil : Int(numbers[Int(taken) - 1])
        }

        private func slot(_ id: TokenID, _ hash: UInt64) -> Int {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0, ids[Int(slots[slot]) - 1] != id { slot = (slot + 1) & (slots.count - 1) }
            return slot
        }

        private mutating func grow() {
            slots = [Int32](repeating: 0, count: slots.count * 2)
            for (place, hash) in hashes.enumerated() { slots[slot(ids[place], UInt64(hash))] = Int32(place + 1) }
        }
    }
}
