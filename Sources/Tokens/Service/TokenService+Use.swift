package import Model

extension TokenService {
    /// Records uses of tokens: at most once a minute each, never an earlier one. A use is sealed, but not logged. A
    /// last use without a valid seal is left alone: sealing it again would make it pass for genuine.
    package func recordUse(_ uses: [TokenID: TokenUse.Occasion]) throws(TokenStoreError) {
        guard !uses.isEmpty else { return }
        try writeUnlogged { () throws(TokenStoreError) in
            for (id, occasion) in uses.sorted(by: { $0.key < $1.key }) { try note(id, occasion) }
        }
    }

    private func note(_ id: TokenID, _ occasion: TokenUse.Occasion) throws(TokenStoreError) {
        let time = occasion.time.stored
        guard let found = try store.use(of: id), found.use.isDue(time), found.use.carries(found.seal, try keys) else {
            return
        }
        let use = TokenUse(
            token: id, lastActive: time, action: occasion.action, network: occasion.network, count: found.use.count)
        try store.setUse(use, seal: use.seal(with: keys.active), number: found.number)
    }
}
