internal import CLua

/// What a script handed to the host, valid only during the call it was handed over in.
@safe package struct LuaArguments {
    private let values: UnsafePointer<clua_value>?
    package let count: Int

    init(_ values: UnsafePointer<clua_value>?, count: Int) {
        unsafe self.values = values
        self.count = count
    }

    /// The argument at this position, `.nil` past the end.
    package subscript(position: Int) -> LuaValue {
        guard position >= 0, position < count, let values = unsafe values else { return .nil }
        return unsafe LuaValue(values, at: position)
    }

    /// The handle at this position, if it is one; allocates nothing.
    package func handle(_ position: Int) -> UInt32? {
        guard position >= 0, position < count, let values = unsafe values else { return nil }
        return unsafe values[position].kind == CLUA_HANDLE ? values[position].id : nil
    }
}
