internal import CLua
internal import Glibc

/// The arguments that a script passed to the host, valid only during that call.
@safe package struct LuaArguments {
    private let values: UnsafePointer<clua_value>?
    package let count: Int
    /// The number of values, including the contents of tables.
    private let all: Int

    init(_ values: UnsafePointer<clua_value>?, count: Int, all: Int) {
        unsafe self.values = values
        self.count = count
        self.all = all
    }

    /// The argument at this position, `.nil` past the end.
    package subscript(position: Int) -> LuaValue {
        guard position >= 0, position < count, let values = unsafe values else { return .nil }
        return unsafe LuaValue(values, at: position)
    }

    /// The number of arguments without each nil at the end, so that a surplus nil does not count.
    package var stated: Int {
        guard let values = unsafe values else { return 0 }
        var count = count
        while count > 0, unsafe values[count - 1].kind == CLUA_NIL { count -= 1 }
        return count
    }

    /// The handle at this position, if it is one; allocates nothing.
    package func handle(_ position: Int) -> UInt32? {
        guard position >= 0, position < count, let values = unsafe values else { return nil }
        return unsafe values[position].kind == CLUA_HANDLE ? values[position].id : nil
    }
}

/// A copy of a call's arguments, to compare later ones with.
@safe package struct SavedArguments {
    /// INVARIANT: the pointers to strings are never followed, since the strings may be gone.
    fileprivate let values: [clua_value]
    /// The bytes of their strings, one after the other.
    fileprivate let text: [UInt8]
}

extension LuaArguments {
    package func saved() -> SavedArguments {
        var text: [UInt8] = []
        let flat = unsafe Array(UnsafeBufferPointer(start: values, count: all))
        for index in 0..<all {
            let value = unsafe flat[index]
            guard unsafe value.kind == CLUA_STRING else { continue }
            unsafe text.append(contentsOf: UnsafeRawBufferPointer(start: value.bytes, count: Int(value.integer)))
        }
        return unsafe SavedArguments(values: flat, text: text)
    }

    /// True when both are equal byte for byte.
    package func isSame(as saved: SavedArguments) -> Bool {
        guard unsafe all == saved.values.count else { return false }
        var offset = 0
        for index in 0..<all {
            let (one, other) = unsafe (values![index], saved.values[index])
            guard unsafe one.kind == other.kind, unsafe one.id == other.id, unsafe one.integer == other.integer,
                unsafe one.number.bitPattern == other.number.bitPattern
            else { return false }
            guard unsafe one.kind == CLUA_STRING, unsafe one.integer > 0 else { continue }
            let length = unsafe Int(one.integer)
            let isSame = unsafe saved.text.withUnsafeBytes { text in
                unsafe memcmp(one.bytes, text.baseAddress! + offset, length) == 0
            }
            guard isSame else { return false }
            offset += length
        }
        return true
    }
}
