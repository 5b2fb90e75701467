internal import ExportedStore
internal import Glibc
internal import Model
internal import SQLiteStore
internal import Synchronization
internal import Tokens

/// A store of tokens, opened for reading. Any thread may use it; one waits for another.
///
/// Tokens are issued, changed and revoked by the program `demilune`, by any process, at any time:
/// `Snapshot.refreshed(from:)` sees what it did.
public final class Store: Sendable {
    private let turn = Mutex(())
    /// INVARIANT: used by whoever has the turn, and by nobody else.
    nonisolated(unsafe) private let service: TokenService

    /// Opens a store and its keys. A store of an earlier version is migrated first, as every verb of `demilune` does.
    /// - Parameters:
    ///   - path: the file that `demilune init` made, or an export that ends in `.json`, which has no keys.
    ///   - keys: the path of the key file; `nil` for the usual place, by `XDG_DATA_HOME` and `HOME`.
    /// - Throws: `.store` for a file that is missing, is no store, or holds what the program did not make; `.keys` when
    ///   the key file is missing or belongs to another store.
    public init(path: String, keys: String? = nil) throws(DemiluneError) {
        if path.hasSuffix(".json") {
            do throws(TokenStoreError) { unsafe service = try ExportedStore.open(path) } catch {
                throw DemiluneError(error)
            }
            return
        }
        let place: TokenService.KeyPath
        if let keys {
            place = { _ in keys }
        } else if let folder = KeyFolder.usual(data: Self.variable("XDG_DATA_HOME"), home: Self.variable("HOME")) {
            place = { "\(folder)/\($0)" }
        } else {
            throw DemiluneError(.keys, "no key file is found, because `HOME` is not set: give its path")
        }
        do throws(TokenStoreError) { unsafe service = try SQLiteStore.open(path, keys: place) } catch {
            throw DemiluneError(error)
        }
    }

    private static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    /// The id of the token that a client presents as a string, in whatever state the token is; `nil` where there is no
    /// such token, for a string that was replaced, and for text that is no token string. About 10 µs.
    ///
    /// The string is a secret: keep it out of logs, and forget it after this call.
    /// - Throws: `.store` when the store cannot be read or is an export, which holds no strings; when the token was
    ///   changed without the store's keys, so that the string may be another's; and when an older copy of the store was
    ///   put back, in which a replaced string may be valid again. `.keys` when the key file can no longer be read.
    public func token(string: String) throws(DemiluneError) -> String? {
        guard let string = TokenString(Array(string.utf8)) else { return nil }
        return try reading { service throws(TokenStoreError) in
            try service.identify(string)?.description
        }
    }

    /// Runs a body while no other thread uses the store.
    func reading<Result>(
        _ body: (TokenService) throws(TokenStoreError) -> Result
    ) throws(DemiluneError) -> Result {
        let result = turn.withLock { _ -> Swift.Result<Result, TokenStoreError> in
            do throws(TokenStoreError) { return .success(try unsafe body(service)) } catch { return .failure(error) }
        }
        do throws(TokenStoreError) { return try result.get() } catch { throw DemiluneError(error) }
    }
}
