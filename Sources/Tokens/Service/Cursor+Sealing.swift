internal import CSodium
internal import Model

/// The end of a page, as it is given out: sealed, and valid for the same query only.
extension Cursor {
    private var message: [UInt8] {
        var message = CanonicalEncoder("cursor-v1")
        switch value {
        case .text(let text): message.add(text)
        case .number(let number): message.add(number)
        }
        message.add(assignment)
        message.add(number)
        return message.bytes
    }

    /// - Parameter key: `nil` for a store without keys: the tag finds mistakes then, not forgeries.
    private func tag(_ query: [UInt8], _ key: Key?) -> [UInt8] {
        var message = CanonicalEncoder("cursor-tag-v1")
        message.add(self.message)
        message.add(query)
        return Array((key?.tag(message.bytes) ?? KeyedHash.plain(message.bytes)).prefix(16))
    }

    /// - Parameter query: the identity of the query.
    func sealed(_ query: [UInt8], _ key: Key?) -> String {
        Self.encoded(tag(query, key) + message)
    }

    /// - Throws: `.invalid` for a text that was not given out for this query.
    static func open(_ text: String, _ query: [UInt8], _ keys: [Key?]) throws(TokenStoreError) -> Cursor {
        let wrong = TokenStoreError(
            .invalid,
            "the cursor does not belong to this list: start again without it, or use the same filters and order")
        guard let bytes = decoded(text), bytes.count > 16, let cursor = Cursor(message: bytes.dropFirst(16)) else {
            throw wrong
        }
        let tag = Array(bytes.prefix(16))
        guard keys.contains(where: { KeyedHash.isSame(cursor.tag(query, $0), tag) }) else { throw wrong }
        return cursor
    }

    /// Decodes the bytes of `message`.
    private init?(message: ArraySlice<UInt8>) {
        var rest = message
        func count() -> Int? {
            guard rest.count >= 8 else { return nil }
            defer { rest = rest.dropFirst(8) }
            return Int(truncatingIfNeeded: rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
        func field() -> Value? {
            guard let kind = rest.popFirst(), let count = count() else { return nil }
            if kind == 3 { return .number(Int64(count)) }
            guard kind == 1, count >= 0, count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return .text(ExactName(String(decoding: rest.prefix(count), as: UTF8.self)))
        }
        guard case .text("cursor-v1")? = field(), let value = field(), case .text(let assignment)? = field(),
            case .number(let number)? = field(), rest.isEmpty
        else { return nil }
        self.init(value: value, assignment: assignment, number: number)
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        let variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING
        var text = [CChar](repeating: 0, count: sodium_base64_encoded_len(bytes.count, variant))
        unsafe sodium_bin2base64(&text, text.count, bytes, bytes.count, variant)
        return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func decoded(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 4_096 else { return nil }
        var bytes = [UInt8](repeating: 0, count: text.utf8.count)
        var count = 0
        let status = unsafe sodium_base642bin(
            &bytes, bytes.count, text, text.utf8.count, nil, &count, nil, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
        return status == 0 ? Array(bytes.prefix(count)) : nil
    }
}
