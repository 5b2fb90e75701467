/// What a sandbox calls of its host more often than all else, and so without a detour.
@unsafe package struct FastCallbacks {
    let context: UnsafeRawPointer
    let fact: @convention(c) (UnsafeRawPointer?, UInt32) -> Int32
    let begin: @convention(c) (UnsafeRawPointer?) -> Void

    /// - Parameters:
    ///   - context: what both are called with; outlives every call of the sandbox.
    ///   - fact: whether a fact holds that an answer has named: 1 or 0, or -1 where the question is to be asked in full.
    ///   - begin: the next of several calls begins: whatever is asked from now on, it asks.
    package init(
        _ context: UnsafeRawPointer, fact: @convention(c) (UnsafeRawPointer?, UInt32) -> Int32,
        begin: @convention(c) (UnsafeRawPointer?) -> Void
    ) {
        unsafe (self.context, self.fact, self.begin) = (context, fact, begin)
    }
}
