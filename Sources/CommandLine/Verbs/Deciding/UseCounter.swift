internal import Decisions
internal import Model
internal import Synchronization
internal import Tokens

/// Counts the uses of tokens whose ceilings limit them, one at a time, for workers that decide side by side.
final class UseCounter: @unchecked Sendable {
    private let store: TokenService
    // The store is for one thread at a time, and the lock makes the workers one.
    private let lock = Mutex(())

    init(_ store: TokenService) { self.store = store }

    /// - Returns: the code with which the use is denied; `nil` when it was counted. A store that cannot be written denies
    ///   every use.
    @Sendable func count(_ id: TokenID, _ occasion: TokenUse.Occasion) -> String? {
        lock.withLock { _ in
            do throws(TokenStoreError) { return try store.countUse(of: id, occasion) } catch {
                return Decision.useNotCounted
            }
        }
    }
}
