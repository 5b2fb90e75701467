/// The host functions that a sandbox calls most often, as plain C functions.
@unsafe package struct FastCallbacks {
    let context: UnsafeRawPointer
    let fact: @convention(c) (UnsafeRawPointer?, UInt32) -> Int32
    let begin: @convention(c) (UnsafeRawPointer?) -> Void

    /// - Parameters:
    ///   - context: the argument of both functions; outlives every call of the sandbox.
    ///   - fact: gives the truth of a fact that an earlier answer named, 1 or 0; -1 to ask the host in full.
    ///   - begin: announces the next of several calls, from which all later questions come.
    package init(
        _ context: UnsafeRawPointer, fact: @convention(c) (UnsafeRawPointer?, UInt32) -> Int32,
        begin: @convention(c) (UnsafeRawPointer?) -> Void
    ) {
        unsafe (self.context, self.fact, self.begin) = (context, fact, begin)
    }
}
