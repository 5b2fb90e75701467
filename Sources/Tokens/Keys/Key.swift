internal import CSodium
package import Model

/// One numbered key of a key file, and the keys that are derived from it for each use.
package final class Key: Sendable {
    package enum State: String, Sendable {
        /// The one key with which new data is written.
        case active
        /// A key with which older data is still read.
        case old
        /// A destroyed key. Its bytes are gone; only its number and date are kept.
        case retired
    }

    package let number: Int
    package let state: State
    package let created: Instant
    /// `nil` once the key is retired.
    let master: LockedBytes?
    private let derived: [LockedBytes]

    private enum Use: Int {
        case reveal = 0
        case lookup
        case mac
        case cursor
        case use
    }

    /// The contexts of the derived keys: exactly eight bytes each, as libsodium requires.
    private static let contexts = ["tokrevel", "toklookp", "tokrowmc", "tokcursr", "tokenuse"]

    init(number: Int, state: State, created: Instant, master: LockedBytes?) {
        self.number = number
        self.state = state
        self.created = created
        self.master = master
        derived =
            master.map { master in
                Self.contexts.enumerated().map { index, context in
                    unsafe LockedBytes(count: 32) { buffer in
                        let out = unsafe buffer.baseAddress!.assumingMemoryBound(to: UInt8.self)
                        unsafe master.read { key in
                            _ = unsafe crypto_kdf_derive_from_key(out, 32, UInt64(index + 1), context, key)
                        }
                    }
                }
            } ?? []
    }

    /// True while data can still be read with the key.
    var isLive: Bool { !derived.isEmpty }

    /// The key with another state. A retired key loses its bytes.
    func with(_ state: State) -> Key {
        Key(number: number, state: state, created: created, master: state == .retired ? nil : master)
    }

    static func fresh(number: Int, created: Instant) -> Key {
        let master = unsafe LockedBytes(count: 32) {
            unsafe crypto_kdf_keygen($0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        return Key(number: number, state: .active, created: created, master: master)
    }

    // MARK: Uses

    /// The digest by which a token string is looked up: 32 bytes.
    func lookup(_ string: TokenString) -> [UInt8] { hash(string.secret, .lookup) }
    /// The seal of a row or a directory: 32 bytes.
    func mac(_ message: [UInt8]) -> [UInt8] { hash(message, .mac) }
    /// The tag of values that a caller returns, and of pseudonyms: 32 bytes.
    func tag(_ message: [UInt8]) -> [UInt8] { hash(message, .cursor) }

    private func hash(_ message: [UInt8], _ use: Use) -> [UInt8] { KeyedHash.of(message, derived[use.rawValue]) }

    /// Encrypts a token string, bound to its tenant, its id and this key.
    func seal(_ string: TokenString, tenant: ExactName, token: TokenID, using random: inout SecureRandom) -> Sealed {
        let nonce = random.bytes(Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES))
        let secret = string.secret
        let data = additionalData(tenant: tenant, token: token)
        let count = secret.count + Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
        var ciphertext = [UInt8](repeating: 0, count: count)
        unsafe derived[Use.reveal.rawValue].read { key in
            _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                &ciphertext, nil, secret, UInt64(secret.count), data, UInt64(data.count), nil, nonce, key)
        }
        return Sealed(key: number, nonce: nonce, ciphertext: ciphertext)
    }

    /// - Returns: `nil` for a string that was not sealed with this key for this token.
    func unseal(_ sealed: Sealed, tenant: ExactName, token: TokenID) -> TokenString? {
        let overhead = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
        guard isLive, sealed.nonce.count == Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES),
            sealed.ciphertext.count == TokenString.count + overhead
        else { return nil }
        let data = additionalData(tenant: tenant, token: token)
        var secret = [UInt8](repeating: 0, count: TokenString.count)
        let status = unsafe derived[Use.reveal.rawValue].read { key in
            unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                &secret, nil, nil, sealed.ciphertext, UInt64(sealed.ciphertext.count), data, UInt64(data.count),
                sealed.nonce, key)
        }
        return status == 0 ? TokenString(secret) : nil
    }

    private func additionalData(tenant: ExactName, token: TokenID) -> [UInt8] {
        var data = CanonicalEncoder("tok-reveal-v1")
        data.add(tenant)
        data.add(token)
        data.add(Int64(number))
        return data.bytes
    }
}

extension Key {
    /// The seal of 32 bytes: SipHash-2-4 of 128 bits. It is cheaper than `mac`, and is for data that every token has
    /// besides its row.
    func shortMAC(_ words: (UInt64, UInt64, UInt64, UInt64)) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 16)
        unsafe withUnsafeBytes(of: words) { message in
            unsafe derived[Use.use.rawValue].read { key in
                _ = unsafe crypto_shorthash_siphashx24(
                    &digest, message.baseAddress!.assumingMemoryBound(to: UInt8.self), UInt64(message.count), key)
            }
        }
        return digest
    }
}

/// An encrypted token string.
package struct Sealed: Equatable, Sendable {
    package var key: Int
    package var nonce: [UInt8]
    package var ciphertext: [UInt8]

    package init(key: Int, nonce: [UInt8], ciphertext: [UInt8]) {
        self.key = key
        self.nonce = nonce
        self.ciphertext = ciphertext
    }
}

/// Keyed BLAKE2b, 32 bytes.
enum KeyedHash {
    static func of(_ message: [UInt8], _ key: LockedBytes) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe key.read { bytes in
            _ = unsafe crypto_generichash(&digest, 32, message, UInt64(message.count), bytes, key.count)
        }
        return digest
    }

    /// BLAKE2b without a key, 32 bytes.
    static func plain(_ message: [UInt8]) -> [UInt8] { plain(message[...]) }

    static func plain(_ message: ArraySlice<UInt8>) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe message.withUnsafeBufferPointer { message in
            _ = unsafe crypto_generichash(&digest, 32, message.baseAddress, UInt64(message.count), nil, 0)
        }
        return digest
    }

    /// Compares in constant time.
    static func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return unsafe sodium_memcmp(one, other, one.count) == 0
    }
}
